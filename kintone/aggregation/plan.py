"""What is asked, checked against the form of the app: which fields are read, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kintone.aggregation.asked import Asked, AskedGroup, AskedMeasure
from kintone.aggregation.cells import Cells, cells_of
from kintone.errors import InvalidParameterError
from kintone.field_types import PSEUDO_FIELDS, Measure, ValueKind
from kintone.forms.fields import FieldDefinition, Form
from kintone.forms.near_matches import nearest_codes, one_of
from kintone.messages import NOTHING, Message
from kintone.texts import printable
from kintone.values.periods import Unit

DATED = (ValueKind.DATE, ValueKind.DATETIME)


@dataclass(frozen=True, slots=True)
class Place:
    """A field as the form has it; ``table`` is the code of the table that it is a column of, blank for none."""

    field: FieldDefinition
    table: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A field to group by."""

    asked: AskedGroup
    place: Place
    cells: Cells

    @property
    def uses_zone(self) -> bool:
        """Tell whether the time zone decides which group a value belongs to, or how it is written."""
        return self.place.field.value_kind is ValueKind.DATETIME

    @property
    def holds_several(self) -> bool:
        """Tell whether one record may count under several groups."""
        return self.place.field.value_kind.holds_several


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure; ``place`` is None for the number of records."""

    asked: AskedMeasure
    place: Place | None
    cells: Cells

    @property
    def kind(self) -> ValueKind:
        """Tell what is measured."""
        return self.place.field.value_kind if self.place else ValueKind.NOTHING

    @property
    def uses_zone(self) -> bool:
        """Tell whether the time zone decides how the value is written."""
        shows_values = self.asked.measure in (Measure.MIN, Measure.MAX)
        return shows_values and self.kind is ValueKind.DATETIME


@dataclass(frozen=True, slots=True)
class Plan:
    """Groups and measures; ``table`` is the one whose rows are counted, blank where records are."""

    asked: Asked
    groups: Sequence[Group]
    measures: Sequence[Measured]
    table: str
    zone: ZoneInfo

    @property
    def fields(self) -> list[str]:
        """Return the codes of the fields to read, each once: a table's own code for its columns."""
        places = [*(group.place for group in self.groups), *(each.place for each in self.measures if each.place)]
        return list(dict.fromkeys(place.table or place.field.code for place in places))

    @property
    def uses_zone(self) -> bool:
        """Tell whether the time zone matters."""
        return any(group.uses_zone for group in self.groups) or any(each.uses_zone for each in self.measures)

    def uses_unit(self, unit: Unit) -> bool:
        """Tell whether dates are gathered by a unit."""
        return any(group.asked.unit is unit for group in self.groups)


def plan_of(asked: Asked, form: Form, zone: ZoneInfo) -> Plan:
    """Check what is asked against the form; raises ``InvalidParameterError``."""
    groups = [_group(each, form, zone) for each in asked.groups]
    measures = [_measured(each, form, zone) for each in asked.measures]
    places = [*(group.place for group in groups), *(each.place for each in measures if each.place)]
    tables = list(dict.fromkeys(place.table for place in places if place.table))
    if len(tables) > 1:
        raise InvalidParameterError(
            "group_by and measures name columns of the tables {tables}; rows of one table only can be counted at once",
            tables=" and ".join(map(printable, tables)),
        )
    table = tables[0] if tables else ""
    for measure in measures:
        if table and measure.place and not measure.place.table:
            raise InvalidParameterError(
                "measures: {measure} measures a field of the record beside columns of the table {table}, whose rows "
                "would multiply it; measure it in a call of its own, or name columns of {table} alone",
                measure=printable(measure.asked.text),
                table=printable(table),
            )
    return Plan(asked, groups, measures, table, zone)


def _group(asked: AskedGroup, form: Form, zone: ZoneInfo) -> Group:
    place = _place(asked.code, form, "group_by")
    kind = place.field.value_kind
    if not kind.groupable:
        raise InvalidParameterError(
            "group_by: {code} is {words} and makes no groups; group by a choice, a person, a date, a number or a line "
            "of text",
            code=printable(asked.code),
            words=place.field.type.words,
        )
    if asked.unit and kind not in DATED:
        raise InvalidParameterError(
            "group_by: {code} is {words}, and the unit {unit} is for dates; write {code} alone",
            code=printable(asked.code),
            words=place.field.type.words,
            unit=asked.unit,
        )
    if asked.unit is Unit.HOUR and kind is ValueKind.DATE:
        raise InvalidParameterError(
            "group_by: {code} is a date without a time, so it has no hour; its units are {units}",
            code=printable(asked.code),
            units=", ".join(unit for unit in Unit if unit is not Unit.HOUR),
        )
    return Group(asked, place, cells_of(place.field, zone, asked.unit))


def _measured(asked: AskedMeasure, form: Form, zone: ZoneInfo) -> Measured:
    if asked.measure is Measure.COUNT:
        return Measured(asked, None, Cells(lambda _value: ()))
    place = _place(asked.code, form, "measures")
    takes = place.field.value_kind.measures
    if asked.measure not in takes:
        instead = [Message("count"), *(Message("{name}({code})", name=each, code=asked.code) for each in takes)]
        raise InvalidParameterError(
            "measures: {code} is {words} and takes no {measure}; it takes {instead}",
            code=printable(asked.code),
            words=_words(place.field),
            measure=asked.measure,
            instead=", ".join(map(str, instead)),
        )
    return Measured(asked, place, cells_of(place.field, zone))


def _words(field: FieldDefinition) -> Message:
    if not field.format:
        return field.type.words
    return Message("{words} of the format {format}", words=field.type.words, format=printable(field.format))


def _place(code: str, form: Form, parameter: str) -> Place:
    table = form.tables_by_column.get(code, "")
    if code in PSEUDO_FIELDS:
        return Place(FieldDefinition(code, code, PSEUDO_FIELDS[code]))
    field = form.fields[table].columns[code] if table else form.fields.get(code)
    if field is None:
        raise _unknown(code, form, parameter)
    if field.is_table:
        raise InvalidParameterError(
            "{parameter}: {code} is a table; name its columns instead: {columns}",
            parameter=parameter,
            code=printable(code),
            columns=", ".join(map(printable, field.columns)),
        )
    return Place(field, table)


def _unknown(code: str, form: Form, parameter: str) -> InvalidParameterError:
    names = [*form.names(), *form.column_names()]
    column = code.rpartition(".")[2]
    near = (column,) if column in form.tables_by_column else nearest_codes(code, names)
    return InvalidParameterError(
        'app {app} has no field "{code}", which {parameter} names{hint}',
        app=form.app,
        code=printable(code),
        parameter=parameter,
        hint=Message("; did you mean {near}?", near=one_of(near)) if near else NOTHING,
    )
