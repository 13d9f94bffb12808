"""Numbers of a record as the app keeps them."""

import pytest

from kintone.records import CheckedRecord, check_record
from kintone.values.numbers import DEFAULT_PRECISION, NumberPrecision
from tests.unit.form_samples import columns, field, make_form, rich_form

KNOWN = NumberPrecision(8, 2, "HALF_EVEN")
UNKNOWN = DEFAULT_PRECISION


def _number(value: object, precision: NumberPrecision, *, row: bool = False) -> CheckedRecord:
    form = make_form(
        field("NUMBER", "n", unique=True), field("SUBTABLE", "t", fields=columns(field("NUMBER", "c")))
    ).with_precision(precision)
    return check_record({"t": [{"c": value}]} if row else {"n": value}, form, "add")


@pytest.mark.parametrize(
    ("value", "stored"),
    [("1.005", "1"), ("1.015", "1.02"), (0.1 + 0.2, "0.3"), ("-2.675", "-2.68"), ("999999.99", "999999.99")],
)
def test_a_number_is_written_as_the_app_will_keep_it_and_told(value: object, stored: str) -> None:
    """Kintone would round it without a word; read again it stays as it is."""
    read = _number(value, KNOWN)
    assert read.record == {"n": {"value": stored}}
    assert bool(read.changes) is (value != stored)
    assert (_number(stored, KNOWN).record, _number(stored, KNOWN).changes) == (read.record, [])


@pytest.mark.parametrize(
    ("value", "code"), [("0.001", "bad_format"), ("1e-41", "bad_format"), ("1234567", "too_large"),
                        ("999999.999", "too_large")],
)  # fmt: skip
def test_a_number_that_the_app_would_make_another_one_is_refused(value: object, code: str) -> None:
    """Neither nothing nor a blank cell is what was meant."""
    for row in (False, True):
        assert [problem.code for problem in _number(value, KNOWN, row=row).problems] == [code]


@pytest.mark.parametrize(("rounding", "stored"), [("HALF_EVEN", "2.68"), ("UP", "2.68"), ("DOWN", "2.67")])
def test_a_number_is_rounded_as_the_app_rounds(rounding: str, stored: str) -> None:
    """Kintone knows three ways."""
    assert _number("2.6751", NumberPrecision(8, 2, rounding)).record == {"n": {"value": stored}}


def test_numbers_of_an_app_whose_precision_is_not_known_are_told_not_changed() -> None:
    """Kintone's default is named as such; what no app could keep, or a table would lose, is refused."""
    read = _number("1.23456", UNKNOWN)
    assert (read.record, len(read.changes), read.problems) == ({"n": {"value": "1.23456"}}, 1, [])
    assert len(_number("0.01", UNKNOWN).changes) == 1
    assert [problem.code for problem in _number("1e-41", UNKNOWN).problems] == ["bad_format"]
    assert _number("1234567890123", UNKNOWN).problems == []
    assert [problem.code for problem in _number("1234567890123", UNKNOWN, row=True).problems] == ["too_large"]


@pytest.mark.parametrize(("value", "wanted"), [("1.5", True), ("5", False), (5, False), ("10", True), ("1.0", False)])
def test_precision_is_asked_for_only_where_it_matters(value: object, wanted: object) -> None:
    """Whole numbers of common size need no second request."""
    assert check_record({"price": value}, rich_form(), "add", rules=False).wants_precision is wanted
