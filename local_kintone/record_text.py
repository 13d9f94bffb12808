"""Single fields out of a record's stored JSON text, without parsing the rest of it.

The store writes every field as `"code":{"type":…,"value":…}` without blanks. Within JSON strings quotes are
escaped and field codes are unique in an app, so this beginning stands in a record's text once or never. (The one
exception, a field coded `value` beside a table whose first column is coded `type`, is left alone.)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

_DECODER = json.JSONDecoder()


class FieldReader:
    """Reads the same few fields from many records."""

    def __init__(self, codes: Sequence[str]) -> None:
        """Take the codes of top-level fields."""
        keys = [f"{json.dumps(code, ensure_ascii=False)}:" for code in codes]
        self._places = [(code, key + '{"type":', len(key)) for code, key in zip(codes, keys, strict=True)]

    def values(self, text: str) -> dict[str, Any]:
        """Return code to value; fields that the record does not have are left out."""
        values = {}
        for code, beginning, length in self._places:
            start = text.find(beginning)
            if start >= 0:
                values[code] = _DECODER.raw_decode(text, start + length)[0]["value"]
        return values

    def cut(self, text: str) -> str:
        """Return the JSON text of a record of these fields alone, in the order of the record."""
        starts = sorted((text.find(beginning), length) for _, beginning, length in self._places)
        parts = [text[start : _DECODER.raw_decode(text, start + length)[1]] for start, length in starts if start >= 0]
        return "{" + ",".join(parts) + "}"
