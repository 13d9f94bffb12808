"""The fields of an app's form, and how they are read from kintone's answer."""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator

from kintone import limits
from kintone.field_types import FieldType, Shape, ValueKind, field_type, value_kind
from kintone.messages import Message
from kintone.replies import AnswerModel, PositiveNumber, misshapen, named, number_text, read_answer
from kintone.values.numbers import DEFAULT_PRECISION, ROUNDINGS, NumberPrecision

type WriteMode = Literal["add", "update"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a value must keep to: characters, value, form of a link; None is no limit."""

    min_length: int | None = None
    max_length: int | None = None
    min_value: Decimal | None = None
    max_value: Decimal | None = None
    protocol: str = ""


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """One field of a form; the columns of a table are definitions too.

    ``options`` maps option names to labels, in the order of the form. ``default`` is what kintone fills in a new
    record, as the form shows it, None where there is none or it is the time of writing. ``computed`` is a text with
    automatic calculation, ``lookup`` a field that looks up a record of another app, ``copied`` one that some lookup
    fills. ``precision`` is the app's for numbers, None until its settings were read. ``format`` is that of a calculated
    field.
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

    @property
    def value_kind(self) -> ValueKind:
        """Tell how the values are grouped, compared and added."""
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
        """Tell whether kintone ignores what is sent for it: a calculation, or what a lookup copies."""
        return self.computed or self.copied

    @property
    def usable_as_update_key(self) -> bool:
        """Tell whether kintone finds records by it: a unique text or number, and nothing that kintone fills."""
        return self.type.update_key and self.unique and not self.filled_by_kintone

    def with_precision(self, precision: NumberPrecision) -> "FieldDefinition":
        """Return the same field, and its columns, with the app's precision where they hold numbers."""
        if self.is_table:
            columns = {code: column.with_precision(precision) for code, column in self.columns.items()}
            return replace(self, columns=columns)
        return replace(self, precision=precision) if self.is_number else self

    def refusal(self, mode: WriteMode) -> tuple[Message, Message] | None:
        """Return why the field cannot be written and what to do instead; None when it can."""
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
    """The fields of an app at one ``revision`` of its settings; table columns stand under their table.

    ``precision`` says how the app keeps numbers; None until its settings were read.
    """

    app: str
    revision: str
    fields: Mapping[str, FieldDefinition]
    tables_by_column: Mapping[str, str] = field(default_factory=dict)
    precision: NumberPrecision | None = None

    def with_precision(self, precision: NumberPrecision) -> "Form":
        """Return the same form with the app's precision in all its number fields."""
        fields = {code: definition.with_precision(precision) for code, definition in self.fields.items()}
        return replace(self, fields=fields, precision=precision)

    def update_key_codes(self) -> list[str]:
        """Return the codes that may stand in ``updateKey``."""
        return [code for code, definition in self.fields.items() if definition.usable_as_update_key]

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield code and label of each field of the record itself."""
        return ((definition.code, definition.label) for definition in self.fields.values())

    def column_names(self) -> Iterator[tuple[str, str]]:
        """Yield code and label of each column of each table."""
        return (
            (column.code, column.label) for definition in self.fields.values() for column in definition.columns.values()
        )


MAX_NUMBER_LENGTH, MAX_BITS = 64, 200
_WRITTEN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,4})?", re.ASCII)
"""``Decimal`` itself would take ``1_000`` and ``NaN`` too."""
CHOICES = (Shape.OPTION, Shape.OPTIONS)


def _number(value: object) -> Decimal | None:
    """Return a limit, which arrives as text, and as ``""`` where none is set."""
    if value is None or value == "":
        return None
    is_endless = isinstance(value, int) and value.bit_length() > MAX_BITS
    text = str(value) if isinstance(value, str | int | float) and not is_endless else ""
    if len(text) > MAX_NUMBER_LENGTH or not _WRITTEN.fullmatch(text):
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
    """Every app has fields of kintone's own, such as the record number."""
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
    """Read a form; raises ``UnknownResponseError`` for anything that kintone does not document."""
    reading = Message("reading the form of app {app}", app=app)
    answer = read_answer(_FormAnswer, body, reading)
    reader = _Reader(reading)
    fields = {code: reader.definition(code, raw) for code, raw in answer.properties.items()}
    fields = {code: _marked(definition, reader.copied) for code, definition in fields.items()}
    tables = {column: code for code, definition in fields.items() for column in definition.columns}
    return Form(app, answer.revision or "", fields, tables)


def parse_precision(raw: object, doing: Message) -> NumberPrecision:
    """Read ``numberPrecision`` of ``app/settings.json``; raises ``UnknownResponseError`` for another shape.

    Where it is missing, or says what no app can be set to, kintone's default stands in and is marked as not known.
    """
    if raw is None:
        return DEFAULT_PRECISION
    told = read_answer(_Precision, raw, doing, Message("numberPrecision"))
    fits = told.decimal_places <= told.digits and told.decimal_places <= limits.MAX_NUMBER_DECIMALS
    if not fits or told.digits > limits.MAX_NUMBER_DIGITS or told.rounding_mode not in ROUNDINGS:
        return DEFAULT_PRECISION
    return NumberPrecision(told.digits, told.decimal_places, told.rounding_mode)


def _marked(definition: FieldDefinition, copied: set[str]) -> FieldDefinition:
    """Mark what lookups fill; that is known only once every field has been read."""
    columns = {code: _marked(column, copied) for code, column in definition.columns.items()}
    return replace(definition, copied=definition.code in copied, columns=columns)


class _Reader:
    """Reads the fields of one answer; ``copied`` are the codes that some lookup fills."""

    def __init__(self, reading: Message) -> None:
        self.copied: set[str] = set()
        self._reading = reading
        self._count = 0

    def definition(self, code: str, raw: object, *, column: bool = False) -> FieldDefinition:
        part = Message("the field {code}", code=named(code))
        told = read_answer(_Field, raw, self._reading, part)
        self._count += 1
        if self._count > limits.MAX_FORM_FIELDS:
            raise misshapen(
                self._reading, Message("the number of fields"), Message("above {most}", most=limits.MAX_FORM_FIELDS)
            )
        if not code or told.code not in (None, code):
            raise misshapen(self._reading, Message("code of {part}", part=part), told.code)
        of_type = field_type(told.type)
        if told.lookup is not None:
            self._note_copied(told.lookup, part)
        return FieldDefinition(
            code=code,
            label=told.label or code,
            type=of_type,
            required=bool(told.required),
            unique=bool(told.unique) and not column,
            has_default=bool(told.default_value) or told.default_now_value is True,
            default=told.default_value or None,
            computed=of_type.on_add and bool(told.expression),
            lookup=told.lookup is not None,
            options=self._options(told, part) if of_type.shape in CHOICES else {},
            limits=Limits(told.min_length, told.max_length, told.min_value, told.max_value, told.protocol or ""),
            columns=self._columns(told, part) if of_type.shape is Shape.ROWS and not column else {},
            format=told.format or "",
        )

    def _columns(self, told: _Field, part: Message) -> dict[str, FieldDefinition]:
        if not told.fields:
            raise misshapen(self._reading, Message("fields of {part}", part=part), told.fields)
        return {code: self.definition(code, raw, column=True) for code, raw in told.fields.items()}

    def _options(self, told: _Field, part: Message) -> dict[str, str]:
        """Return names and labels by the order of ``index``, which arrives as text too."""
        if told.options is None:
            raise misshapen(self._reading, Message("options of {part}", part=part), None)
        if len(told.options) > limits.MAX_FIELD_OPTIONS:
            found = Message("above {most}", most=limits.MAX_FIELD_OPTIONS)
            raise misshapen(self._reading, Message("the number of options of {part}", part=part), found)
        placed: list[tuple[Decimal, str, str]] = []
        for name, raw in told.options.items():
            place = Message("the option {option} of {part}", option=named(name), part=part)
            option = read_answer(_Option, raw, self._reading, place)
            placed.append((option.index or Decimal(0), name, option.label or name))
        return {name: label for _, name, label in sorted(placed, key=lambda entry: entry[0])}

    def _note_copied(self, raw: dict[str, Any], part: Message) -> None:
        lookup = Message("the lookup of {part}", part=part)
        for entry in read_answer(_Lookup, raw, self._reading, lookup).field_mappings:
            self.copied.add(read_answer(_Mapping, entry, self._reading, lookup).field)
