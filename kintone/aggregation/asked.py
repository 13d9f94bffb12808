"""What an aggregation is asked for, read from texts: groups, measures and the order of rows."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kintone.errors import InvalidParameterError
from kintone.field_types import Measure
from kintone.forms.near_matches import nearest_codes, one_of
from kintone.messages import NOTHING, Message
from kintone.texts import printable
from kintone.values.periods import Unit

SYNONYMS: Final = {
    "average": Measure.AVG, "mean": Measure.AVG, "total": Measure.SUM, "minimum": Measure.MIN, "maximum": Measure.MAX,
    "distinct": Measure.COUNT_DISTINCT, "unique": Measure.COUNT_DISTINCT, "nunique": Measure.COUNT_DISTINCT,
}  # fmt: skip
"""Names that models and people write for measures."""
ALL_MEASURES: Final = "count, sum(code), avg(code), min(code), max(code), count_distinct(code)"
# Japanese and Chinese keyboards give brackets and colons of full width.
_OPEN, _CLOSE, _COLON = r"[(\uff08]", r"[)\uff09]", r"[:\uff1a]"
_CALL = re.compile(rf"(?P<name>[^(\uff08]*?)\s*{_OPEN}\s*(?P<code>.*?)\s*{_CLOSE}", re.DOTALL)
_WITH_UNIT = re.compile(rf"(?P<code>.+?)\s*{_COLON}\s*(?P<unit>[^:\uff1a]*)", re.DOTALL)
_WITH_DIRECTION = re.compile(r"(?P<key>.*?)(?:\s+(?P<direction>(?:asc|desc)(?:ending)?))?", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile("""(["'])(.+)\\1""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class AskedGroup:
    """A field to group by; ``text`` is what was written, and names it in the rows."""

    text: str
    code: str
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class AskedMeasure:
    """A measure of a field; ``code`` is blank for ``count``, ``text`` names it in the rows."""

    text: str
    measure: Measure
    code: str = ""


@dataclass(frozen=True, slots=True)
class SortKey:
    """The place of a group or measure in a row, and the direction."""

    place: int
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Groups, measures and order; without an ``order`` rows are sorted by group, ascending."""

    groups: Sequence[AskedGroup] = ()
    measures: Sequence[AskedMeasure] = (AskedMeasure("count", Measure.COUNT),)
    order: Sequence[SortKey] = ()

    @property
    def names(self) -> list[str]:
        """Return the keys of a row, in their order."""
        return [*(group.text for group in self.groups), *(measure.text for measure in self.measures)]

    @property
    def is_count_alone(self) -> bool:
        """Tell whether kintone's own count of records answers it."""
        return not self.groups and all(measure.measure is Measure.COUNT for measure in self.measures)


def read_asked(groups: Iterable[str], measures: Iterable[str], order: Iterable[str]) -> Asked:
    """Read the entries of ``group_by``, ``measures`` and ``order_by``; raises ``InvalidParameterError``."""
    read_groups = list({each.text: each for each in map(_group, groups)}.values())
    read_measures = list({each.text: each for each in map(_measure, measures)}.values())
    asked = Asked(read_groups, read_measures) if read_measures else Asked(read_groups)
    for measure in asked.measures:
        if any(measure.text == group.text for group in asked.groups):
            raise InvalidParameterError(
                'measures: "{name}" is a field of group_by too, and a row has one value of each name; write count() '
                "for the number of records",
                name=measure.text,
            )
    return Asked(asked.groups, asked.measures, [_sort_key(entry, asked) for entry in order])


def _group(entry: str) -> AskedGroup:
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
        return AskedGroup(entry, entry)
    return AskedGroup(entry, match["code"], _unit(match["unit"].strip()))


def _unit(text: str) -> Unit:
    try:
        return Unit(text.lower())
    except ValueError:
        pass
    near = nearest_codes(text, ((unit, unit) for unit in Unit))
    if "fiscal" in text.lower():
        hint = Message("year and quarter are those of the calendar; for a year that begins elsewhere group by month; ")
    else:
        hint = Message("did you mean {near}? ", near=one_of(near)) if near else NOTHING
    raise InvalidParameterError(
        'group_by: "{unit}" is no unit; {hint}units are {units}, as in due:month',
        unit=printable(text),
        hint=hint,
        units=", ".join(Unit),
    )


def _measure(entry: str) -> AskedMeasure:
    call = _CALL.fullmatch(entry)
    name, code = (call["name"], _bare(call["code"])) if call else (entry, "")
    try:
        measure = Measure(name.lower())
    except ValueError:
        raise _no_measure(entry, name) from None
    if measure is not Measure.COUNT and not code:
        raise InvalidParameterError(
            "measures: {measure} needs the code of a field, as in {measure}(amount)", measure=measure
        )
    if measure is Measure.COUNT and code not in ("", "*"):
        raise InvalidParameterError(
            "measures: count counts records and takes no field; write count, or count_distinct({code}) for its "
            "different values; records without a value are left out by a condition in query",
            code=printable(code),
        )
    return AskedMeasure(entry, measure, "" if measure is Measure.COUNT else code)


def _no_measure(entry: str, name: str) -> InvalidParameterError:
    meant = SYNONYMS.get(name.lower())
    near = (meant,) if meant else nearest_codes(name, ((measure, measure) for measure in Measure))
    return InvalidParameterError(
        'measures: "{entry}" is none; {hint}measures are {all}',
        entry=printable(entry),
        hint=Message("did you mean {near}? ", near=one_of(near)) if near else NOTHING,
        all=ALL_MEASURES,
    )


def _bare(text: str) -> str:
    quoted = _QUOTED.fullmatch(text)
    return quoted[2] if quoted else text


def _sort_key(entry: str, asked: Asked) -> SortKey:
    match = _WITH_DIRECTION.fullmatch(entry)
    key = match["key"].strip() if match else entry
    direction = (match["direction"] or "" if match else "").lower()
    place = _place(key, asked)
    if place is None:
        raise InvalidParameterError(
            'order_by: "{key}" is neither in group_by nor in measures; name one of {names}, or add it there',
            key=printable(key),
            names=", ".join(map(printable, asked.names)),
        )
    return SortKey(place, direction.startswith("desc"))


def _place(key: str, asked: Asked) -> int | None:
    """Return the place of what a key means: the name itself, else the same group or measure written another way."""
    if key in asked.names:
        return asked.names.index(key)
    meant = _squashed(key)
    alike = [place for place, name in enumerate(asked.names) if _squashed(name) == meant]
    alike += [place for place, group in enumerate(asked.groups) if group.code == key]
    return alike[0] if len(alike) == 1 else None


def _squashed(text: str) -> str:
    """Level what does not change the meaning of a group or measure; codes keep their letter case."""
    call = _CALL.fullmatch(text)
    if call:
        name, code = call["name"].lower(), _bare(call["code"])
        return name if name == Measure.COUNT and code in ("", "*") else f"{name}({code})"
    match = _WITH_UNIT.fullmatch(text)
    if match:
        return f"{match['code']}:{match['unit'].strip().lower()}"
    return text.lower() if text.lower() == Measure.COUNT else text
