"""Update keys, checked against the form and brought into kintone's shape."""

import pytest

from kintone.records import check_update_key
from kintone.values.numbers import DEFAULT_PRECISION, NumberPrecision
from tests.unit.form_samples import field, make_form, rich_form

FORM = rich_form()


def test_only_a_field_that_can_be_the_key_is_offered_as_one() -> None:
    """A label of another field would be refused next."""
    form = make_form({**field("SINGLE_LINE_TEXT", "s"), "label": "メモ"}, field("NUMBER", "n", unique=True))
    _, problem = check_update_key("メモ", "x", form)
    assert problem is not None
    assert '"n"' in str(problem.suggestion)
    assert '"s"' not in str(problem.suggestion)


def test_an_app_without_update_keys_offers_none() -> None:
    """Then there is something to change in the app, and no code to write."""
    _, problem = check_update_key("s", "x", make_form(field("SINGLE_LINE_TEXT", "s")))
    assert problem is not None
    assert "prohibit duplicates" in str(problem.suggestion)


def test_a_number_key_that_the_app_would_round_is_refused() -> None:
    """It would find the record of another number, or none and insert it again and again."""
    form = make_form(field("NUMBER", "n", unique=True))
    known = form.with_precision(NumberPrecision(8, 2, "HALF_EVEN"))
    unknown = form.with_precision(DEFAULT_PRECISION)
    assert check_update_key("n", "1.50", known) == ("1.50", None)
    assert check_update_key("n", "1.50505", unknown) == ("1.50505", None)
    for value, place in (("1.25", known), ("0.0000000001", unknown), ("0.0000000001", form)):
        assert check_update_key("n", value, place) == (value, None)
    for value, place in (("1.505", known), ("0.00000000001", unknown), ("0.00000000001", form)):
        key, problem = check_update_key("n", value, place)
        assert key == ""
        assert problem is not None
        assert problem.code == "bad_format"


@pytest.mark.parametrize(
    ("field_code", "value", "key"),
    [("name", "A-1", "A-1"), ("name", "x" * 64, "x" * 64), ("price", "５", "5"), ("price", 7, "7")],
)
def test_an_update_key_becomes_text(field_code: str, value: object, key: str) -> None:
    """The key is read as its field is read."""
    assert check_update_key(field_code, value, FORM) == (key, None)


@pytest.mark.parametrize(
    ("field_code", "value", "code"),
    [("nmae", "x", "unknown_field"), (5, "x", "unknown_field"), ("memo", "x", "wrong_type"), ("name", "", "required"),
     ("name", None, "required"), ("name", "x" * 65, "too_long"), ("price", "abc", "bad_format")],
)  # fmt: skip
def test_an_unusable_update_key_is_a_problem(field_code: object, value: object, code: str) -> None:
    """Field and value of an update key are checked before kintone is asked."""
    key, problem = check_update_key(field_code, value, FORM)
    assert key == ""
    assert problem is not None
    assert problem.code == code
