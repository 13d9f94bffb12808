"""Attaching uploaded files to a record, beside those that it has or instead of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from kintone.errors import KintoneError
from kintone.field_types.table import kind_of
from kintone.files.attachments import check_attachment_field
from kintone.forms.field_definitions import FieldDefinition, Form
from kintone.operations import Caller
from kintone.reading.records import RecordsApi
from kintone.writing.adding import told_of_one
from kintone.writing.appending import ListMode
from kintone.writing.entries import Entry
from kintone.writing.upsert import UpsertRequest, upsert


def attach(  # noqa: PLR0913, PLR0917 - each is a parameter of its own for the caller too
    caller: Caller,
    app: int,
    record_id: str,
    field: str,
    file_keys: Sequence[str],
    mode: ListMode,
    form: Form | None = None,
) -> str:
    """Put uploaded files into an attachment field and return the record's new revision.

    The record is read first, since kintone would ignore a field that is not there and drop the files that are. It tells
    the types of its fields, so that ``form`` is needed only where the record is too old to show the field. Raises
    ``InvalidParameterError`` for a field that is no attachment field.
    """
    record = RecordsApi(caller).get(app, record_id)
    if form is None or not lacks_attachment_field(record, field, form):
        check_attachment_field(record, field)
        form = _form_of(app, record)
    entry = Entry(1, {field: {"value": [{"fileKey": key} for key in file_keys]}}, id=record_id)
    request = UpsertRequest(app, [entry], file_mode=mode, form=form, is_single=True)
    try:
        report = upsert(caller, request, {1: record})
    except KintoneError as error:
        raise told_of_one(error) from None
    return report.results[0]["revision"]


def lacks_attachment_field(record: Mapping[str, Any], field: str, form: Form) -> bool:
    """Tell whether a record from before the form got an attachment field does not show it yet."""
    definition = form.fields.get(field)
    return field not in record and definition is not None and definition.holds_files


def _form_of(app: int, record: Mapping[str, Any]) -> Form:
    """Return the fields of a record as far as it tells them: their codes and types."""
    types = {code: str(wrapper.get("type")) for code, wrapper in record.items() if isinstance(wrapper, Mapping)}
    return Form(str(app), "", {code: FieldDefinition(code, code, kind_of(name)) for code, name in types.items()})
