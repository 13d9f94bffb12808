"""Values of conditions that kintone cannot read for the type of their field."""

import re
from collections.abc import Callable
from datetime import date

from kintone.field_types import ValueKind
from kintone.forms.fields import FieldDefinition
from kintone.messages import NOTHING, Message
from kintone.problems import UnusableValueError
from kintone.query.comparisons import NUMBER
from kintone.query.functions import function_of_word
from kintone.query.tokens import quote
from kintone.query.unzoned import DATE_OF_KINTONE
from kintone.texts import preview, printable
from kintone.values.dates import FIRST_YEAR, read_date, read_datetime, read_time
from kintone.values.numbers import read_number

_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})|" + DATE_OF_KINTONE.pattern, re.ASCII
)
_TIME = re.compile(r"\d{1,2}:\d{2}", re.ASCII)
_ID = re.compile(NUMBER.pattern + r"|[A-Za-z0-9]+-[0-9]+")
"""A record number may have the code of its app in front."""
_READERS = {
    ValueKind.DATE: (DATE_OF_KINTONE, read_date),
    ValueKind.DATETIME: (_MOMENT, read_datetime),
    ValueKind.TIME: (_TIME, read_time),
    ValueKind.NUMBER: (NUMBER, read_number),
    ValueKind.ID: (NUMBER, read_number),
    ValueKind.RECORD_NUMBER: (_ID, read_number),
}
_DATES = (ValueKind.DATE, ValueKind.DATETIME, ValueKind.TIME)
_MOMENT_ADVICE = Message("write day, time and offset, as in YYYY-MM-DDThh:mm:ss+hh:mm, or Z for UTC")


def _reader(field: FieldDefinition) -> tuple[re.Pattern[str], Callable[[object], str]] | None:
    """Return the form of a value and what reads it in other forms; None where every text is a value."""
    return _READERS.get(field.value_kind)


def literal_for(value: str, field: FieldDefinition) -> str:
    """Return a value in quotes, in the form that the field takes where it can be read; blank where it cannot."""
    if is_readable(value, field):
        return quote(value)
    reader = _reader(field)
    try:
        return quote(reader[1](value)) if reader else ""
    except UnusableValueError:
        return ""


def is_readable(value: str, field: FieldDefinition) -> bool:
    """Tell whether kintone can read a value for the type of the field; a day or a time must exist."""
    reader = _reader(field)
    if reader is None:
        return True
    form, read = reader
    if not form.fullmatch(value):
        return False
    if field.value_kind not in _DATES:
        return True
    if DATE_OF_KINTONE.fullmatch(value):
        return _exists(value)
    try:
        read(value)
    except UnusableValueError:
        return False
    return True


def _exists(day: str) -> bool:
    year, month, number = (int(part) for part in (*day.split("-"), "1", "1")[:3])
    try:
        return date(year, month, number).year >= FIRST_YEAR
    except ValueError:
        return False


def is_calculated_date(field: FieldDefinition) -> bool:
    """Tell whether a field is calculated and shows a day or a time; what its conditions take is not documented."""
    return bool(field.format) and field.value_kind in _DATES


def value_sentence(value: str, field: FieldDefinition, operator: str) -> Message:
    """Return a sentence about a value that kintone cannot read for the type of the field; blank where it can."""
    reader = _reader(field)
    if reader is None or is_readable(value, field) or not field.operators or is_calculated_date(field):
        return NOTHING
    try:
        advice = Message('write "{value}"', value=reader[1](value))
        complaint = Message("{value} is not in the form that kintone reads", value=preview(value))
    except UnusableValueError as error:
        complaint, advice = error.complaint, error.suggestion
        if field.value_kind is ValueKind.DATETIME:
            # The advice for values may be a day alone, which would have no offset here.
            advice = _MOMENT_ADVICE
    if function := function_of_word(value, field, operator):
        complaint = Message("{value} in quotes is a text", value=preview(value))
        advice = Message("write {function} without quotes", function=function)
    return Message(
        "query: {code} ({words}): {complaint}; {advice}",
        code=printable(field.code),
        words=field.type.words,
        complaint=complaint,
        advice=advice,
    )


def calculated_date_sentence(value: str, field: FieldDefinition) -> Message:
    """Return a sentence about a text that a calculated day or time is compared with, and kintone refused."""
    return Message(
        "query: {code} is calculated and shows a date or a time, and kintone does not document with which values such "
        "a field can be compared, here {value}; compare the fields of its formula instead: {formula}",
        code=printable(field.code),
        value=preview(value),
        formula=preview(field.expression),
    )
