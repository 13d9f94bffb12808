"""Values of conditions that kintone cannot read for the type of their field."""

import re

from kintone.field_types import ValueKind
from kintone.forms.fields import FieldDefinition
from kintone.messages import NOTHING, Message
from kintone.problems import UnusableValueError
from kintone.query.comparisons import NUMBER
from kintone.query.moments import DATE_OF_KINTONE
from kintone.query.tokens import quote
from kintone.texts import preview, printable
from kintone.values.dates import read_date, read_datetime, read_time
from kintone.values.numbers import read_number

_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})|" + DATE_OF_KINTONE.pattern, re.ASCII
)
_TIME = re.compile(r"\d{1,2}:\d{2}", re.ASCII)
_READERS = {
    ValueKind.DATE: (DATE_OF_KINTONE, read_date),
    ValueKind.DATETIME: (_MOMENT, read_datetime),
    ValueKind.TIME: (_TIME, read_time),
    ValueKind.NUMBER: (NUMBER, read_number),
    ValueKind.ID: (NUMBER, read_number),
}


def literal_for(value: str, field: FieldDefinition) -> str:
    """Return a value in quotes, in the form that the field takes where it can be read; blank where it cannot."""
    form, read = _READERS.get(field.value_kind, (None, None))
    if form is None or read is None or form.fullmatch(value):
        return quote(value)
    try:
        return quote(read(value))
    except UnusableValueError:
        return ""


def value_sentence(value: str, field: FieldDefinition) -> Message:
    """Return a sentence about a value that kintone cannot read for the type of the field; blank where it can."""
    form, read = _READERS.get(field.value_kind, (None, None))
    if form is None or read is None or form.fullmatch(value) or not field.operators:
        return NOTHING
    try:
        advice = Message('write "{value}"', value=read(value))
        complaint = Message("{value} is not in the form that kintone reads", value=preview(value))
    except UnusableValueError as error:
        complaint, advice = error.complaint, error.suggestion
    return Message(
        "query: {code} ({words}): {complaint}; {advice}",
        code=printable(field.code),
        words=field.type.words,
        complaint=complaint,
        advice=advice,
    )
