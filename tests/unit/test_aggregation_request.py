"""Parsing and checking requests: what is accepted, what is refused, and what the errors suggest."""

import re
from zoneinfo import ZoneInfo

import pytest

from kintone.aggregation.plan import plan_of
from kintone.aggregation.request import parse_request
from kintone.errors import InvalidParameterError
from kintone.field_types import FIELD_TYPES, Measure, value_kind
from tests.unit.aggregation_samples import FORM, rows_of
from tests.unit.form_samples import columns, field, make_form

UTC = ZoneInfo("UTC")
ALL = ["sum", "avg", "min", "max", "count_distinct"]
ORDERED = ALL[2:]


def refusal(group_by: str = "", measures: str = "", order_by: str = "") -> str:
    """Return the error for entries, which are separated by commas."""
    with pytest.raises(InvalidParameterError) as refused:
        plan_of(
            parse_request(*([part for part in text.split(",") if part] for text in (group_by, measures, order_by))),
            FORM,
            UTC,
        )
    assert refused.value.code == "INVALID_INPUT"
    return str(refused.value)


@pytest.mark.parametrize(
    ("entries", "parameter", "named"),
    [
        ({"group_by": "due:fiscal_year"}, "group_by", ["fiscal_year", "calendar", "month"]),
        ({"group_by": "due:decade"}, "group_by", ["decade", "year, quarter, month, week, day, weekday, hour"]),
        ({"group_by": "due:months"}, "group_by", ['"month"']),
        ({"group_by": "due:Monthly"}, "group_by", ['"month"']),
        ({"group_by": "due:day_of_week"}, "group_by", ['"weekday"']),
        ({"group_by": "due.month"}, "group_by", ['"due:month"']),
        ({"group_by": "due month"}, "group_by", ['"due:month"']),
        ({"group_by": "DUE Months"}, "group_by", ['"due:month"']),
        ({"group_by": "last_day_year"}, "group_by", ['"last_day:year"']),
        ({"group_by": "month(due)"}, "group_by", ["due:month"]),
        ({"group_by": "due:hour"}, "group_by", ["due", "hour", "weekday"]),
        ({"group_by": "last_day:hour"}, "group_by", ["last_day"]),
        ({"group_by": "amount:month"}, "group_by", ["amount", "month"]),
        ({"group_by": "memo"}, "group_by", ["memo"]),
        ({"group_by": "files"}, "group_by", ["files"]),
        ({"group_by": "lines"}, "group_by", ["qty", "item"]),
        ({"group_by": "ammount"}, "group_by", ["ammount", '"amount"']),
        ({"group_by": "AMOUNT"}, "group_by", ['"amount"']),
        ({"group_by": "lines.qty"}, "group_by", ['"qty"']),
        ({"measures": "sum(ammount)"}, "measures", ['"amount"']),
        ({"measures": "sum(lines)"}, "measures", ["qty"]),
        ({"measures": "average(amount)"}, "measures", ['"avg"']),
        ({"measures": "count-distinct(name)"}, "measures", ['"count_distinct"']),
        ({"measures": "sum(lines.qty)"}, "measures", ['"qty"']),
        ({"measures": "median(amount)"}, "measures", ["median", "count_distinct(code)"]),
        ({"measures": "sum"}, "measures", ["sum(amount)"]),
        ({"measures": "count(name)"}, "measures", ["count_distinct(name)"]),
        ({"group_by": "item", "measures": "sum(amount)"}, "measures", ["sum(amount)", "lines"]),
        ({"group_by": "item", "measures": "count_distinct(name)"}, "measures", ["name", "lines"]),
        ({"group_by": "item,visited"}, "group_by", ["lines", "visits"]),
        ({"group_by": "item", "measures": "min(visited)"}, "measures", ["lines", "visits"]),
        ({"order_by": "sum(amount) desc"}, "order_by", ["sum(amount)", "count"]),
        ({"group_by": "due:month,due:year", "order_by": "due"}, "order_by", ["due:month", "due:year"]),
    ],
)
def test_request_when_it_is_invalid(entries: dict[str, str], parameter: str, named: list[str]) -> None:
    """The error names the parameter and what to write instead."""
    error = refusal(**entries)

    assert parameter in error
    assert [word for word in named if word not in error] == []


@pytest.mark.parametrize(
    "measure", ["median(amount)", "sum(amount", "counta(name)", "sam(amount)", "stdev(amount)", "cuont"]
)
def test_measure_that_is_not_known(measure: str) -> None:
    """A name that is only similar may mean something else, so the measures are listed and none is suggested."""
    error = refusal(measures=measure)

    assert "did you mean" not in error
    assert "count_distinct(code)" in error


@pytest.mark.parametrize(
    "group", [*(f"due:{unit}" for unit in ("weekend", "workday", "minute", "half-year", "hour_of_day")), "due.decade"]
)
def test_unit_that_is_not_known(group: str) -> None:
    """No unit is suggested that means something else."""
    suggested = re.findall(r'(?:mean|write) "([^"]*)"', refusal(group_by=group))

    assert suggested in ([], ["due"])


def test_unit_behind_a_field_that_has_none() -> None:
    """Nothing with a unit is suggested for a number."""
    assert "amount:month" not in refusal(group_by="amount.month")


def test_lists_of_codes_are_bounded() -> None:
    """Long codes, and labels that many fields share, are named up to a thousand characters, and the rest counted."""
    wide = make_form(*(field("SINGLE_LINE_TEXT", f"c{number:03}_{'長' * 60}") for number in range(500)))
    twins = make_form(*(field("SINGLE_LINE_TEXT", f"t{number}", label="数量") for number in range(90)))
    table = make_form(
        field("SUBTABLE", "t", fields=columns(*(field("NUMBER", f"x{number}_{'長' * 60}") for number in range(90))))
    )

    for form, code in ((wide, "zzz"), (twins, "数量"), (table, "t")):
        with pytest.raises(InvalidParameterError) as refused:
            plan_of(parse_request([code], [], []), form, UTC)
        error = str(refused.value)
        shown = len(re.findall(r"\b[ctx][0-9]+", error))
        assert len(error) < 1_300
        assert 3 < shown <= 30
        assert f"and {len(form.fields if form is not table else form.fields['t'].columns) - shown} more" in error


def test_measure_when_a_field_has_its_name() -> None:
    """A field with the code count and the measure count cannot have the same key in a row; count() is another key."""
    form = make_form(field("NUMBER", "count"))

    with pytest.raises(InvalidParameterError, match=r"count\(\)"):
        parse_request(["count"], [], [])
    plan = plan_of(parse_request(["count"], ["count()"], ["count() desc"]), form, UTC)
    assert plan.request.names == ["count", "count()"]
    assert plan.request.order[0].column == 1


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("amount", ALL), ("price", ALL), ("worked", ALL), ("worked_days", ALL), ("qty", ALL),
        ("due", ORDERED), ("start", ORDERED), ("seen", ORDERED), ("last_day", ORDERED), ("visited", ORDERED),
        ("$id", ORDERED),
        ("name", ORDERED[2:]), ("memo", ORDERED[2:]), ("rank", ORDERED[2:]), ("tags", ORDERED[2:]),
        ("owner", ORDERED[2:]), ("made_by", ORDERED[2:]), ("joined", ORDERED[2:]),
        ("files", []),
    ],
)  # fmt: skip
def test_measures_when_a_type_allows_them(code: str, allowed: list[str]) -> None:
    """A field allows the measures of its type, or of its format if it is calculated; an error lists them."""
    for measure in ALL:
        if measure in allowed:
            assert plan_of(parse_request([], [f"{measure}({code})"], []), FORM, UTC).fields
            continue
        error = refusal(measures=f"{measure}({code})")
        assert set(re.findall(r"[a-z_]+\([^)]*\)", error)) == {f"{name}({code})" for name in allowed}


def test_types_when_all_are_checked() -> None:
    """Every documented type can be grouped and measured, except long texts and those without comparable values."""
    neither = {name for name, kind in FIELD_TYPES.items() if not value_kind(kind).measures}
    no_groups = {name for name, kind in FIELD_TYPES.items() if not value_kind(kind).groupable}

    assert neither == {"FILE", "SUBTABLE", "REFERENCE_TABLE", "GROUP", "LABEL", "SPACER", "HR"}
    assert no_groups == neither | {"MULTI_LINE_TEXT", "RICH_TEXT"}


@pytest.mark.parametrize("written", ["count", "COUNT", "count(*)", "count( )"])
def test_count_when_written_in_another_way(written: str) -> None:
    """The number of records can be written in several ways."""
    request = parse_request([], [written], [])

    assert [(each.measure, each.code, each.text) for each in request.measures] == [(Measure.COUNT, "", written)]
    assert request.is_count_only


def test_order_when_it_names_a_group_without_its_unit() -> None:
    """In order_by, the code of a group is enough if no other group has it."""
    rows = rows_of([{"due": "2026-03-05"}, {"due": "2026-04-05"}], ["due:month"], order_by=["due desc"])

    assert [row["due:month"] for row in rows] == ["2026-04", "2026-03"]


def test_fields_when_read() -> None:
    """Each needed field is read once; for columns the table is read."""
    plan = plan_of(parse_request(["rank", "item"], ["count", "sum(qty)", "max(qty)"], []), FORM, UTC)

    assert plan.fields == ["rank", "lines"]
