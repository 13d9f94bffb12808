"""The request for an aggregation, parsed from texts: groups, measures and the order of rows."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kintone.errors import InvalidParameterError
from kintone.field_types import Measure
from kintone.forms.near_matches import folded
from kintone.messages import NOTHING, Joined, Message
from kintone.texts import printable
from kintone.values.periods import Unit

SYNONYMS: Final = {
    "average": Measure.AVG, "mean": Measure.AVG, "total": Measure.SUM, "minimum": Measure.MIN, "maximum": Measure.MAX,
    "distinct": Measure.COUNT_DISTINCT, "unique": Measure.COUNT_DISTINCT, "nunique": Measure.COUNT_DISTINCT,
    "countdistinct": Measure.COUNT_DISTINCT, "distinctcount": Measure.COUNT_DISTINCT,
}  # fmt: skip
"""Other names of measures, suggested in errors; a name that is only similar may mean something else, as median does."""
UNIT_SYNONYMS: Final = {
    **{f"{unit}s": unit for unit in Unit}, **{f"{unit}ly": unit for unit in Unit}, "annual": Unit.YEAR,
    "daily": Unit.DAY, "date": Unit.DAY, "dayofweek": Unit.WEEKDAY, "dow": Unit.WEEKDAY, "yyyymm": Unit.MONTH,
    "yyyy": Unit.YEAR, "年": Unit.YEAR, "四半期": Unit.QUARTER, "季度": Unit.QUARTER, "月": Unit.MONTH, "週": Unit.WEEK,
    "周": Unit.WEEK, "日": Unit.DAY, "曜日": Unit.WEEKDAY, "時": Unit.HOUR,
}  # fmt: skip
"""Other names of units."""
ALL_MEASURES: Final = "count, sum(code), avg(code), min(code), max(code), count_distinct(code)"
# Japanese and Chinese keyboards also write brackets and colons of full width.
_OPEN, _CLOSE, _COLON = r"[(\uff08]", r"[)\uff09]", r"[:\uff1a]"
_CALL = re.compile(rf"(?P<name>[^(\uff08]*?)\s*{_OPEN}\s*(?P<code>.*?)\s*{_CLOSE}", re.DOTALL)
_WITH_UNIT = re.compile(rf"(?P<code>.+?)\s*{_COLON}\s*(?P<unit>[^:\uff1a]*)", re.DOTALL)
_WITH_DIRECTION = re.compile(r"(?P<key>.*?)(?:\s+(?P<direction>(?:asc|desc)(?:ending)?))?", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile("""(["'])(.+)\\1""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class RequestedGroup:
    """A field to group by; ``text`` is the entry as written, and the key of the group in the rows."""

    text: str
    code: str
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class RequestedMeasure:
    """A measure of a field, without a ``code`` for ``count``; ``text`` is the entry as written, and the key in rows."""

    text: str
    measure: Measure
    code: str = ""


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column to sort by, as an index into ``AggregationRequest.names``, and the direction."""

    column: int
    descending: bool = False


@dataclass(frozen=True, slots=True)
class AggregationRequest:
    """Groups, measures and order; without an ``order`` rows are sorted by group, ascending."""

    groups: Sequence[RequestedGroup] = ()
    measures: Sequence[RequestedMeasure] = (RequestedMeasure("count", Measure.COUNT),)
    order: Sequence[SortKey] = ()

    @property
    def names(self) -> list[str]:
        """Return the keys of a row, in order: the groups, then the measures."""
        return [*(group.text for group in self.groups), *(measure.text for measure in self.measures)]

    @property
    def is_count_only(self) -> bool:
        """Tell whether kintone's own count of records is the whole result."""
        return not self.groups and all(measure.measure is Measure.COUNT for measure in self.measures)


def parse_request(groups: Iterable[str], measures: Iterable[str], order: Iterable[str]) -> AggregationRequest:
    """Parse the entries of ``group_by``, ``measures`` and ``order_by``; raises ``InvalidParameterError``."""
    parsed_groups = list({group.text: group for group in map(_group, groups)}.values())
    parsed_measures = list({measure.text: measure for measure in map(_measure, measures)}.values())
    request = (
        AggregationRequest(parsed_groups, parsed_measures) if parsed_measures else AggregationRequest(parsed_groups)
    )
    group_names = {group.text for group in request.groups}
    for measure in request.measures:
        if measure.text in group_names:
            raise InvalidParameterError(
                'measures: "{name}" is also a field in group_by, and a row has one value of each name; write count() '
                "for the number of records",
                name=measure.text,
            )
    return AggregationRequest(request.groups, request.measures, [_sort_key(entry, request) for entry in order])


# Groups


def _group(entry: str) -> RequestedGroup:
    call = _CALL.fullmatch(entry)
    if call and call["name"].lower() in list(Unit):
        raise InvalidParameterError(
            'group_by: write "{code}:{unit}" instead of "{entry}"',
            code=printable(call["code"]),
            unit=call["name"].lower(),
            entry=printable(entry),
        )
    match = _WITH_UNIT.fullmatch(entry)
    if match is None:
        return RequestedGroup(entry, entry)
    return RequestedGroup(entry, match["code"], _unit(match["unit"].strip()))


def read_unit(text: str) -> Unit | None:
    """Return the unit with this name or synonym, None for another text."""
    name = _plain(text)
    return Unit(name) if name in list(Unit) else UNIT_SYNONYMS.get(name)


def _unit(text: str) -> Unit:
    if text.lower() in list(Unit):
        return Unit(text.lower())
    nearest = read_unit(text)
    if "fiscal" in text.lower():
        hint = Message("year and quarter are calendar years and quarters; for a fiscal year group by month")
    else:
        hint = Message('did you mean "{nearest}"?', nearest=nearest) if nearest else NOTHING
    complaint = Message(
        'group_by: "{unit}" is not a unit; the units are {units}, as in due:month',
        unit=printable(text),
        units=", ".join(Unit),
    )
    raise InvalidParameterError(Joined([complaint, hint]))


# Measures


def _measure(entry: str) -> RequestedMeasure:
    call = _CALL.fullmatch(entry)
    name, code = (call["name"], _unquoted(call["code"])) if call else (entry, "")
    try:
        measure = Measure(name.lower())
    except ValueError:
        raise _unknown_measure(entry, name) from None
    if measure is not Measure.COUNT and not code:
        raise InvalidParameterError(
            "measures: {measure} needs the code of a field, as in {measure}(amount)", measure=measure
        )
    if measure is Measure.COUNT and code not in ("", "*"):
        raise InvalidParameterError(
            "measures: count counts records and takes no field; write count, or count_distinct({code}) for the number "
            "of different values; to leave out records without a value, add a condition to query",
            code=printable(code),
        )
    return RequestedMeasure(entry, measure, "" if measure is Measure.COUNT else code)


def _unknown_measure(entry: str, name: str) -> InvalidParameterError:
    nearest = SYNONYMS.get(_plain(name))
    complaint = Message(
        'measures: "{entry}" is not a measure; the measures are {all}', entry=printable(entry), all=ALL_MEASURES
    )
    hint = Message('did you mean "{nearest}"?', nearest=nearest) if nearest else NOTHING
    return InvalidParameterError(Joined([complaint, hint]))


def _plain(name: str) -> str:
    """Return a name in lower case and half width without the signs between its words."""
    return re.sub(r"[\W_]+", "", folded(name))


def _unquoted(text: str) -> str:
    quoted = _QUOTED.fullmatch(text)
    return quoted[2] if quoted else text


# The order of rows


def _sort_key(entry: str, request: AggregationRequest) -> SortKey:
    match = _WITH_DIRECTION.fullmatch(entry)
    key = match["key"].strip() if match else entry
    direction = (match["direction"] or "" if match else "").lower()
    column = _column(key, request)
    if column is None:
        raise InvalidParameterError(
            'order_by: "{key}" is neither in group_by nor in measures; write one of {names}, or add it there',
            key=printable(key),
            names=", ".join(map(printable, request.names)),
        )
    return SortKey(column, direction.startswith("desc"))


def _column(key: str, request: AggregationRequest) -> int | None:
    """Return the column with this name, or the only one that means the same, such as a group without its unit."""
    if key in request.names:
        return request.names.index(key)
    normalized = _normalized(key)
    same = [column for column, name in enumerate(request.names) if _normalized(name) == normalized]
    same += [column for column, group in enumerate(request.groups) if group.code == key]
    return same[0] if len(same) == 1 else None


def _normalized(text: str) -> str:
    """Return a group or measure in one spelling: names and units in lower case without blanks, codes unchanged."""
    call = _CALL.fullmatch(text)
    if call:
        name, code = call["name"].lower(), _unquoted(call["code"])
        return name if name == Measure.COUNT and code in ("", "*") else f"{name}({code})"
    match = _WITH_UNIT.fullmatch(text)
    if match:
        return f"{match['code']}:{match['unit'].strip().lower()}"
    return text.lower() if text.lower() == Measure.COUNT else text
