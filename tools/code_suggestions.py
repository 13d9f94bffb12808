"""Adds "did you mean" to an error about a field code that the app does not have."""

from collections.abc import Iterator
from contextlib import contextmanager

from kintone.errors import KintoneError
from kintone.field_types import Shape
from kintone.files import NoAttachmentFieldError
from kintone.forms.fields import FieldDefinition, Form
from kintone.forms.near_matches import nearest_codes, one_of
from kintone.messages import NOTHING, Message
from kintone.texts import printable
from tools.base import Call


def current_form(call: Call) -> Form | None:
    """Return the current form of the call's app, which only explains something; None if it cannot be read at once."""
    try:
        # The remembered form may be a minute old and may lack a new field.
        return call.client.forms.read(call.app, fresh=True, once=True)
    except KintoneError:
        return None


@contextmanager
def suggest_attachment_field(call: Call, written: str) -> Iterator[None]:
    """Suggest attachment fields with the written label, or a similar code, in an error about a wrong field."""
    try:
        yield
    except NoAttachmentFieldError as error:
        remedy = _suggestion(written, current_form(call))
        raise (error.copy_with(remedy=remedy) if remedy else error) from None


def _suggestion(written: str, form: Form | None) -> Message:
    if form is None:
        return NOTHING
    near = nearest_codes(written, ((each.code, each.label) for each in _attachment_fields(form)))
    if written in near and written in form.tables_by_column:
        table = printable(form.tables_by_column[written])
        return Message(
            "it is a column of the table {table}, which has no row in this record; check record_id", table=table
        )
    return Message("did you mean {near}?", near=one_of(near)) if near else NOTHING


def _attachment_fields(form: Form) -> Iterator[FieldDefinition]:
    for field in form.fields.values():
        yield from (each for each in (field, *field.columns.values()) if each.type.shape is Shape.FILES)
