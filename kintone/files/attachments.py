"""The files that a record says it has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from kintone.answer_models import FILE_KEY, AnswerModel, read_answer
from kintone.errors import InvalidParameterError, UnknownResponseError
from kintone.field_types.table import holds_files, is_table
from kintone.files.mime_types import clean_type
from kintone.files.names import clean_name, shown_name
from kintone.messages import Message
from kintone.reading.pages import count_of

MOST_NAMED_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of an attachment field; ``size`` is in bytes, None where the record does not tell.

    ``told`` is the name as the record has it, ``name`` the harmless one that is made of it.

    Read shape: https://cybozu.dev/ja/kintone/docs/overview/field-types
    """

    file_key: str
    name: str
    mime_type: str
    size: int | None
    told: str = ""


class _File(AnswerModel):
    file_key: str = Field(pattern=FILE_KEY)
    name: str | None = None
    content_type: str | None = None
    size: str | int | None = None


class NoAttachmentFieldError(InvalidParameterError):
    """What was named is no attachment field of the record; who has the form may know by its label what was meant."""


def read_attachments(record: Mapping[str, Any], code: str, parameter: str = "attachment_field") -> list[Attachment]:
    """Return all files of an attachment field, or of an attachment column in all rows of its table.

    Raises ``NoAttachmentFieldError`` when there is no such attachment field.
    """
    fields = [field for known, field in _fields(record) if known == code]
    if not fields or not all(holds_files(field.get("type")) for field in fields):
        raise _no_attachment_field(record, code, parameter)
    return [_attachment(value) for field in fields for value in _listed(field)]


def check_attachment_field(record: Mapping[str, Any], code: str, parameter: str = "attachment_field") -> None:
    """Raise ``InvalidParameterError`` when files cannot be attached to that field of the record."""
    read_attachments(record, code, parameter)
    if code not in record:
        raise InvalidParameterError(
            "{parameter}: {code} is a column of a table, and which row is meant cannot be told here; "
            "leave record_id out and put the file keys into the row by kintone_upsert_records",
            parameter=parameter,
            code=shown_name(code),
        )


def _fields(record: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for code, field in record.items():
        if not isinstance(field, dict):
            continue
        yield code, field
        if is_table(field.get("type")):
            for row in _listed(field):
                columns = row.get("value") if isinstance(row, dict) else None
                yield from _fields(columns) if isinstance(columns, dict) else ()


def _listed(field: Mapping[str, Any]) -> list[Any]:
    value = field.get("value") or []
    if not isinstance(value, list):
        raise UnknownResponseError(Message("the record holds a table or an attachment field whose value is not a list"))
    return value


def _no_attachment_field(record: Mapping[str, Any], code: str, parameter: str) -> NoAttachmentFieldError:
    fields = list(_fields(record))
    types = {str(field.get("type")) for known, field in fields if known == code}
    what = (
        Message("is a field of type {type}, not an attachment field", type=min(types))
        if types
        else Message("is not a field of this record")
    )
    names = list(dict.fromkeys(known for known, field in fields if holds_files(field.get("type"))))
    return NoAttachmentFieldError(
        "{parameter}: {code} {what}; {hint}", parameter=parameter, code=shown_name(code), what=what, hint=_hint(names)
    )


def _hint(names: list[str]) -> Message:
    if not names:
        return Message("the record has no attachment field")
    return Message("its attachment fields are {codes}", codes=", ".join(map(shown_name, names[:MOST_NAMED_FIELDS])))


def _attachment(value: object) -> Attachment:
    file = read_answer(_File, value, Message("reading the files of a record"), Message("a file"))
    told = file.name or ""
    name = clean_name(told)
    return Attachment(file.file_key, name, clean_type(file.content_type or "", name), count_of(file.size), told)
