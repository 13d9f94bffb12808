"""Everything the plugin knows about kintone. Nothing here knows Dify.

Suggested reading order: ``client.py`` (the entry point), ``reading``, ``writing`` and ``files`` (what is sent),
``execution`` (retries, limits and time), ``transport`` (HTTP).
"""
