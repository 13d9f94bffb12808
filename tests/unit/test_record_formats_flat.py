"""Records as plain objects."""

from tests.unit.query_tool import full_record
from tools.record_formats import flatten


def test_values_stand_alone_when_a_record_is_flattened() -> None:
    """Codes and values are left; texts and numbers stay kintone's texts, users and files its objects."""
    users = [{"code": "sato", "name": "佐藤 昇"}, {"code": "tanaka", "name": "tanaka"}]

    flat = flatten(full_record(17))

    assert flat["$id"] == "17"
    assert flat["amount"] == "-1234.50"
    assert flat["due"] is None
    assert flat["tags"] == ["A", "B"]
    assert flat["owner"] == users
    assert flat["made_by"] == users[0]
    assert flat["files"] == [{"fileKey": "k1", "name": "見積.pdf", "contentType": "application/pdf", "size": "123"}]


def test_rows_are_plain_objects_when_a_table_is_flattened() -> None:
    """Each row has its id and its columns' values."""
    assert flatten(full_record(17))["lines"] == [
        {"id": "381", "item": "Pen", "qty": "2"},
        {"id": "382", "item": "Ink", "qty": ""},
    ]


def test_column_wins_when_it_is_called_id() -> None:
    """A value is never lost to the row's own id."""
    row = {"id": "5", "value": {"id": {"type": "SINGLE_LINE_TEXT", "value": "own"}}}

    assert flatten({"t": {"type": "SUBTABLE", "value": [row]}}) == {"t": [{"id": "own"}]}
