"""Rules of the form: values that kintone would refuse or drop are found before the request."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kintone.errors import InvalidParameterError
from kintone.forms.fields import Form, WriteMode
from kintone.records import CheckedRecord, check_record
from kintone.records.field_rules import example_of
from tests.unit.form_samples import columns, field, make_form, options, rich_form


def _found(raw: dict[str, object], form: Form, operation: WriteMode = "add") -> list[tuple[str, int | None, str]]:
    checked = check_record(raw, form, operation)
    assert all(map(str, checked.lines))
    return [(entry.field, entry.row, entry.code.value) for entry in checked.problems]


REQUIRED = make_form(
    field("SINGLE_LINE_TEXT", "a", required=True),
    field("NUMBER", "b", required=True, defaultValue="0"),
    field("RADIO_BUTTON", "c", required=True, options=options("x")),
    field("SINGLE_LINE_TEXT", "d", required=True, expression="a"),
    field("DATE", "e", required=True, defaultNowValue=True),
    field("CHECK_BOX", "f", required=True, options=options("x")),
)


def test_required_fields_without_default_are_missed_when_adding() -> None:
    """Only required fields without a default or a calculation are missing; radio buttons are not enforced."""
    assert _found({}, REQUIRED) == [("a", None, "required"), ("f", None, "required")]


def test_an_empty_value_suppresses_the_default() -> None:
    """An empty value is different from leaving the field out."""
    assert _found({"a": "x", "f": ["x"], "b": "", "e": None, "c": ""}, REQUIRED) == [
        ("b", None, "required"),
        ("e", None, "required"),
    ]


def test_an_update_misses_only_what_it_empties() -> None:
    """Fields left out of an update keep their values."""
    assert _found({}, REQUIRED, "update") == []
    assert _found({"a": None, "f": []}, REQUIRED, "update") == [("a", None, "required"), ("f", None, "required")]


def test_a_required_field_with_an_invalid_value_is_reported_once() -> None:
    """The invalid value is the problem, not a missing one."""
    assert _found({"a": ["x"], "f": "x"}, REQUIRED) == [("a", None, "wrong_type")]


LENGTHS = make_form(
    field("SINGLE_LINE_TEXT", "a", minLength="2", maxLength="4"),
    field("SINGLE_LINE_TEXT", "b", unique=True, maxLength=""),
    field("SINGLE_LINE_TEXT", "c", minLength="2", defaultValue="xx"),
    field("SINGLE_LINE_TEXT", "d", unique=True, maxLength="100"),
    field("SINGLE_LINE_TEXT", "e", unique=True, maxLength="3"),
)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ({"a": "abcd", "b": "x" * 64}, []),
        ({"a": "東京都庁"}, []),
        ({"a": "abcde"}, [("a", None, "too_long")]),
        ({"a": "x"}, [("a", None, "too_short")]),
        ({"a": ""}, [("a", None, "too_short")]),
        ({}, [("a", None, "too_short")]),
        ({"a": "ab", "b": "x" * 65}, [("b", None, "too_long")]),
        ({"a": "ab", "d": "x" * 64}, []),
        ({"a": "ab", "d": "x" * 65}, [("d", None, "too_long")]),
        ({"a": "ab", "e": "xxx"}, []),
        ({"a": "ab", "e": "xxxx"}, [("e", None, "too_long")]),
    ],
)
def test_lengths_are_checked_also_where_nothing_is_given(raw: dict[str, object], found: list[object]) -> None:
    """Minimum lengths hold for empty and omitted values, unique texts have at most 64 characters."""
    assert _found(raw, LENGTHS) == found


@pytest.mark.parametrize(
    ("value", "code"),
    [("0.1", None), ("100000000000000000000", None), ("0.09", "too_small"), ("100000000000000000000.1", "too_large")],
)
def test_ranges_are_exact(value: str, code: str | None) -> None:
    """Twenty digits are compared without rounding."""
    form = make_form(field("NUMBER", "n", minValue="0.1", maxValue="100000000000000000000"))
    assert [problem.code for problem in check_record({"n": value}, form, "add").problems] == [code] * bool(code)


@pytest.mark.parametrize(
    ("protocol", "good", "bad"),
    [
        ("WEB", "https://example.com/?q=東京", "www.example.com"),
        ("WEB", "http://x", "https://a b"),
        ("MAIL", "a.b@example.com", "mailto:a@example.com"),
        ("MAIL", "あ@例え.jp", "a at b"),
        ("CALL", "+81-3-1234-5678", "電話"),
        pytest.param("WEB", f"http://{'x' * 4_089}", f"http://{'x' * 4_090}", id="4,096 characters"),
    ],
)
def test_links_follow_their_protocol(protocol: str, good: str, bad: str) -> None:
    """Web addresses, mail addresses and telephone numbers are checked by their form."""
    form = make_form(field("LINK", "l", protocol=protocol))
    assert _found({"l": good}, form) == []
    assert _found({"l": bad}, form) == [("l", None, "bad_format")]


TABLE = make_form(
    field(
        "SUBTABLE",
        "t",
        fields=columns(
            field("SINGLE_LINE_TEXT", "a", required=True, maxLength="2"),
            field("NUMBER", "n", defaultValue="1", required=True),
        ),
    )
)


def test_columns_are_checked_row_by_row() -> None:
    """New rows need their required columns, rows that exist keep what is left out, cells keep to their limits."""
    rows = [{"a": "xyz"}, {"n": "x"}, {"id": 7, "n": 1}, {"id": 8, "a": ""}]
    assert _found({"t": rows}, TABLE, "update") == [
        ("a", 1, "too_long"),
        ("n", 2, "bad_format"),
        ("a", 2, "required"),
        ("a", 4, "required"),
    ]


def test_a_problem_has_the_documented_parts() -> None:
    """Each problem has exactly the five keys that workflows read."""
    problem = check_record({"t": [{"a": "xyz"}]}, TABLE, "add").problems[0]
    parts = problem.as_dict()
    message, suggestion = parts.pop("message"), parts.pop("suggestion")
    assert parts == {"field": "a", "row": 1, "code": "too_long"}
    assert all(part in str(message) for part in ("a in row 1 of t", "xyz", "3", "2"))
    assert "2" in str(suggestion)


def test_a_valid_record_comes_back_ready_to_be_written() -> None:
    """A valid record has no problems and is returned in kintone's shape."""
    checked = check_record({"name": "n", "due": "2026/4/1"}, rich_form(), "add")
    assert checked.valid
    assert checked.record == {"name": {"value": "n"}, "due": {"value": "2026-04-01"}}
    assert len(checked.changes) == 1


EXAMPLES = [
    (field("DROP_DOWN", "x", options=options("p", "q")), '"p"'),
    (field("CHECK_BOX", "x", options=options("p, q", "r")), '["p, q"]'),
    (field("NUMBER", "x", minValue="10", maxValue="20"), '"10"'),
    (field("NUMBER", "x", maxValue="-5"), '"-5"'),
    (field("NUMBER", "x"), None),
    (field("SINGLE_LINE_TEXT", "x", maxLength="2"), None),
    (field("DATE", "x"), None),
    (field("SINGLE_LINE_TEXT", "x", defaultValue="たろう"), '"たろう"'),
    (field("SINGLE_LINE_TEXT", "x", defaultValue="too long", maxLength="3"), None),
    (field("DATE", "x", defaultValue="2026-01-01"), '"2026-01-01"'),
    (field("LINK", "x", protocol="MAIL"), None),
    (field("USER_SELECT", "x"), None),
    (field("FILE", "x"), None),
    (field("DROP_DOWN", "x", options={}), None),
]


@pytest.mark.parametrize(("properties", "example"), EXAMPLES)
def test_an_example_uses_the_fields_own_options_limits_and_default(
    properties: dict[str, object], example: str | None
) -> None:
    """An example passes its own check; values known only to the site have none."""
    form = make_form({**properties, "required": True})
    found = check_record({"x": None}, form, "update").problems
    assert [problem.code for problem in found] == ["required"]
    assert example_of(form.fields["x"]) == example
    assert (example or "give it") in str(found[0].suggestion)
    if example:
        assert check_record({"x": json.loads(example)}, form, "update").problems == []


def test_all_problems_come_at_once_and_the_rest_is_counted() -> None:
    """A hundred problems are listed, and one more entry counts the others."""
    rows = [{"item": "y", "qty": "x"}] * 150
    checked = check_record({"lines": rows}, rich_form(), "add")
    assert not checked.valid
    assert len(checked.lines) == 101
    assert str(checked.lines[-1]).startswith("and 50 more")


def test_unknown_codes_that_nothing_is_near_to_share_a_line() -> None:
    """Ten are named and the others counted; the problems hold all, and each that has a near field keeps its line."""
    codes = [f"zzz_{number:02}" for number in range(60)]
    checked = check_record({"zzz": 1, "Memo": "x", **dict.fromkeys(codes, 1)}, rich_form(), "add")

    assert len(checked.problems) == 62
    first, near = map(str, checked.lines)
    assert first.startswith("zzz, zzz_00, zzz_01,")
    assert ["zzz_08 and 51 more" in first, "zzz_09" in first, "can be written" in first] == [True, False, True]
    assert '"memo"' in near
    assert near.startswith("Memo: ")


def test_the_record_is_kept_out_of_the_repr() -> None:
    """Logs and tracebacks of a validation show no contents of the record."""
    assert "SENTINEL" not in repr(check_record({"memo": "SENTINEL"}, rich_form(), "add"))


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(st.characters(), max_size=20)
    | st.text(st.sampled_from("0123456789-/:.+TZ年月日時 ,あ\x00\ud800\u202e"), max_size=20)
    | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["value", "id", "type", "code", "fileKey", "item", "qty"]), inner, max_size=4)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=4)
    ),
    max_leaves=15,
)
FORM = rich_form()


def test_a_default_that_the_field_cannot_take_is_no_example() -> None:
    """A default may be older than the field's rules."""
    form = make_form(field("NUMBER", "n", required=True, defaultValue="abc", minValue="3", maxValue=""))

    assert str(example_of(form.fields["n"])) == '"3"'


def test_a_field_without_options_says_so() -> None:
    """The message says that there is no option to choose."""
    problem = check_record({"size": "x"}, make_form(field("DROP_DOWN", "size", options={})), "add").problems[0]

    assert (problem.code, "no options" in str(problem.suggestion)) == ("unknown_option", True)


def test_of_very_many_changes_a_hundred_are_listed() -> None:
    """Further changes are counted."""
    form = make_form(field("SUBTABLE", "t", fields=columns(field("DATE", "d"))))
    checked = check_record({"t": [{"d": "2026/4/1"}] * 103}, form, "add")

    assert (len(checked.changes), checked.unlisted_changes) == (100, 3)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(sorted(FORM.fields)) | st.text(max_size=5) | st.none(), ANYTHING, max_size=8),
    st.sampled_from(["add", "update"]),
)
def test_any_record_has_a_result_that_json_can_carry(raw: dict[str, object], operation: str) -> None:
    """Every record leads to a result that JSON and UTF-8 can represent."""
    checked = check_record(raw, FORM, "add" if operation == "add" else "update")
    json.dumps([problem.as_dict() for problem in checked.problems], ensure_ascii=False).encode()
    json.dumps([str(change.text) for change in checked.changes], ensure_ascii=False).encode()
    json.dumps(checked.record, ensure_ascii=False, allow_nan=False).encode()


@settings(max_examples=100, deadline=None)
@given(ANYTHING)
def test_any_value_is_a_result_or_an_invalid_parameter(raw: object) -> None:
    """A value that is not a record raises the documented error."""
    try:
        assert isinstance(check_record(raw, FORM, "add"), CheckedRecord)  # type: ignore[arg-type]
    except InvalidParameterError as error:
        str(error).encode()
