"""Reading forms and number precisions from kintone's answers."""

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator

from kintone import limits
from kintone.field_types import Shape, field_type
from kintone.forms.fields import Entity, FieldDefinition, Form, Limits, Lookup, RelatedRecords
from kintone.messages import Message
from kintone.replies import AnswerModel, PositiveNumber, misshapen, name_in_answer, number_text, read_answer
from kintone.values.numbers import DEFAULT_PRECISION, ROUNDINGS, NumberPrecision

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


def _app_id(value: object) -> str:
    """Return the id of an app, "" where kintone shows none."""
    text = "" if value is None or value == "" else number_text(value)
    if text is None:
        raise ValueError("not a number")
    return text


type Number = Annotated[Decimal | None, PlainValidator(_number)]
type Length = Annotated[int | None, PlainValidator(_length)]


class _FormAnswer(AnswerModel):
    properties: dict[str, Any] = Field(min_length=1)
    """Never empty: every app has system fields, such as the record number."""
    revision: PositiveNumber | None = None


class _Mapping(AnswerModel):
    field: str
    related_field: str | None = None


class _RelatedApp(AnswerModel):
    app: Annotated[str, BeforeValidator(_app_id)] = ""


class _Lookup(AnswerModel):
    related_app: _RelatedApp | None = None
    related_key_field: str | None = None
    field_mappings: list[Any] = Field(default_factory=list)


class _ReferenceTable(AnswerModel):
    related_app: _RelatedApp | None = None
    condition: _Mapping
    display_fields: list[str] = Field(default_factory=list)
    filter_cond: str | None = None


class _Entity(AnswerModel):
    type: str
    code: str | None = None


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
    unit: str | None = None
    display_scale: Length = None
    entities: list[Any] | None = None
    enabled: bool | None = None
    options: dict[str, Any] | None = None
    lookup: dict[str, Any] | None = None
    reference_table: dict[str, Any] | None = None
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


def _with_copied_mark(definition: FieldDefinition, copied: Mapping[str, str]) -> FieldDefinition:
    """Return a field marked where a lookup fills it, which is known only when every field has been read."""
    columns = {code: _with_copied_mark(column, copied) for code, column in definition.columns.items()}
    return replace(definition, copied_by=copied.get(definition.code, ""), columns=columns)


class _FieldReader:
    """Reads the fields of one answer; ``copied`` collects the codes that lookups fill, with those of the lookups."""

    def __init__(self, description: Message) -> None:
        self.copied: dict[str, str] = {}
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
        return FieldDefinition(
            code=code,
            label=parsed.label or code,
            type=type_of_field,
            required=bool(parsed.required),
            unique=bool(parsed.unique) and not column,
            has_default=bool(parsed.default_value) or parsed.default_now_value is True,
            default=parsed.default_value or None,
            computed=type_of_field.on_add and bool(parsed.expression),
            lookup=None if parsed.lookup is None else self._lookup(code, parsed.lookup, part),
            related=None if not parsed.reference_table else self._related(parsed.reference_table, part),
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
            default_now=parsed.default_now_value is True,
            unit=parsed.unit or "",
            shown_decimals=parsed.display_scale,
            expression=parsed.expression or "",
            entities=self._entities(parsed, part),
            enabled=parsed.enabled is True,
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

    def _lookup(self, code: str, raw: dict[str, Any], part: Message) -> Lookup:
        """Return a lookup and note what it fills."""
        place = Message("the lookup of {part}", part=part)
        lookup = read_answer(_Lookup, raw, self._description, place)
        mappings = [read_answer(_Mapping, entry, self._description, place) for entry in lookup.field_mappings]
        copies = {mapping.field: mapping.related_field or "" for mapping in mappings}
        self.copied |= dict.fromkeys(copies, code)
        app = lookup.related_app.app if lookup.related_app else ""
        return Lookup(app, lookup.related_key_field or "", copies)

    def _related(self, raw: dict[str, Any], part: Message) -> RelatedRecords:
        table = read_answer(
            _ReferenceTable, raw, self._description, Message("the related records of {part}", part=part)
        )
        return RelatedRecords(
            app=table.related_app.app if table.related_app else "",
            own=table.condition.field,
            key=table.condition.related_field or "",
            columns=table.display_fields,
            condition=table.filter_cond or "",
        )

    def _entities(self, parsed: _Field, part: Message) -> tuple[Entity, ...]:
        place = Message("the entities of {part}", part=part)
        read = [read_answer(_Entity, entry, self._description, place) for entry in parsed.entities or ()]
        return tuple(Entity(entity.type, entity.code or "") for entity in read)
