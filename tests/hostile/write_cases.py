"""Writes of every kind, each to a new app, and the state of that app."""

import json
from typing import Any, NamedTuple

from dify_host.file_server import FileServer
from local_kintone import LocalKintone

FIELDS: dict[str, dict[str, Any]] = {
    "key": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "mark": {"type": "SINGLE_LINE_TEXT"},
    "rows": {"type": "SUBTABLE", "fields": {"cell": {"type": "SINGLE_LINE_TEXT"}}},
    "files": {"type": "FILE"},
}
UPSERT = "kintone_upsert_records"
UPLOAD = "kintone_upload_file"


class Write(NamedTuple):
    """A call of a tool that writes ``entries`` records.

    ``request`` is the request that fails, ``position`` its index among the requests of this kind.
    """

    name: str
    tool: str
    parameters: dict[str, Any]
    request: str
    entries: int = 1
    position: int = 0
    split: bool = False


def _new(mark: str) -> dict[str, Any]:
    return {"record": {"mark": mark}}


def _by_id(number: int) -> dict[str, Any]:
    return {"id": number, "record": {"mark": f"new{number}"}}


def _by_key(number: int) -> dict[str, Any]:
    return {"updateKey": {"field": "key", "value": f"k{number}"}, "record": {"mark": f"new{number}"}}


def _entries(*entries: dict[str, Any], **options: Any) -> dict[str, Any]:  # noqa: ANN401 - parameters of any type
    return {"records_data": list(entries), **options}


APPENDED = {"id": 1, "record": {"mark": "new1", "rows": [{"cell": "b"}]}}
ATTACHING: dict[str, Any] = {"record_id": 1, "attachment_field": "files"}
UNCHECKED = {"validate_before_write": False}
WRITES = [
    Write("add", "kintone_add_record", {"record_data": {"mark": "new1"}}, "POST record"),
    Write("insert", UPSERT, _entries(_new("new1"), _new("new2"), **UNCHECKED), "POST records", 2),
    Write("update", UPSERT, _entries(_by_id(1), _by_id(2)), "PUT records", 2),
    Write("upsert known", UPSERT, _entries(_by_key(1), _by_key(2)), "PUT records", 2),
    Write("upsert unknown", UPSERT, _entries(_by_key(8), _by_key(9)), "PUT records", 2),
    Write("revision", UPSERT, _entries({**_by_id(1), "revision": 1}), "PUT records"),
    Write("bulk insert", UPSERT, _entries(_by_id(1), _by_key(2), _new("new3")), "POST bulkRequest", 3),
    Write("bulk update", UPSERT, _entries(_by_id(1), _by_key(2)), "POST bulkRequest", 2),
    Write("append", UPSERT, _entries(APPENDED, table_mode="append"), "PUT records"),
    Write(
        "second insert", UPSERT, _entries(_new("new1"), _new("new2"), _new("new3")), "POST records", 3, 1, split=True
    ),
    Write("second update", UPSERT, _entries(_by_id(1), _by_id(2), _by_id(3)), "PUT records", 3, 1, split=True),
    Write("attach", UPLOAD, ATTACHING, "PUT record"),
    Write("attach replacing", UPLOAD, {**ATTACHING, "file_mode": "replace"}, "PUT record"),
    Write("upload", UPLOAD, ATTACHING, "POST file"),
]


class AppState:
    """A new app and its records."""

    def __init__(self, site: LocalKintone) -> None:
        """Create the app with three records of one table row each."""
        self.site = site
        self.app = site.create_app("writes", FIELDS)
        records = [{"key": f"k{n}", "mark": f"old{n}", "rows": [{"cell": "a"}]} for n in (1, 2, 3)]
        site.add_records(self.app, records)
        self.before = self.state()

    def state(self) -> str:
        """Return all records of the app as JSON."""
        return json.dumps(self.site.records(self.app), sort_keys=True)

    def applied(self) -> set[int]:
        """Return the numbers of the saved entries, found by their mark or their file."""
        records = self.site.records(self.app)
        marks = [record["mark"]["value"] for record in records]
        numbers = [int(mark.removeprefix("new")) for mark in marks if mark.startswith("new")]
        assert len(numbers) == len(set(numbers)), f"applied twice: {numbers}"
        assert all(len(record["rows"]["value"]) <= 2 for record in records), "rows appended twice"
        files = [file for record in records for file in record["files"]["value"]]
        assert len(files) <= 1, "files attached twice"
        return {number - 7 if number > 7 else number for number in numbers} | ({1} if files else set())

    def most_revisions(self) -> int:
        """Return the highest revision of any record."""
        return max(int(record["$revision"]["value"]) for record in self.site.records(self.app))


def with_files(write: Write, files: FileServer) -> dict[str, Any]:
    """Return the parameters, with a file for the upload tool."""
    if write.tool != UPLOAD:
        return write.parameters
    return {**write.parameters, "upload_file": [files.offer("a.txt", b"content", "text/plain")]}
