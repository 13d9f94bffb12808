"""From the answer of ``app/form/fields.json`` to a form, without trust in the server.

Property keys: https://cybozu.dev/ja/kintone/docs/rest-api/apps/form/get-form-fields
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator

from kintone import limits
from kintone.answer_models import AnswerModel, PositiveNumber, misshapen, named, number_text, read_answer
from kintone.field_types.table import Shape, kind_of
from kintone.forms.field_definitions import FieldDefinition, Form, Limits
from kintone.messages import Message
from kintone.values.numbers import DEFAULT_PRECISION, ROUNDINGS, NumberPrecision

LONGEST_NUMBER, MOST_BITS = 64, 200
_WRITTEN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,4})?", re.ASCII)
"""``Decimal`` itself would take ``1_000`` and ``NaN`` too."""
CHOICES = (Shape.OPTION, Shape.OPTIONS)


def _number(value: object) -> Decimal | None:
    """Return a limit, which arrives as text, and as ``""`` where none is set."""
    if value is None or value == "":
        return None
    is_endless = isinstance(value, int) and value.bit_length() > MOST_BITS
    text = str(value) if isinstance(value, str | int | float) and not is_endless else ""
    if len(text) > LONGEST_NUMBER or not _WRITTEN.fullmatch(text):
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
    fits = told.decimal_places <= told.digits and told.decimal_places <= limits.MOST_NUMBER_DECIMALS
    if not fits or told.digits > limits.MOST_NUMBER_DIGITS or told.rounding_mode not in ROUNDINGS:
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
        if self._count > limits.FORM_FIELDS:
            raise misshapen(
                self._reading, Message("the number of fields"), Message("above {most}", most=limits.FORM_FIELDS)
            )
        if not code or told.code not in (None, code):
            raise misshapen(self._reading, Message("code of {part}", part=part), told.code)
        kind = kind_of(told.type)
        if told.lookup is not None:
            self._note_copied(told.lookup, part)
        return FieldDefinition(
            code=code,
            label=told.label or code,
            kind=kind,
            required=bool(told.required),
            unique=bool(told.unique) and not column,
            has_default=bool(told.default_value) or told.default_now_value is True,
            default=told.default_value or None,
            computed=kind.on_add and bool(told.expression),
            lookup=told.lookup is not None,
            options=self._options(told, part) if kind.shape in CHOICES else {},
            limits=Limits(told.min_length, told.max_length, told.min_value, told.max_value, told.protocol or ""),
            columns=self._columns(told, part) if kind.shape is Shape.ROWS and not column else {},
        )

    def _columns(self, told: _Field, part: Message) -> dict[str, FieldDefinition]:
        if not told.fields:
            raise misshapen(self._reading, Message("fields of {part}", part=part), told.fields)
        return {code: self.definition(code, raw, column=True) for code, raw in told.fields.items()}

    def _options(self, told: _Field, part: Message) -> dict[str, str]:
        """Return names and labels by the order of ``index``, which arrives as text too."""
        if told.options is None:
            raise misshapen(self._reading, Message("options of {part}", part=part), None)
        if len(told.options) > limits.FIELD_OPTIONS:
            found = Message("above {most}", most=limits.FIELD_OPTIONS)
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
