"""Records as JSON Lines."""

import json

from tests.unit.query_tool import full_record
from tools.record_formats import JsonlExport, flatten


def test_each_line_is_one_plain_record_when_records_are_exported() -> None:
    """Each line is a flattened record in UTF-8 without escapes."""
    export = JsonlExport()
    whole = export.part([full_record(1), full_record(2)], ["1", "2"]) + export.part([full_record(3)], ["3"])

    assert [json.loads(line) for line in whole.splitlines()] == [flatten(full_record(number)) for number in (1, 2, 3)]
    assert "佐藤".encode() in whole
    assert whole.endswith(b"}\n")


def test_file_is_empty_when_there_are_no_records() -> None:
    """Without records there are no lines."""
    assert JsonlExport().part([], []) == b""
