"""Everything the plugin knows about kintone, and nothing it knows about Dify.

Reading order for a newcomer: ``client.py`` (what can be asked), ``reading`` and ``writing`` and ``files`` (how),
``exchange`` (how a request is carried out), ``transport`` (how it travels).
"""
