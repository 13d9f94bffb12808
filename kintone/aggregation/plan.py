"""The plan of an aggregation: the request checked against the app's form."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kintone.aggregation.request import AggregationRequest, RequestedGroup, RequestedMeasure, read_unit
from kintone.aggregation.values import ValueCodec, codec_of
from kintone.errors import InvalidParameterError
from kintone.field_types import Measure, ValueKind
from kintone.forms.fields import FieldDefinition, Form
from kintone.forms.near_matches import listed
from kintone.forms.unknown_codes import only_near_field, unknown_code
from kintone.messages import NOTHING, Message, verbatim
from kintone.texts import printable
from kintone.values.periods import Unit

_FIELD_AND_UNIT = re.compile(r"(?P<code>.+?)[\s._/-]+(?P<unit>[^\s._/-]+)", re.DOTALL)
KINDS_WITH_UNITS = (ValueKind.DATE, ValueKind.DATETIME)


@dataclass(frozen=True, slots=True)
class SourceField:
    """A field of the form; ``table`` is the code of its table if it is a column, else blank."""

    field: FieldDefinition
    table: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A field to group by."""

    request: RequestedGroup
    source: SourceField
    codec: ValueCodec

    @property
    def uses_zone(self) -> bool:
        """Tell whether the groups, or their names, depend on the time zone."""
        return self.source.field.value_kind is ValueKind.DATETIME

    @property
    def holds_people(self) -> bool:
        """Tell whether the groups are login names, or codes of departments or groups, which have names beside them."""
        return self.source.field.value_kind in (ValueKind.PERSON, ValueKind.PEOPLE)

    @property
    def holds_several(self) -> bool:
        """Tell whether a record may belong to several groups."""
        return self.source.field.value_kind.holds_several


@dataclass(frozen=True, slots=True)
class PlannedMeasure:
    """A measure to compute; ``source`` is None for the number of records."""

    request: RequestedMeasure
    source: SourceField | None
    codec: ValueCodec

    @property
    def kind(self) -> ValueKind:
        """The kind of the field's values; ``NOTHING`` without a field."""
        return self.source.field.value_kind if self.source else ValueKind.NOTHING

    @property
    def uses_zone(self) -> bool:
        """Tell whether the text of the result depends on the time zone."""
        shows_values = self.request.measure in (Measure.MIN, Measure.MAX)
        return shows_values and self.kind is ValueKind.DATETIME


@dataclass(frozen=True, slots=True)
class AggregationPlan:
    """Groups and measures; ``table`` is the table whose rows are counted, blank if records are counted."""

    request: AggregationRequest
    groups: Sequence[Group]
    measures: Sequence[PlannedMeasure]
    table: str
    zone: ZoneInfo

    @property
    def fields(self) -> list[str]:
        """Return the codes of the fields to read, each once; for a column that of its table."""
        return list(dict.fromkeys(source.table or source.field.code for source in _sources(self.groups, self.measures)))

    @property
    def uses_zone(self) -> bool:
        """Tell whether any result depends on the time zone."""
        return any(group.uses_zone for group in self.groups) or any(measure.uses_zone for measure in self.measures)

    def uses_unit(self, unit: Unit) -> bool:
        """Tell whether records are grouped by a unit."""
        return any(group.request.unit is unit for group in self.groups)


def plan_of(request: AggregationRequest, form: Form, zone: ZoneInfo) -> AggregationPlan:
    """Check a request against the form; raises ``InvalidParameterError``."""
    groups = [_group(group, form, zone) for group in request.groups]
    measures = [_measure(measure, form, zone) for measure in request.measures]
    tables = list(dict.fromkeys(source.table for source in _sources(groups, measures) if source.table))
    if len(tables) > 1:
        raise InvalidParameterError(
            "group_by and measures name columns of the tables {tables}; one call can count the rows of one table only",
            tables=" and ".join(map(printable, tables)),
        )
    table = tables[0] if tables else ""
    for measure in measures:
        if table and measure.source and not measure.source.table:
            raise InvalidParameterError(
                "measures: {measure} is a field of the record, and with columns of the table {table} its value would "
                "count once for each row; measure it in a separate call, or name only columns of {table}",
                measure=printable(measure.request.text),
                table=printable(table),
            )
    return AggregationPlan(request, groups, measures, table, zone)


def _sources(groups: Sequence[Group], measures: Sequence[PlannedMeasure]) -> list[SourceField]:
    return [*(group.source for group in groups), *(measure.source for measure in measures if measure.source)]


def _group(request: RequestedGroup, form: Form, zone: ZoneInfo) -> Group:
    source = _source(request.code, form, "group_by")
    kind = source.field.value_kind
    if not kind.groupable:
        raise InvalidParameterError(
            "group_by: {code} is {words}, which groups cannot use; group by a choice, a person, a date, a number or "
            "a line of text",
            code=printable(request.code),
            words=source.field.type.words,
        )
    if request.unit and kind not in KINDS_WITH_UNITS:
        raise InvalidParameterError(
            "group_by: {code} is {words}, and the unit {unit} is for dates only; write {code} without it",
            code=printable(request.code),
            words=source.field.type.words,
            unit=request.unit,
        )
    if request.unit is Unit.HOUR and kind is ValueKind.DATE:
        raise InvalidParameterError(
            "group_by: {code} is a date without a time and has no hours; its units are {units}",
            code=printable(request.code),
            units=", ".join(unit for unit in Unit if unit is not Unit.HOUR),
        )
    return Group(request, source, codec_of(source.field, zone, request.unit))


def _measure(request: RequestedMeasure, form: Form, zone: ZoneInfo) -> PlannedMeasure:
    if request.measure is Measure.COUNT:
        return PlannedMeasure(request, None, ValueCodec(lambda _value: ()))
    source = _source(request.code, form, "measures")
    allowed = source.field.value_kind.measures
    if request.measure not in allowed:
        instead = [Message("count"), *(Message("{name}({code})", name=name, code=request.code) for name in allowed)]
        raise InvalidParameterError(
            "measures: {code} is {words} and has no {measure}; its measures are {instead}",
            code=printable(request.code),
            words=_words(source.field),
            measure=request.measure,
            instead=", ".join(map(str, instead)),
        )
    return PlannedMeasure(request, source, codec_of(source.field, zone))


def _words(field: FieldDefinition) -> Message:
    if not field.format:
        return field.type.words
    return Message("{words} in the format {format}", words=field.type.words, format=printable(field.format))


def _source(code: str, form: Form, parameter: str) -> SourceField:
    field = form.find(code)
    if field is None:
        raise InvalidParameterError(_with_unit(parameter, code, form) or unknown_code(parameter, code, form))
    if field.is_table:
        raise InvalidParameterError(
            "{parameter}: {code} is a table; name its columns instead: {columns}",
            parameter=parameter,
            code=printable(code),
            columns=listed([verbatim(printable(column)) for column in field.columns]),
        )
    return SourceField(field, form.tables_by_column[code] if field.in_table else "")


def _with_unit(parameter: str, code: str, form: Form) -> Message:
    """Return how to write a field with a unit behind it, such as ``due.month``; nothing for another unknown code."""
    match = _FIELD_AND_UNIT.fullmatch(code)
    unit = read_unit(match["unit"]) if match else None
    if match is None or unit is None:
        return NOTHING
    meant = form.find(match["code"]) or only_near_field(match["code"], form)
    if meant is None or meant.value_kind not in KINDS_WITH_UNITS:
        return NOTHING
    return Message(
        '{parameter}: app {app} has no field "{code}"; write "{field}:{unit}"',
        parameter=parameter,
        app=form.app,
        code=printable(code),
        field=printable(meant.code),
        unit=unit,
    )
