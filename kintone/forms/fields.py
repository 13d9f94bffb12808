"""The fields of an app's form, and reading them from kintone's answer."""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator

from kintone import limits
from kintone.field_types import PSEUDO_FIELDS, FieldType, Shape, ValueKind, field_type, value_kind
from kintone.messages import Message
from kintone.operators import QueryRules
from kintone.replies import AnswerModel, PositiveNumber, misshapen, name_in_answer, number_text, read_answer
from kintone.values.numbers import DEFAULT_PRECISION, ROUNDINGS, NumberPrecision

type WriteMode = Literal["add", "update"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a field's value: number of characters, value, protocol of a link; None where there is no limit."""

    min_length: int | None = None
    max_length: int | None = None
    min_value: Decimal | None = None
    max_value: Decimal | None = None
    protocol: str = ""


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """One field of a form; the columns of a table are definitions too.

    ``options`` maps option names to labels, in the order of the form. ``default`` is the value that kintone gives the
    field of a new record, as the form shows it; None where there is none or where it is the time of writing.
    ``computed`` marks a text with automatic calculation, ``lookup`` a field that looks up a record of another app,
    ``copied`` a field that a lookup fills. ``precision`` is the app's number precision, None until it was read.
    ``format`` is the number format of a calculated field. ``in_table`` marks a column of a table.
    """

    code: str
    label: str
    type: FieldType
    required: bool = False
    unique: bool = False
    has_default: bool = False
    default: object = None
    computed: bool = False
    lookup: bool = False
    copied: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    columns: "Mapping[str, FieldDefinition]" = field(default_factory=dict)
    precision: NumberPrecision | None = None
    format: str = ""
    in_table: bool = False

    @property
    def query(self) -> QueryRules:
        """How queries use the field; a column of a table takes ``in`` and ``not in`` in place of ``=`` and ``!=``."""
        return self.type.query.in_rows if self.in_table else self.type.query

    @property
    def operators(self) -> tuple[str, ...]:
        """The operators that conditions on the field may have; none for a field that no condition can name."""
        return self.query.operators

    @property
    def empty_condition(self) -> str:
        """The condition for records without a value, such as ``note is empty``; blank where there is none."""
        return f"{self.code} {self.query.empty}" if self.query.empty else ""

    @property
    def filled_condition(self) -> str:
        """The condition for records with a value, such as ``note is not empty``; blank where there is none."""
        return f"{self.code} {self.query.filled}" if self.query.filled else ""

    @property
    def value_kind(self) -> ValueKind:
        """The kind of the values in an aggregation."""
        return value_kind(self.type, self.format)

    @property
    def is_table(self) -> bool:
        """Tell whether the value is a list of rows."""
        return self.type.shape is Shape.ROWS

    @property
    def holds_files(self) -> bool:
        """Tell whether the value is a list of attachments."""
        return self.type.shape is Shape.FILES

    @property
    def is_number(self) -> bool:
        """Tell whether kintone reads the value as a number."""
        return self.type.shape is Shape.NUMBER

    @property
    def filled_by_kintone(self) -> bool:
        """Tell whether kintone ignores a value that is sent, because it calculates the field or a lookup fills it."""
        return self.computed or self.copied

    @property
    def usable_as_update_key(self) -> bool:
        """Tell whether kintone finds records by it: a unique text or number that kintone does not fill itself."""
        return self.type.update_key and self.unique and not self.filled_by_kintone

    def with_precision(self, precision: NumberPrecision) -> "FieldDefinition":
        """Return the field with the app's precision in it or in its columns, where they hold numbers."""
        if self.is_table:
            columns = {code: column.with_precision(precision) for code, column in self.columns.items()}
            return replace(self, columns=columns)
        return replace(self, precision=precision) if self.is_number else self

    def refusal(self, mode: WriteMode) -> tuple[Message, Message] | None:
        """Return why the field cannot be written and what to do instead; None if it can be written."""
        if self.computed:
            return Message("kintone calculates this field"), Message("leave it out")
        if self.copied:
            return (
                Message("a lookup fills this field, and kintone ignores what is sent for it"),
                Message("leave it out and set the lookup"),
            )
        if self.type.on_add if mode == "add" else self.type.on_update:
            return None
        words, name = self.type.words, self.type.name
        if mode == "add":
            complaint = Message("{words} ({type}) cannot be set when adding a record", words=words, type=name)
        else:
            complaint = Message("{words} ({type}) cannot be changed by an update", words=words, type=name)
        return complaint, self.type.advice


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of an app at one ``revision`` of its settings; a table's columns are part of the table.

    ``precision`` is the app's number precision, None until its settings were read.
    """

    app: str
    revision: str
    fields: Mapping[str, FieldDefinition]
    tables_by_column: Mapping[str, str] = field(default_factory=dict)
    precision: NumberPrecision | None = None

    def with_precision(self, precision: NumberPrecision) -> "Form":
        """Return the form with the app's precision in all its number fields."""
        fields = {code: definition.with_precision(precision) for code, definition in self.fields.items()}
        return replace(self, fields=fields, precision=precision)

    def find(self, code: str) -> FieldDefinition | None:
        """Return the field, the column of a table or the pseudo field (``$id``) of this code, None without one."""
        if code in PSEUDO_FIELDS:
            return FieldDefinition(code, code, PSEUDO_FIELDS[code])
        table = self.tables_by_column.get(code)
        return self.fields[table].columns[code] if table else self.fields.get(code)

    def update_key_codes(self) -> list[str]:
        """Return the codes of the fields that can be an update key."""
        return [code for code, definition in self.fields.items() if definition.usable_as_update_key]

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield code and label of each field of the record itself."""
        return ((definition.code, definition.label) for definition in self.fields.values())

    def column_names(self) -> Iterator[tuple[str, str]]:
        """Yield code and label of each column of each table."""
        return (
            (column.code, column.label) for definition in self.fields.values() for column in definition.columns.values()
        )


# kintone's answer


MAX_NUMBER_LENGTH, MAX_NUMBER_BITS = 64, 200
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,4})?", re.ASCII)
"""``Decimal`` itself would also accept ``1_000`` and ``NaN``."""
OPTION_SHAPES = (Shape.OPTION, Shape.OPTIONS)


def _number(value: object) -> Decimal | None:
    """Return a limit, which kintone sends as text, ``""`` where none is set."""
    if value is None or value == "":
        return None
    is_too_large = isinstance(value, int) and value.bit_length() > MAX_NUMBER_BITS
    text = str(value) if isinstance(value, str | int | float) and not is_too_large else ""
    if len(text) > MAX_NUMBER_LENGTH or not _NUMBER.fullmatch(text):
        raise ValueError("not a number")
    return Decimal(text)


def _length(value: object) -> int | None:
    number = _number(value)
    if number is not None and (not 0 <= number <= sys.maxsize or number != number.to_integral_value()):
        raise ValueError("not a length")
    return None if number is None else int(number)


def _small_number(value: object) -> int:
    text = number_text(value)
    if text is None:
        raise ValueError("not a number")
    return int(text)


type Number = Annotated[Decimal | None, PlainValidator(_number)]
type Length = Annotated[int | None, PlainValidator(_length)]


class _FormAnswer(AnswerModel):
    properties: dict[str, Any] = Field(min_length=1)
    """Never empty: every app has system fields, such as the record number."""
    revision: PositiveNumber | None = None


class _Mapping(AnswerModel):
    field: str


class _Lookup(AnswerModel):
    field_mappings: list[Any] = Field(default_factory=list)


class _Option(AnswerModel):
    label: str | None = None
    index: Number = None


class _Field(AnswerModel):
    type: str = Field(min_length=1)
    code: str | None = None
    label: str | None = None
    required: bool | None = None
    unique: bool | None = None
    expression: str | None = None
    default_value: Any = None
    default_now_value: bool | None = None
    min_length: Length = None
    max_length: Length = None
    min_value: Number = None
    max_value: Number = None
    protocol: str | None = None
    format: str | None = None
    options: dict[str, Any] | None = None
    lookup: dict[str, Any] | None = None
    fields: dict[str, Any] | None = None


class _Precision(AnswerModel):
    digits: Annotated[int, BeforeValidator(_small_number)]
    decimal_places: Annotated[int, BeforeValidator(_small_number)]
    rounding_mode: str


def parse_form(body: Mapping[str, object], app: str) -> Form:
    """Read a form; raises ``UnknownResponseError`` for an answer that does not have the documented shape."""
    description = Message("reading the form of app {app}", app=app)
    answer = read_answer(_FormAnswer, body, description)
    reader = _FieldReader(description)
    fields = {code: reader.definition(code, raw) for code, raw in answer.properties.items()}
    fields = {code: _with_copied_mark(definition, reader.copied) for code, definition in fields.items()}
    tables = {column: code for code, definition in fields.items() for column in definition.columns}
    return Form(app, answer.revision or "", fields, tables)


def parse_precision(raw: object, description: Message) -> NumberPrecision:
    """Read ``numberPrecision`` of ``app/settings.json``; raises ``UnknownResponseError`` for another shape.

    Returns kintone's default, marked as not known, where it is missing or holds values that no app can have.
    """
    if raw is None:
        return DEFAULT_PRECISION
    parsed = read_answer(_Precision, raw, description, Message("numberPrecision"))
    fits = parsed.decimal_places <= parsed.digits and parsed.decimal_places <= limits.MAX_NUMBER_DECIMALS
    if not fits or parsed.digits > limits.MAX_NUMBER_DIGITS or parsed.rounding_mode not in ROUNDINGS:
        return DEFAULT_PRECISION
    return NumberPrecision(parsed.digits, parsed.decimal_places, parsed.rounding_mode)


def _with_copied_mark(definition: FieldDefinition, copied: set[str]) -> FieldDefinition:
    """Return a field marked where a lookup fills it, which is known only when every field has been read."""
    columns = {code: _with_copied_mark(column, copied) for code, column in definition.columns.items()}
    return replace(definition, copied=definition.code in copied, columns=columns)


class _FieldReader:
    """Reads the fields of one answer; ``copied`` collects the codes that lookups fill."""

    def __init__(self, description: Message) -> None:
        self.copied: set[str] = set()
        self._description = description
        self._count = 0

    def definition(self, code: str, raw: object, *, column: bool = False) -> FieldDefinition:
        """Read a field or, with ``column``, a column of a table; raises ``UnknownResponseError``."""
        part = Message("the field {code}", code=name_in_answer(code))
        parsed = read_answer(_Field, raw, self._description, part)
        self._count += 1
        if self._count > limits.MAX_FORM_FIELDS:
            raise misshapen(
                self._description,
                Message("the number of fields"),
                Message("above {maximum}", maximum=limits.MAX_FORM_FIELDS),
            )
        if not code or parsed.code not in (None, code):
            raise misshapen(self._description, Message("code of {part}", part=part), parsed.code)
        type_of_field = field_type(parsed.type)
        if parsed.lookup is not None:
            self._note_copied(parsed.lookup, part)
        return FieldDefinition(
            code=code,
            label=parsed.label or code,
            type=type_of_field,
            required=bool(parsed.required),
            unique=bool(parsed.unique) and not column,
            has_default=bool(parsed.default_value) or parsed.default_now_value is True,
            default=parsed.default_value or None,
            computed=type_of_field.on_add and bool(parsed.expression),
            lookup=parsed.lookup is not None,
            options=self._options(parsed, part) if type_of_field.shape in OPTION_SHAPES else {},
            limits=Limits(
                parsed.min_length,
                parsed.max_length,
                parsed.min_value,
                parsed.max_value,
                parsed.protocol or "",
            ),
            columns=self._columns(parsed, part) if type_of_field.shape is Shape.ROWS and not column else {},
            format=parsed.format or "",
            in_table=column,
        )

    def _columns(self, parsed: _Field, part: Message) -> dict[str, FieldDefinition]:
        if not parsed.fields:
            raise misshapen(self._description, Message("fields of {part}", part=part), parsed.fields)
        return {code: self.definition(code, raw, column=True) for code, raw in parsed.fields.items()}

    def _options(self, parsed: _Field, part: Message) -> dict[str, str]:
        """Return option names and labels in the order of ``index``, which may be a text."""
        if parsed.options is None:
            raise misshapen(self._description, Message("options of {part}", part=part), None)
        if len(parsed.options) > limits.MAX_FIELD_OPTIONS:
            found = Message("above {maximum}", maximum=limits.MAX_FIELD_OPTIONS)
            raise misshapen(self._description, Message("the number of options of {part}", part=part), found)
        indexed: list[tuple[Decimal, str, str]] = []
        for name, raw in parsed.options.items():
            option_part = Message("the option {option} of {part}", option=name_in_answer(name), part=part)
            option = read_answer(_Option, raw, self._description, option_part)
            indexed.append((option.index or Decimal(0), name, option.label or name))
        return {name: label for _, name, label in sorted(indexed, key=lambda entry: entry[0])}

    def _note_copied(self, raw: dict[str, Any], part: Message) -> None:
        lookup = Message("the lookup of {part}", part=part)
        for entry in read_answer(_Lookup, raw, self._description, lookup).field_mappings:
            self.copied.add(read_answer(_Mapping, entry, self._description, lookup).field)
