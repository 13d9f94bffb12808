"""Everything the plugin knows about kintone, and nothing it knows about Dify.

Reading order for a newcomer: ``client.py`` (what can be asked), ``records.py`` and ``files.py`` (how), ``transport.py``
(how a request travels), ``error_mapping.py`` (what an answer that is no success means).
"""
