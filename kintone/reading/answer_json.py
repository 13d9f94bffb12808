"""The records of an answer as the JSON that kintone wrote, for those who pass it on unchanged.

It takes a fifth of the memory of the decoded records, and writing them as JSON again would take half as long as
decoding them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, overload

from pydantic_core import from_json, to_json

KEYS: Final = (["records", "totalCount"], ["records", "next"])
BEGINNING: Final = b'{"records":'
END: Final = re.compile(rb'\](,"totalCount":(?:null|"[0-9]{1,20}")|,"next":(?:true|false))\}\Z')
MAX_END: Final = 64
HIDING_ESCAPE: Final = re.compile(rb"\\[u/]")
"""An escape that may hide U+0085, or a part of a secret, from those who search the JSON."""

type _Record = dict[str, Any]


class JsonRecords(Sequence[_Record]):
    """A list of records as JSON on one line; each access decodes all of them, and nothing decoded is kept."""

    def __init__(self, json: bytes, count: int, first_size: int = 0) -> None:
        """Take the JSON, the number of records, and the bytes of the first one, 0 where they are not known."""
        self.json = json
        self._count = count
        self._first_size = first_size

    def __len__(self) -> int:
        """Return the number of records; decodes nothing."""
        return self._count

    def __iter__(self) -> Iterator[_Record]:
        """Decode the records."""
        return iter(self._decoded())

    @overload
    def __getitem__(self, index: int) -> _Record: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[_Record]: ...
    def __getitem__(self, index: int | slice) -> _Record | Sequence[_Record]:
        """Return a record, or some; all of them, or all but the first, are not decoded."""
        if isinstance(index, slice):
            kept = range(self._count)[index]
            if kept == range(self._count):
                return self
            if self._first_size and kept == range(1, self._count) and kept:
                return JsonRecords(b"[" + self.json[len("[") + self._first_size + len(",") :], len(kept))
        return self._decoded()[index]

    def _decoded(self) -> list[_Record]:
        records: list[_Record] = from_json(self.json)
        return records


def as_written(content: bytes, body: Mapping[str, Any]) -> Sequence[_Record]:
    """Return the records of an answer as kintone wrote them, decoded if it wrote them in an unusual way.

    ``body`` is the decoded ``content``: ``{"records": […], "totalCount": "1234"}`` or that of a cursor,
    ``{"records": […], "next": true}``. It has these keys alone, so that all between them is the records. Sources:
    https://cybozu.dev/ja/kintone/docs/rest-api/records/get-records and …/get-cursor.
    """
    records: list[_Record] = body["records"]
    end = END.search(content, max(0, len(content) - MAX_END))
    if not records or end is None or list(body) not in KEYS or not content.startswith(BEGINNING):
        return records
    # Dify reads line by line.
    if b"\n" in content or b"\r" in content or (b"\\" in content and HIDING_ESCAPE.search(content)):
        return records
    first = to_json(records[0])
    json = content[len(BEGINNING) : end.start(1)]
    is_compact = json.startswith(b"[" + first + (b"," if len(records) > 1 else b"]"))
    return JsonRecords(json, len(records), len(first)) if is_compact else records
