"""kintone's query language: its parts and comparisons, slips that are mended, and what is wrong with a query."""

from kintone.query.parts import Query, parse
from kintone.query.tokens import quote

__all__ = ["Query", "parse", "quote"]
