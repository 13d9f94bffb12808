"""Groups, measures and the order of rows, for values as kintone documents them."""

import gc
import tracemalloc
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kintone.aggregation.aggregator import Aggregator
from kintone.aggregation.plan import plan_of
from kintone.aggregation.request import parse_request
from kintone.errors import ResultTooLargeError, UnknownResponseError
from kintone.reading.pages import Page
from tests.unit.aggregation_samples import FORM, aggregated, one, record_of, rows_of

AMOUNTS = [{"amount": "0.1"}, {"amount": "0.2"}, {"amount": ""}, {"amount": "-5"}]


def people(*codes: str) -> list[dict[str, str]]:
    """Return users as kintone returns them."""
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
    """Sums are exact, averages have ten decimals, an empty value counts only in count."""
    assert one(AMOUNTS, measure) == value


def test_numbers_when_they_are_large() -> None:
    """The sum of numbers with thirty digits and with ten decimals is exact."""
    large = [{"amount": "9" * 30}, {"amount": "0.1111111111"}] * 50

    assert one(large, "sum(amount)") == f"{50 * int('9' * 30) + 5}.555555555"


def test_numbers_when_written_in_different_ways() -> None:
    """Numbers are grouped, told apart and sorted by value, not by text."""
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
    """The sum of no values is 0, other measures are empty."""
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
    """Dates, times and moments have a minimum and a maximum; moments are shown with the offset of the zone."""
    (row,) = rows_of(
        [{code: value} for value in values],
        (),
        [f"min({code})", f"max({code})", f"count_distinct({code})"],
        zone="Asia/Tokyo",
    )

    assert list(row.values()) == [least, most, 2]


def test_date_when_the_zone_lies_behind() -> None:
    """The zone changes the month of a moment, not that of a date."""
    (row,) = rows_of(
        [{"due": "2026-03-01", "seen": "2026-03-01T00:00:00Z"}], ["due:month", "seen:month"], zone="America/New_York"
    )

    assert (row["due:month"], row["seen:month"]) == ("2026-03", "2026-02")


def test_hours_when_clocks_are_set_back() -> None:
    """Where clocks are set back, the two hours with the same name are sorted by time."""
    seen = [{"seen": f"2026-10-25T{hour:02}:15:00Z"} for hour in (2, 1, 0, 1)]
    rows = rows_of(seen, ["seen:hour"], zone="Europe/Berlin")

    assert [tuple(row.values()) for row in rows] == [
        ("2026-10-25T02:00+02:00", 1),
        ("2026-10-25T02:00+01:00", 2),
        ("2026-10-25T03:00+01:00", 1),
    ]


def test_choices_when_grouped() -> None:
    """Options have the order of the form; no option comes first, options that were removed from the form come last."""
    records = [{"rank": value} for value in ("Low", "Gone", "High", None, "Middle", "", "Low")]

    assert rows_of(records, ["rank"]) == [
        {"rank": "", "count": 2},
        {"rank": "High", "count": 1},
        {"rank": "Middle", "count": 1},
        {"rank": "Low", "count": 2},
        {"rank": "Gone", "count": 1},
    ]


def test_several_choices_when_grouped() -> None:
    """A record counts once for each of its choices; records with several and with none are counted."""
    records: list[dict[str, Any]] = [
        {"tags": ["sale", "new"]},
        {"tags": ["new"]},
        {"tags": []},
        {"tags": ["new", "rest", "sale"]},
    ]
    aggregator = aggregated(records, ["tags"])

    assert [tuple(row.values()) for row in aggregator.rows(9)] == [("", 1), ("new", 3), ("sale", 2), ("rest", 1)]
    assert (aggregator.group_counts[0].with_several, aggregator.group_counts[0].without_value) == (2, 1)
    assert one(records, "count_distinct(tags)") == 3


def test_people_when_grouped() -> None:
    """People are identified by login name; one who is listed twice counts once."""
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
    """With columns of a table its rows are counted, and can be grouped by fields of their record too."""
    records: list[dict[str, Any]] = [
        {"rank": "High", "lines": [{"item": "pen", "qty": "2"}, {"item": "ink", "qty": "0.5"}]},
        {"rank": "Low", "lines": []},
        {"rank": "Low", "lines": [{"item": "pen", "qty": "3"}, {"item": "", "qty": ""}]},
    ]
    aggregator = aggregated(records, ["rank", "item"], ["count", "sum(qty)"])

    assert [tuple(row.values()) for row in aggregator.rows(9)] == [
        ("High", "ink", 1, "0.5"),
        ("High", "pen", 1, "2"),
        ("Low", "", 1, "0"),
        ("Low", "pen", 1, "3"),
    ]
    assert (aggregator.record_count, aggregator.item_count, aggregator.without_rows) == (3, 4, 1)
    assert one(records, "sum(qty)") == "5.5"


def test_rows_when_sorted_by_a_measure() -> None:
    """Rows have the requested order, equal ones that of the groups; rows without a value are last both ways."""
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


def test_rows_when_limited() -> None:
    """The first rows are returned, and the number of all is known."""
    aggregator = aggregated([{"name": name} for name in "abcab"], ["name"], order_by=["count desc"])

    assert [row["name"] for row in aggregator.rows(2)] == ["a", "b"]
    assert aggregator.total_rows == 3


def test_keys_of_rows_when_written_in_another_way() -> None:
    """The keys of a row are the groups and measures as written."""
    (row,) = rows_of(
        [{"amount": "1", "due": "2026-03-05"}], ["due : Month"], ["SUM(amount)", "count(*)", "Max（amount）"]
    )

    assert row == {"due : Month": "2026-03", "SUM(amount)": "1", "count(*)": 1, "Max（amount）": "1"}


def test_field_when_no_record_has_it() -> None:
    """A field that no record contains counts as empty and is reported."""
    aggregator = aggregated([{"name": "a"}, {"name": "b"}], ["name", "rank"])

    assert list(aggregator.absent) == ["rank"]
    assert [row["rank"] for row in aggregator.rows(9)] == ["", ""]


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
def test_value_when_it_is_not_of_its_type(code: str, value: object, measure: str) -> None:
    """A value that is not of its field's type is an error that names field and record."""
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
    """The limit is the largest number of groups or different values; one more is an error."""
    monkeypatch.setattr(f"kintone.limits.{limit}", 4)
    records = [{"amount": str(number), "name": str(number % 2)} for number in (1, 2, 3, 4, 1, 2, 3, 4)]
    group = ["amount"] if limit == "MAX_GROUPS" else ["name"]

    assert len(rows_of(records, group, measures)) == (4 if limit == "MAX_GROUPS" else 2)
    with pytest.raises(ResultTooLargeError) as failed:
        rows_of([*records, {"amount": "5", "name": "0"}], group, measures)
    assert failed.value.code == "TOO_LARGE"


def test_names_of_groups_when_they_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """The characters in the names of all groups are limited too."""
    monkeypatch.setattr("kintone.limits.MAX_GROUP_CHARACTERS", 100)

    with pytest.raises(ResultTooLargeError):
        rows_of([{"name": "x" * 60}, {"name": "y" * 60}], ["name"])


def test_choices_when_there_are_too_many_combinations() -> None:
    """A record with a million combinations of values is refused before they are computed."""
    records = [
        {"tags": [f"t{number}" for number in range(1_000)], "owner": people(*(f"p{number}" for number in range(1_000)))}
    ]

    with pytest.raises(ResultTooLargeError, match=r"1,000,000"):
        rows_of(records, ["tags", "owner"])


def test_texts_when_they_are_long_and_nearly_the_same() -> None:
    """Long texts that differ only in their last letter are different values."""
    records = [{"memo": "x" * 5_000 + end} for end in "aba"]

    assert one(records, "count_distinct(memo)") == 2


def test_memory_when_many_records_are_added() -> None:
    """Memory grows with the number of groups, not with the number of records."""
    plan = plan_of(
        parse_request(["due:month", "tags"], ["count", "sum(amount)", "max(due)"], []), FORM, ZoneInfo("UTC")
    )
    aggregator = Aggregator(plan)

    def memory_after(pages: range) -> int:
        for number in pages:
            some = [
                record_of(
                    {"due": f"2026-{1 + place % 12:02}-05", "tags": ["new", "sale"], "amount": f"{number}.{place}"}
                )
                for place in range(100)
            ]
            aggregator.add(Page(number, some, [str(place) for place in range(100)]))
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        early = memory_after(range(20))
        late = memory_after(range(20, 120))
    finally:
        tracemalloc.stop()
    assert aggregator.record_count == 12_000
    assert late - early < 20_000
