"""Aggregations of random records equal those computed with Python's statistics, fractions and zoneinfo."""

import itertools
import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.aggregation_samples import aggregated

OPTIONS = ("High", "Middle", "Low")
TAGS = ("new", "sale", "rest")
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Tokyo", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC")
CHANGES = (
    datetime(2026, 3, 8, 7, tzinfo=UTC),  # New York, forwards
    datetime(2026, 11, 1, 6, tzinfo=UTC),  # and back
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # Berlin
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),  # Lord Howe, by half an hour
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 1, 1, tzinfo=UTC),
)

type Values = dict[str, Any]

numbers = st.one_of(
    st.just(""),
    st.decimals(min_value=-(10**30) + 1, max_value=10**30 - 1, places=10).map(lambda number: f"{number:f}"),
    st.decimals(min_value=-9, max_value=9, places=1).map(lambda number: f"{number:f}"),
    st.integers(-3, 3).map(str),
)
moments = st.one_of(
    st.just(""),
    st.builds(
        lambda change, minutes: f"{change + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:00Z}",
        st.sampled_from(CHANGES),
        st.integers(-180, 180),
    ),
)
days = st.one_of(st.none(), st.dates(datetime(2024, 12, 20).date(), datetime(2027, 1, 10).date()).map(str))  # noqa: DTZ001
durations = st.one_of(
    st.just(""), st.integers(-3_000, 30_000).map(lambda m: f"{'-' * (m < 0)}{abs(m) // 60}:{abs(m) % 60:02}")
)
rows = st.lists(st.fixed_dictionaries({"item": st.sampled_from(("", "pen", "ink")), "qty": numbers}), max_size=3)
records = st.lists(
    st.fixed_dictionaries(
        {
            "amount": numbers,
            "due": days,
            "seen": moments,
            "worked": durations,
            "rank": st.sampled_from((None, *OPTIONS)),
            "tags": st.lists(st.sampled_from(TAGS), unique=True),
            "owner": st.lists(st.sampled_from("abc"), unique=True).map(
                lambda codes: [{"code": code, "name": code.upper()} for code in codes]
            ),
            "lines": rows,
        }
    ),
    max_size=12,
)


def plain(number: Fraction) -> str:
    """Write a fraction with at most ten decimals, half to even, without zeros at the end."""
    scaled = round(number * 10**10)
    sign, digits = "-" * (scaled < 0), f"{abs(scaled):011}"
    return (f"{sign}{digits[:-10]}.{digits[-10:]}".rstrip("0").rstrip(".")) if scaled else "0"


def minutes(text: str) -> int:
    """Return the minutes of a duration."""
    hours, _, rest = text.lstrip("-").partition(":")
    return (int(hours) * 60 + int(rest)) * (-1 if text.startswith("-") else 1)


def duration(number: int) -> str:
    """Write minutes as a duration."""
    return f"{'-' * (number < 0)}{abs(number) // 60}:{abs(number) % 60:02}"


def expected(
    counted: Sequence[Values], keys: Callable[[Values], Sequence[Sequence[str]]], code: str
) -> dict[tuple[str, ...], tuple[int, str, str, str, str, int]]:
    """Return count, sum, mean, least, most and number of different values of a number field by group."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for each in counted:
        for key in itertools.product(*keys(each)):
            groups[key].append(each[code])
    wanted = {}
    for key, texts in groups.items():
        found = [Fraction(text) for text in texts if text]
        wanted[key] = (
            len(texts),
            plain(sum(found, Fraction(0))),
            plain(statistics.mean(found)) if found else "",
            plain(min(found)) if found else "",
            plain(max(found)) if found else "",
            len(set(found)),
        )
    return wanted


def measured(
    records: Sequence[Values], group_by: Sequence[str], code: str, zone: str = "UTC"
) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """Return the result of the aggregation in the shape of ``expected``."""
    names = ("count", f"sum({code})", f"avg({code})", f"min({code})", f"max({code})", f"count_distinct({code})")
    found = aggregated(records, group_by, names, zone=zone).rows(100_000)
    actual = {tuple(row[name] for name in group_by): tuple(row[name] for name in names) for row in found}
    assert len(actual) == len(found)
    return {tuple(map(str, key)): values for key, values in actual.items()}


def periods(local: datetime) -> dict[str, str]:
    """Return the period of a moment for each unit, from strftime only."""
    monday = local.date() - timedelta(days=int(local.strftime("%u")) - 1)
    offset = local.strftime("%z")
    return {
        "year": local.strftime("%Y"),
        "quarter": f"{local:%Y}-Q{(int(local.strftime('%m')) + 2) // 3}",
        "month": local.strftime("%Y-%m"),
        "week": monday.strftime("%Y-%m-%d"),
        "day": local.strftime("%Y-%m-%d"),
        "weekday": local.strftime("%u"),
        "hour": f"{local:%Y-%m-%dT%H}:00{offset[:3]}:{offset[3:]}",
    }


def moment_period(text: str, zone: str, unit: str) -> list[str]:
    """Return the period of a moment, "" for none."""
    if not text:
        return [""]
    instant = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return [periods(instant.astimezone(ZoneInfo(zone)))[unit]]


def day_period(text: str | None, unit: str) -> list[str]:
    """Return the period of a day, "" for none."""
    return [periods(datetime.strptime(f"{text}Z", "%Y-%m-%d%z"))[unit]] if text else [""]


def listed(values: Sequence[Any]) -> list[str]:
    """Return options or login names, "" for none."""
    return [each if isinstance(each, str) else each["code"] for each in values] or [""]


@given(records)
def test_choices_and_people_when_grouped(drawn: list[Values]) -> None:
    """Single choices, several choices and people, with and without values, give the expected groups and numbers."""
    actual = measured(drawn, ["rank", "tags", "owner"], "amount")

    wanted = expected(drawn, lambda each: ([each["rank"] or ""], listed(each["tags"]), listed(each["owner"])), "amount")
    assert actual == wanted


@settings(max_examples=200)
@given(records, st.sampled_from(ZONES), st.sampled_from(("year", "quarter", "month", "week", "day", "weekday", "hour")))
def test_moments_when_grouped(drawn: list[Values], zone: str, unit: str) -> None:
    """Moments around every change of the clocks belong to the period that zoneinfo and strftime give."""
    actual = measured(drawn, [f"seen:{unit}"], "amount", zone)

    assert actual == expected(drawn, lambda each: [moment_period(each["seen"], zone, unit)], "amount")


@given(records, st.sampled_from(ZONES), st.sampled_from(("year", "quarter", "month", "week", "day", "weekday")))
def test_days_when_grouped(drawn: list[Values], zone: str, unit: str) -> None:
    """Days belong to the period that strftime gives, whatever the zone."""
    actual = measured(drawn, [f"due:{unit}"], "amount", zone)

    assert actual == expected(drawn, lambda each: [day_period(each["due"], unit)], "amount")


@given(records)
def test_rows_of_a_table_when_grouped(drawn: list[Values]) -> None:
    """Table rows are grouped by a column and a field of their record."""
    actual = measured(drawn, ["rank", "item"], "qty")

    flat = [{**row, "rank": each["rank"] or ""} for each in drawn for row in each["lines"]]
    assert actual == expected(flat, lambda row: ([row["rank"]], [row["item"]]), "qty")


@given(records)
def test_durations_when_measured(drawn: list[Values]) -> None:
    """Durations are added, averaged to the minute and compared as minutes."""
    ((*_, total, mean, least, most),) = (
        tuple(row.values())
        for row in aggregated(drawn, (), ["sum(worked)", "avg(worked)", "min(worked)", "max(worked)"]).rows(1)
    )

    found = [minutes(each["worked"]) for each in drawn if each["worked"]]
    assert total == duration(sum(found))
    assert mean == (duration(round(Fraction(sum(found), len(found)))) if found else "")
    assert (least, most) == ((duration(min(found)), duration(max(found))) if found else ("", ""))


@given(records, st.sampled_from(ZONES), st.booleans())
def test_rows_when_sorted(drawn: list[Values], zone: str, descending: bool) -> None:  # noqa: FBT001 - drawn
    """Hours are sorted by time, sums by size, and equal sums by group."""
    by_hour = [row["seen:hour"] for row in aggregated(drawn, ["seen:hour"], zone=zone).rows(99)]
    instants = [datetime.fromisoformat(str(text)) for text in by_hour if text]
    assert instants == sorted(instants)
    assert "" not in by_hour[1:]

    order = [f"sum(amount) {'desc' if descending else 'asc'}"]
    rows = aggregated(drawn, ["rank"], ["sum(amount)"], order).rows(99)
    found = [(Decimal(row["sum(amount)"]), str(row["rank"])) for row in rows]
    with localcontext(prec=60):
        places = ["", *OPTIONS]
        wanted = sorted(found, key=lambda row: (-row[0] if descending else row[0], places.index(row[1])))
    assert found == wanted
