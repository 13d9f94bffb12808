"""Tests of the local kintone, over real sockets and in process.

"Fact sheet" names a section of the collection of facts on kintone's REST API; see `tests/facts/reasons.py`.
"""
