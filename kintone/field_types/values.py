"""One value of one field, by the shape that its type has; tables are read in ``records/rows.py``."""

from collections.abc import Callable
from decimal import Decimal

from kintone.field_types.choices import read_option, read_options
from kintone.field_types.plain_data import read_plain
from kintone.field_types.references import read_codes, read_files, read_person
from kintone.field_types.table import Shape
from kintone.forms.field_definitions import FieldDefinition
from kintone.messages import Message
from kintone.problems import ProblemCode, UnusableValueError
from kintone.values.excerpts import excerpt
from kintone.values.moments import read_date, read_datetime, read_time
from kintone.values.numbers import read_number
from kintone.values.plain_text import require_sound

type Reader = Callable[[object, FieldDefinition], object]


def is_empty(value: object) -> bool:
    """Tell whether kintone clears a field that gets this value: ``null``, ``""`` or ``[]``."""
    return value is None or (isinstance(value, str | list) and not value)


def read_value(value: object, definition: FieldDefinition) -> object:
    """Return the value as kintone takes it; raises ``UnusableValueError``.

    Empty values become the empty value of the type, unless they are one that the type's own shape has.
    """
    if is_empty(value) and definition.kind.shape is not Shape.PERSON:
        return value if isinstance(value, str) and definition.kind.empty in (None, "") else definition.kind.empty_value
    return _READERS[definition.kind.shape](value, definition)


def _read_text(value: object, definition: FieldDefinition) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE,
            Message("{words} is needed, not {value}", words=definition.kind.words, value=excerpt(value)),
            Message("write it as a text in quotes"),
        )
    if not isinstance(value, str):
        return read_number(value)
    require_sound(value)
    return value


def _read_lines(value: object, definition: FieldDefinition) -> str:
    text = _read_text(value, definition)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _formless(read: Callable[[object], str]) -> Reader:
    """Adapt a reader that needs nothing of the form."""
    return lambda value, _definition: read(value)


_READERS: dict[Shape, Reader] = {
    Shape.TEXT: _read_text,
    Shape.LINES: _read_lines,
    Shape.NUMBER: _formless(read_number),
    Shape.OPTION: read_option,
    Shape.OPTIONS: read_options,
    Shape.DATE: _formless(read_date),
    Shape.TIME: _formless(read_time),
    Shape.DATETIME: _formless(read_datetime),
    Shape.CODES: read_codes,
    Shape.PERSON: read_person,
    Shape.FILES: read_files,
    Shape.OTHER: read_plain,
}
