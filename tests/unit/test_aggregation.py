"""Groups, measures and the order of rows, from what users rely on and kintone's documented values."""

import gc
import tracemalloc
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kintone.aggregation.asked import read_asked
from kintone.aggregation.engine import Aggregation
from kintone.aggregation.plan import plan_of
from kintone.errors import ResultTooLargeError, UnknownResponseError
from kintone.reading.pages import Page
from tests.unit.aggregating import FORM, aggregation_of, one, rows_of, shown

AMOUNTS = [{"amount": "0.1"}, {"amount": "0.2"}, {"amount": ""}, {"amount": "-5"}]


def people(*codes: str) -> list[dict[str, str]]:
    """Return users as kintone shows them."""
    return [{"code": code, "name": f"{code}さん"} for code in codes]


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("count", 4),
        ("sum(amount)", "-4.7"),
        ("avg(amount)", "-1.5666666667"),
        ("min(amount)", "-5"),
        ("max(amount)", "0.2"),
        ("count_distinct(amount)", 3),
    ],
)
def test_number_when_measured(measure: str, value: str | int) -> None:
    """Sums are exact, averages have ten decimals, an empty value counts in nothing but count."""
    assert one(AMOUNTS, measure) == value


def test_numbers_when_they_are_large() -> None:
    """Thirty digits beside ten decimals lose none."""
    large = [{"amount": "9" * 30}, {"amount": "0.1111111111"}] * 50

    assert one(large, "sum(amount)") == f"{50 * int('9' * 30) + 5}.555555555"


def test_numbers_when_written_in_different_ways() -> None:
    """Groups and different values go by the number, not by its text, and are sorted as numbers."""
    records = [{"amount": text} for text in ("10", "10.0", "9", "1e1", "-1")]

    assert rows_of(records, ["amount"]) == [
        {"amount": "-1", "count": 1},
        {"amount": "9", "count": 1},
        {"amount": "10", "count": 3},
    ]
    assert one(records, "count_distinct(amount)") == 3


@pytest.mark.parametrize(
    ("measure", "value"),
    [("sum(amount)", "0"), ("avg(amount)", ""), ("min(due)", ""), ("count_distinct(name)", 0), ("sum(worked)", "0:00")],
)
@pytest.mark.parametrize("records", [[], [{"amount": "", "due": None, "name": "", "worked": ""}]])
def test_measure_when_there_is_no_value(records: list[dict[str, Any]], measure: str, value: str | int) -> None:
    """A sum of none is 0, every other value is empty."""
    assert one(records, measure) == value


@pytest.mark.parametrize("code", ["worked", "worked_days"])
@pytest.mark.parametrize(
    ("measure", "value"),
    [("sum", "44:01"), ("avg", "14:40"), ("min", "9:00"), ("max", "25:01"), ("count_distinct", 3)],
)
def test_duration_when_measured(code: str, measure: str, value: str | int) -> None:
    """Hours and minutes are added beyond a day and compared by length: 9:00 is below 10:00."""
    records = [{code: "10:00"}, {code: "25:01"}, {code: "9:00"}]

    assert one(records, f"{measure}({code})") == value


def test_durations_when_below_zero() -> None:
    """A negative duration is subtracted and written with its sign."""
    assert one([{"worked": "-1:30"}, {"worked": "0:15"}], "sum(worked)") == "-1:15"
    assert one([{"worked": "-1:30"}, {"worked": "-1:31"}], "min(worked)") == "-1:31"


@pytest.mark.parametrize(
    ("code", "values", "least", "most"),
    [
        ("due", ["2026-03-05", "2025-12-31", None], "2025-12-31", "2026-03-05"),
        ("last_day", ["2026-03-05", "2025-12-31", ""], "2025-12-31", "2026-03-05"),
        ("start", ["13:00", "09:30", None], "09:30", "13:00"),
        (
            "seen",
            ["2026-03-05T15:00:00Z", "2026-03-05T14:59:00Z", ""],
            "2026-03-05T23:59:00+09:00",
            "2026-03-06T00:00:00+09:00",
        ),
    ],
)
def test_dates_when_measured(code: str, values: list[str | None], least: str, most: str) -> None:
    """Dates, times and moments have a first and a last; moments carry the offset of the zone."""
    (row,) = rows_of(
        [{code: value} for value in values],
        (),
        [f"min({code})", f"max({code})", f"count_distinct({code})"],
        zone="Asia/Tokyo",
    )

    assert list(row.values()) == [least, most, 2]


def test_date_when_the_zone_lies_behind() -> None:
    """A date is not shifted by a zone; a moment is."""
    (row,) = rows_of(
        [{"due": "2026-03-01", "seen": "2026-03-01T00:00:00Z"}], ["due:month", "seen:month"], zone="America/New_York"
    )

    assert (row["due:month"], row["seen:month"]) == ("2026-03", "2026-02")


def test_hours_when_clocks_are_set_back() -> None:
    """The two hours of one name follow each other as they did."""
    seen = [{"seen": f"2026-10-25T{hour:02}:15:00Z"} for hour in (2, 1, 0, 1)]
    rows = rows_of(seen, ["seen:hour"], zone="Europe/Berlin")

    assert [tuple(row.values()) for row in rows] == [
        ("2026-10-25T02:00+02:00", 1),
        ("2026-10-25T02:00+01:00", 2),
        ("2026-10-25T03:00+01:00", 1),
    ]


def test_choices_when_grouped() -> None:
    """Options stand in the form's order, none first, those that the form has no more last."""
    records = [{"rank": value} for value in ("Low", "Gone", "High", None, "Middle", "", "Low")]

    assert rows_of(records, ["rank"]) == [
        {"rank": "", "count": 2},
        {"rank": "High", "count": 1},
        {"rank": "Middle", "count": 1},
        {"rank": "Low", "count": 2},
        {"rank": "Gone", "count": 1},
    ]


def test_several_choices_when_grouped() -> None:
    """A record counts once under each of its choices, and the notes tell how many have several and how many none."""
    records: list[dict[str, Any]] = [
        {"tags": ["sale", "new"]},
        {"tags": ["new"]},
        {"tags": []},
        {"tags": ["new", "rest", "sale"]},
    ]
    aggregation = aggregation_of(records, ["tags"])

    assert [tuple(row.values()) for row in aggregation.rows(9)] == [("", 1), ("new", 3), ("sale", 2), ("rest", 1)]
    assert (aggregation.notes[0].several, aggregation.notes[0].empty) == (2, 1)
    assert one(records, "count_distinct(tags)") == 3


def test_people_when_grouped() -> None:
    """People are told by login name; one who stands twice counts once."""
    records = [
        {"owner": people("b", "a", "b"), "made_by": {"code": "z", "name": "Z"}},
        {"owner": people("a"), "made_by": {"code": "y", "name": "Z"}},
    ]

    assert [tuple(row.values()) for row in rows_of(records, ["owner", "made_by"])] == [
        ("a", "y", 1),
        ("a", "z", 1),
        ("b", "z", 1),
    ]


def test_rows_of_a_table_when_counted() -> None:
    """Columns of a table count its rows, with fields of their record beside them; a record without rows adds none."""
    records: list[dict[str, Any]] = [
        {"rank": "High", "lines": [{"item": "pen", "qty": "2"}, {"item": "ink", "qty": "0.5"}]},
        {"rank": "Low", "lines": []},
        {"rank": "Low", "lines": [{"item": "pen", "qty": "3"}, {"item": "", "qty": ""}]},
    ]
    aggregation = aggregation_of(records, ["rank", "item"], ["count", "sum(qty)"])

    assert [tuple(row.values()) for row in aggregation.rows(9)] == [
        ("High", "ink", 1, "0.5"),
        ("High", "pen", 1, "2"),
        ("Low", "", 1, "0"),
        ("Low", "pen", 1, "3"),
    ]
    assert (aggregation.record_count, aggregation.counted, aggregation.without_rows) == (3, 4, 1)
    assert one(records, "sum(qty)") == "5.5"


def test_rows_when_sorted_by_a_measure() -> None:
    """Rows follow the order asked for, equal ones by group, those without a value last in both directions."""
    records = [
        {"name": name, "amount": amount} for name, amount in zip("abcde", ["2", "10", "", "2", "-1"], strict=True)
    ]

    def names(*order: str) -> str:
        return "".join(str(row["name"]) for row in rows_of(records, ["name"], ["max(amount)"], order))

    assert names() == "abcde"
    assert names("name desc") == "edcba"
    assert names("max(amount) desc") == "badec"
    assert names("max(amount)") == "eadbc"
    assert names("MAX( amount ) DESC", "name desc") == "bdaec"


def test_rows_when_cut() -> None:
    """The first rows are returned, the number of all is known."""
    aggregation = aggregation_of([{"name": name} for name in "abcab"], ["name"], order_by=["count desc"])

    assert [row["name"] for row in aggregation.rows(2)] == ["a", "b"]
    assert aggregation.total_rows == 3


def test_keys_of_rows_when_written_in_another_way() -> None:
    """Groups and measures are named in the rows as they were written."""
    (row,) = rows_of(
        [{"amount": "1", "due": "2026-03-05"}], ["due : Month"], ["SUM(amount)", "count(*)", "Max（amount）"]
    )

    assert row == {"due : Month": "2026-03", "SUM(amount)": "1", "count(*)": 1, "Max（amount）": "1"}


def test_field_when_no_record_has_it() -> None:
    """A field that kintone leaves out of every record counts as empty and is named."""
    aggregation = aggregation_of([{"name": "a"}, {"name": "b"}], ["name", "rank"])

    assert list(aggregation.absent) == ["rank"]
    assert [row["rank"] for row in aggregation.rows(9)] == ["", ""]


@pytest.mark.parametrize(
    ("code", "value", "measure"),
    [
        ("amount", "many", "sum(amount)"),
        ("amount", "1_000", "sum(amount)"),
        ("amount", "9" * 10_000, "sum(amount)"),
        ("price", ["1"], "sum(price)"),
        ("price", 5, "max(price)"),
        ("due", "2026-02-30", "max(due)"),
        ("seen", "2026-03-05T04:07:00", "max(seen)"),
        ("worked", "1 day", "sum(worked)"),
        ("owner", [{"name": "x"}], "count_distinct(owner)"),
        ("owner", ["x"], "count_distinct(owner)"),
        ("tags", [5], "count_distinct(tags)"),
    ],
)
def test_value_when_it_is_none_of_its_type(code: str, value: object, measure: str) -> None:
    """A value that kintone does not answer ends the call and is named by field and record, never left out."""
    good: dict[str, Any] = {"amount": "1", "price": "1", "due": None, "seen": "", "worked": "", "owner": [], "tags": []}
    with pytest.raises(UnknownResponseError) as failed:
        one([{code: good[code]}, {code: value}], measure)

    assert (failed.value.code, code in str(failed.value), "record 2" in str(failed.value)) == (
        "NOT_KINTONE",
        True,
        True,
    )


@pytest.mark.parametrize(
    ("limit", "measures"), [("MAX_GROUPS", ["count"]), ("MAX_DISTINCT_VALUES", ["count_distinct(amount)"])]
)
def test_memory_when_there_are_too_many(limit: str, measures: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As many groups or values as the limit says are kept; one more is too large."""
    monkeypatch.setattr(f"kintone.limits.{limit}", 4)
    records = [{"amount": str(number), "name": str(number % 2)} for number in (1, 2, 3, 4, 1, 2, 3, 4)]
    group = ["amount"] if limit == "MAX_GROUPS" else ["name"]

    assert len(rows_of(records, group, measures)) == (4 if limit == "MAX_GROUPS" else 2)
    with pytest.raises(ResultTooLargeError) as failed:
        rows_of([*records, {"amount": "5", "name": "0"}], group, measures)
    assert failed.value.code == "TOO_LARGE"


def test_names_of_groups_when_they_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few groups with endless names are too large as well."""
    monkeypatch.setattr("kintone.limits.MAX_GROUP_CHARACTERS", 100)

    with pytest.raises(ResultTooLargeError):
        rows_of([{"name": "x" * 60}, {"name": "y" * 60}], ["name"])


def test_choices_when_their_combinations_are_endless() -> None:
    """A record that would count under a million combinations is too large before they are made."""
    records = [
        {"tags": [f"t{number}" for number in range(1_000)], "owner": people(*(f"p{number}" for number in range(1_000)))}
    ]

    with pytest.raises(ResultTooLargeError, match=r"1,000,000"):
        rows_of(records, ["tags", "owner"])


def test_texts_when_they_are_long_and_nearly_the_same() -> None:
    """Long texts that differ in their last letter are different values."""
    records = [{"memo": "x" * 5_000 + end} for end in "aba"]

    assert one(records, "count_distinct(memo)") == 2


def test_memory_when_many_records_stream_by() -> None:
    """What is kept grows with the groups, not with the records."""
    plan = plan_of(read_asked(["due:month", "tags"], ["count", "sum(amount)", "max(due)"], []), FORM, ZoneInfo("UTC"))
    aggregation = Aggregation(plan)

    def taken(pages: range) -> int:
        for number in pages:
            some = [
                shown({"due": f"2026-{1 + place % 12:02}-05", "tags": ["new", "sale"], "amount": f"{number}.{place}"})
                for place in range(100)
            ]
            aggregation.take(Page(number, some, [str(place) for place in range(100)]))
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        early = taken(range(20))
        late = taken(range(20, 120))
    finally:
        tracemalloc.stop()
    assert aggregation.record_count == 12_000
    assert late - early < 20_000
