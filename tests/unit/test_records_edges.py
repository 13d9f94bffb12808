"""Values just within and just beyond what a field takes: links, codes, file keys, numbers, unknown types."""

from decimal import Decimal
from typing import Any

import pytest

from kintone.forms.fields import Form
from kintone.records import CheckedRecord, check_record, check_update_key, record_without_form
from kintone.records.values import MAX_PARTS
from kintone.values.numbers import DEFAULT_PRECISION, NumberPrecision
from tests.unit.form_samples import columns, field, make_form, options

LINKS = {protocol: make_form(field("LINK", "x", protocol=protocol)) for protocol in ("WEB", "MAIL", "CALL")}
CODES = make_form(field("USER_SELECT", "x"), field("FILE", "files"), field("CREATOR", "maker"))
UNKNOWN = make_form(field("HOLOGRAM", "x"))


def codes_of(value: object, form: Form, code: str = "x") -> list[str]:
    """Return the codes of the problems of a value."""
    read = check_record({code: value}, form, "add")
    assert all(map(str, read.lines))
    return [problem.code.value for problem in read.problems]


def problem_of(value: object, form: Form, code: str = "x") -> tuple[str, str]:
    """Return message and suggestion of the one problem of a value."""
    [problem] = check_record({code: value}, form, "add").problems
    return str(problem.message), str(problem.suggestion)


@pytest.mark.parametrize(
    ("protocol", "text", "taken"),
    [
        ("WEB", "http://a", True),
        ("WEB", "HTTPS://EXAMPLE.COM/", True),
        ("WEB", "ftp://files.example.com/a", True),
        ("WEB", "http://", False),
        ("WEB", "http:/a", False),
        ("WEB", "httpss://a", False),
        ("WEB", "xhttp://a", False),
        ("WEB", "http://a b", False),
        ("WEB", "file:///a", False),
        ("MAIL", "a@b", True),
        ("MAIL", "mailto@b", True),
        ("MAIL", "MAILTO:a@b", False),
        ("MAIL", "a@", False),
        ("MAIL", "@b", False),
        ("MAIL", "a@b@c", False),
        ("MAIL", "a b@c", False),
        ("MAIL", "a@b c", False),
        ("MAIL", "a@b, c@d", False),
        ("CALL", "0312345678", True),
        ("CALL", "+81 (3) 1234-5678", True),
        ("CALL", "#110", True),
        ("CALL", "*99#", True),
        ("CALL", "(03)1234,567;8.9", True),
        ("CALL", "CALLme", True),
        ("CALL", "5", True),
        ("CALL", "5" * 4_096, True),
        ("CALL", "5" * 4_097, False),
        *[("CALL", f"{first}5", False) for first in "-). ,;"],
        *[("CALL", f"5{other}", False) for other in "/@:_\n&"],
    ],
)
def test_link_is_checked_by_its_protocol(protocol: str, text: str, *, taken: bool) -> None:
    """Addresses of the web, of mail and of telephones."""
    assert codes_of(text, LINKS[protocol]) == ([] if taken else ["bad_format"])


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("sato", "sato"),
        (" sato ", "sato"),
        (7, "7"),
        ({"code": 7}, "7"),
        ({"code": " a,b "}, "a,b"),
        ("Sato Noboru (sato)", "sato"),
        ("佐藤（sato）", "sato"),
        ("佐藤 （sato）", "sato"),
        ("S (x) (sato)", "sato"),
        ("Sato(sato)", "Sato(sato)"),
        ("(sato)", "(sato)"),
        ("Sato (sa to)", "Sato (sa to)"),
        ("Sato ()", "Sato ()"),
        *[(text, text) for text in ("(a) (sato)", "（a）（sato）", "）a（sato）", "Sato (a)b)", "佐藤（a）b）")],
        ("佐藤（a）（sato）", "sato"),
        ("x" * 512, "x" * 512),
        (2**511, str(2**511)),
    ],
)
def test_person_is_named_by_code(value: object, code: str) -> None:
    """A code alone, in an object, or in brackets behind the name as the plugin shows people."""
    assert check_record({"x": value}, CODES, "add").record == {"x": {"value": [{"code": code}]}}
    assert check_record({"maker": value}, CODES, "add").record == {"maker": {"value": {"code": code}}}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (2**513, "wrong_type"),
        (True, "wrong_type"),
        (1.5, "wrong_type"),
        ({"code": None}, "wrong_type"),
        ({"name": "x"}, "wrong_type"),
        ("x" * 513, "bad_format"),
        (" ", "bad_format"),
        ({"code": ""}, "bad_format"),
        ({"code": "a\x00"}, "bad_format"),
        ("a\ud800", "bad_format"),
        *[(f"a{separator}b", "ambiguous") for separator in ",;\n\r\t、\N{FULLWIDTH COMMA}\N{FULLWIDTH SEMICOLON}"],
    ],
)
def test_what_names_nobody_for_certain_is_refused(value: object, problem: str) -> None:
    """Neither of two people is taken, nor a text cut."""
    assert codes_of(value, CODES) == [problem]


def test_two_people_in_one_text_are_offered_as_a_list_and_as_one() -> None:
    """Names without blanks around them, empty ones left out."""
    message, advice = problem_of(" a; b ,,", CODES)

    assert "a; b ,," in message
    assert '["a", "b"]' in advice
    assert '[{"code": "a; b ,,"}]' in advice


@pytest.mark.parametrize("value", [["a", "b"], [], ["a", {"code": "b"}]])
def test_creator_is_one_person(value: object) -> None:
    """Not none and not two."""
    assert codes_of(value, CODES, "maker") == ["wrong_type"]


@pytest.mark.parametrize(
    ("value", "key"),
    [("aZ09_-", "aZ09_-"), (" a ", "a"), ({"fileKey": "a", "name": "x"}, "a"), (["a", "a", {"fileKey": "a"}], "a")],
)
def test_file_is_named_by_its_key(value: object, key: str) -> None:
    """Once, however often it is given."""
    assert check_record({"files": value}, CODES, "add").record == {"files": {"value": [{"fileKey": key}]}}


@pytest.mark.parametrize("value", ["a.b", "a b", "a/b", "é", "a\nb", " ", {"fileKey": "a.b"}])
def test_text_that_no_upload_returns_is_no_file_key(value: object) -> None:
    """A file's name is not its key, and a line end is no part of one."""
    assert codes_of(value, CODES, "files") == ["bad_format"]


@pytest.mark.parametrize(
    ("text", "place"), [("\x00", 1), ("a\x00", 2), ("é\x00", 2), ("\ud800", 1), ("aé\udfff", 3), ("ab\ud900c", 3)]
)
def test_character_that_cannot_be_sent_is_shown_by_its_place(text: str, place: int) -> None:
    """Counted from 1, in ASCII and elsewhere, also within a value of an unknown type."""
    for form, value in (
        (make_form(field("MULTI_LINE_TEXT", "x")), text),
        (UNKNOWN, {"a": [text]}),
        (UNKNOWN, {text: 1}),
    ):
        assert f"at position {place}" in problem_of(value, form)[0]
    assert codes_of("\ud7ff\ue000é\x01", UNKNOWN) == []


@pytest.mark.parametrize(("count", "taken"), [(MAX_PARTS - 1, True), (MAX_PARTS, False)])
def test_value_of_an_unknown_type_has_so_many_parts_at_most(count: int, *, taken: bool) -> None:
    """The list itself counts; the message shows the beginning of the value."""
    if taken:
        assert codes_of([1] * count, UNKNOWN) == []
    else:
        assert "[1, 1" in problem_of([1] * count, UNKNOWN)[0]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (True, None), (1.5, None), (Decimal("1.5"), None), (10**40, None), ({"a": {"b": []}}, None),
        (float("nan"), "bad_format"), (float("-inf"), "bad_format"), (Decimal("NaN"), "bad_format"),
        (Decimal("Infinity"), "bad_format"), ({"a": float("inf")}, "bad_format"), ({1: 1}, "wrong_type"),
        ({"a": {None: 1}}, "wrong_type"), ((1,), "wrong_type"), (b"a", "wrong_type"), ([{1}], "wrong_type"),
    ],
)  # fmt: skip
def test_value_of_an_unknown_type_is_passed_on_if_json_can_hold_it(value: object, problem: str | None) -> None:
    """Numbers that are none, names that are no texts and Python's own values cannot be sent."""
    read = check_record({"x": value}, UNKNOWN, "add")

    assert [found.code.value for found in read.problems] == ([] if problem is None else [problem])
    if problem is None:
        assert read.record == {"x": {"value": value}}
    else:
        assert str(read.problems[0].message).startswith("x: ")


def number(value: object, precision: NumberPrecision, *, row: bool = False) -> CheckedRecord:
    """Return what becomes of a number of an app with this precision, in a table or not."""
    cell = field("NUMBER", "n")
    form = make_form(cell, field("SUBTABLE", "t", fields=columns(cell))).with_precision(precision)
    return check_record({"t": [{"n": value}]} if row else {"n": value}, form, "add")


@pytest.mark.parametrize(
    ("value", "stored"),
    [("123456.78", "123456.78"), ("1.5", "1.5"), ("0.005", None), ("0.006", "0.01"), ("999999.994", "999999.99"),
     ("999999.995", None), ("1234567", None), ("-999999.99", "-999999.99"), ("-0.001", None)],
)  # fmt: skip
def test_number_with_more_decimals_than_the_app_keeps_is_rounded_or_refused(value: str, stored: str | None) -> None:
    """Eight digits, two behind the point: it may neither become nothing nor get a seventh digit before the point."""
    read = number(value, NumberPrecision(8, 2, "HALF_EVEN"))
    if stored is None:
        assert [problem.code.value for problem in read.problems] in (["bad_format"], ["too_large"])
        assert read.record == {}
    else:
        assert read.record == {"n": {"value": stored}}
        assert bool(read.changes) is (stored != value)


@pytest.mark.parametrize(("value", "in_rows"), [("9" * 12, True), ("1" + "0" * 12, False), (f"{'9' * 12}.5", True)])
def test_number_in_a_row_has_at_most_twelve_digits_before_the_point_by_default(value: str, *, in_rows: bool) -> None:
    """Kintone's default is 16 digits, four behind the point; outside tables kintone itself refuses more."""
    assert number(value, DEFAULT_PRECISION).problems == []
    assert [problem.code.value for problem in number(value, DEFAULT_PRECISION, row=True).problems] == (
        [] if in_rows else ["too_large"]
    )


@pytest.mark.parametrize(("value", "noted"), [("5", 0), ("5.5", 1), ("-12", 0), ("0.0000000001", 1)])
def test_decimals_are_noted_where_the_precision_is_not_known(value: str, noted: int) -> None:
    """Ten decimals are the most that an app can keep; with fewer kintone rounds without a word."""
    read = number(value, DEFAULT_PRECISION)

    assert (len(read.changes), read.problems, read.record) == (noted, [], {"n": {"value": value}})
    assert [problem.code.value for problem in number("0.00000000001", DEFAULT_PRECISION).problems] == ["bad_format"]


LIMITED = make_form(
    field("NUMBER", "n", minValue="-5", maxValue="5"),
    field("SINGLE_LINE_TEXT", "s", minLength="2", maxLength="3"),
    field("DROP_DOWN", "d", required=True, options=options("p")),
)


@pytest.mark.parametrize(
    ("code", "value", "advice"),
    [("n", "5.1", "5"), ("n", "-5.1", "-5"), ("s", "abcd", "3"), ("s", "a", "write more"), ("d", "", '"p"')],
)
def test_advice_about_a_limit_names_it(code: str, value: str, advice: str) -> None:
    """What is just at the limit is taken."""
    [problem] = check_record({code: value}, LIMITED, "update").problems

    assert advice in str(problem.suggestion)
    for taken in ({"n": "5"}, {"n": "-5"}, {"n": "5.0"}, {"s": "ab"}, {"s": "abc"}, {"d": "p"}):
        assert check_record(taken, LIMITED, "update").problems == []


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        ("5", False),
        (5, False),
        (5.5, False),
        (Decimal("0.10"), False),
        ("５", True),
        (1e21, True),
        ("", False),
        (None, True),
    ],
)
def test_number_that_is_only_written_as_a_text_is_no_change(given: object, *, changed: bool) -> None:
    """People would not see a difference."""
    read = check_record({"x": given}, make_form(field("NUMBER", "x")), "update", rules=False)

    assert [change.field for change in read.changes] == ["x"] * changed


KEYS = make_form(
    field("SINGLE_LINE_TEXT", "sku", unique=True), field("NUMBER", "no", unique=True), field("DATE", "day")
)


@pytest.mark.parametrize(
    ("code", "value", "advice"),
    [("skuu", "A", '"sku"'), ("zzz", "A", '"no"'), ("day", "2026-04-01", '"sku"'), ("sku", "x" * 65, ""),
     ("sku", None, "leave updateKey out"), ("sku", {"value": ""}, "leave updateKey out"), ("no", "abc", "digits")],
)  # fmt: skip
def test_advice_about_an_update_key_names_what_can_be_one(code: str, value: object, advice: str) -> None:
    """The field that was meant, or all that can be one."""
    text, problem = check_update_key(code, value, KEYS)

    assert (text, problem is None) == ("", False)
    assert problem is not None
    assert (problem.field, problem.row) == (code, None)
    assert advice in str(problem.suggestion)
    assert str(problem.message)


@pytest.mark.parametrize(
    ("value", "taken"),
    [("a", True), (5, True), (1.5, True), (Decimal("1.5"), True), (None, True), (["a", "b"], True), ([], True),
     (True, False), (["a", 1], False), ([True], False), ({"a": 1}, False), ([["a"]], False)],
)  # fmt: skip
def test_value_is_sent_without_a_form_where_it_has_one_meaning(value: Any, *, taken: bool) -> None:  # noqa: ANN401
    """Anything else might be a row, a person or a file."""
    for given in (value, {"value": value}):
        read = record_without_form({"x": given})
        assert read.valid is taken
        assert read.record == ({"x": {"value": value}} if taken else {})
    assert record_without_form({"x": True}).problems[0].code == "wrong_type"
