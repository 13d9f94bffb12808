"""The files that a record says it has."""

from typing import Any

import pytest

from kintone.errors import InvalidParameterError, UnknownResponseError
from kintone.files import Attachment, check_attachment_field, read_attachments

FILE = {"fileKey": "k1", "name": "見積.pdf", "contentType": "application/pdf", "size": "123"}
RECORD: dict[str, Any] = {
    "title": {"type": "SINGLE_LINE_TEXT", "value": "a"},
    "photos": {"type": "FILE", "value": [FILE, {"fileKey": "k2", "name": "", "contentType": "", "size": ""}]},
    "empty": {"type": "FILE", "value": []},
    "rows": {
        "type": "SUBTABLE",
        "value": [
            {"id": "1", "value": {"scan": {"type": "FILE", "value": [FILE]}}},
            {"id": "2", "value": {"scan": {"type": "FILE", "value": []}}},
            {"id": "3", "value": {"scan": {"type": "FILE", "value": [{**FILE, "fileKey": "k3"}]}}},
        ],
    },
}


def test_attachments_when_the_field_holds_files() -> None:
    """Key, name, type and size are read as the record tells them, gaps included."""
    assert read_attachments(RECORD, "photos") == [
        Attachment("k1", "見積.pdf", "application/pdf", 123, "見積.pdf"),
        Attachment("k2", "", "application/octet-stream", None),
    ]


def test_attachments_when_the_field_is_empty() -> None:
    """An empty field is no error here."""
    assert read_attachments(RECORD, "empty") == []


def test_attachments_when_the_field_is_a_column() -> None:
    """The files of a table's column are those of all its rows."""
    assert [attachment.file_key for attachment in read_attachments(RECORD, "scan")] == ["k1", "k3"]


@pytest.mark.parametrize(
    ("code", "words"),
    [("title", "of type SINGLE_LINE_TEXT"), ("nothing", "is not a field"), ("rows", "of type SUBTABLE")],
)
def test_attachments_when_the_field_is_another(code: str, words: str) -> None:
    """Another field is refused, and the record's attachment fields are named."""
    with pytest.raises(InvalidParameterError, match=f'{words}.*"photos", "empty", "scan"'):
        read_attachments(RECORD, code)


def test_attachments_when_the_record_has_none() -> None:
    """A record without any attachment field says so."""
    with pytest.raises(InvalidParameterError, match="the record has no attachment field"):
        read_attachments({"a": {"type": "NUMBER", "value": "1"}}, "photos")


def test_attachments_when_the_key_is_missing() -> None:
    """An answer that is not kintone's is told as such."""
    with pytest.raises(UnknownResponseError, match="fileKey"):
        read_attachments({"photos": {"type": "FILE", "value": [{"name": "a"}]}}, "photos")


def test_check_when_the_field_takes_files() -> None:
    """A field of the record itself takes files; a table's column does not, since the row is not known."""
    check_attachment_field(RECORD, "empty")
    with pytest.raises(InvalidParameterError, match="column of a table"):
        check_attachment_field(RECORD, "scan")
