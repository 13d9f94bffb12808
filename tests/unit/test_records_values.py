"""Single values: what people and models write, and what kintone gets."""

from decimal import Decimal

import pytest

from kintone.records import CheckedRecord, check_record
from tests.unit.form_samples import rich_form

FORM = rich_form()


def _read(code: str, value: object) -> CheckedRecord:
    return check_record({code: value}, FORM, "add", rules=False)


GOOD = [
    ("name", "abc", "abc"),
    ("name", 5, "5"),
    ("name", Decimal("0.10"), "0.10"),
    ("memo", "a\r\nb\rc", "a\nb\nc"),
    ("price", 5, "5"),
    ("price", 0.1, "0.1"),
    ("price", Decimal("12345678901234567890.12"), "12345678901234567890.12"),
    ("price", "1234.50", "1234.50"),
    ("price", " 42 ", "42"),
    ("price", "１２．５", "12.5"),
    ("price", "－３", "-3"),
    ("price", "1.5e1", "15"),
    ("price", "+7", "7"),
    ("price", ".5", "0.5"),
    ("price", "▲500", "-500"),
    ("price", "△ １，２３４", "-1234"),
    ("price", "1,234,567.8", "1234567.8"),
    ("price", "1,000", "1000"),
    ("price", "¥1,200", "1200"),
    ("price", "￥１２００", "1200"),
    ("price", "-¥500", "-500"),
    ("price", "$-5", "-5"),
    ("price", "1,234円", "1234"),
    ("price", "-0.0", "0"),
    ("price", -0.0, "0"),
    ("price", "0.00", "0.00"),
    ("price", 10**30 - 1, "9" * 30),
    ("price", -(10**30) + 1, "-" + "9" * 30),
    ("price", Decimal("9" * 30), "9" * 30),
    ("price", "9" * 30, "9" * 30),
    ("done", True, ["Yes"]),
    ("done", False, []),
    ("tags", "A, B", ["A", "B"]),
    ("tags", "A、B", ["A", "B"]),
    ("tags", "A\N{FULLWIDTH COMMA}B", ["A", "B"]),
    ("tags", "A\nB\n", ["A", "B"]),
    ("tags", "A\rB", ["A", "B"]),
    ("tags", "A, C, D", ["A", "C, D"]),
    ("tags", ["B", "C, D"], ["B", "C, D"]),
    ("tags", ["A", "A"], ["A"]),
    ("tags", "['A', 'C, D']", ["A", "C, D"]),
    ("tags", '["B"]', ["B"]),
    ("blank", "x", [" x "]),
    ("blank", [" x "], [" x "]),
    ("blank", ["x"], [" x "]),
    ("blank", "y, x", ["y", " x "]),
    ("areas", "東京", ["東京"]),
    ("rank", " High ", "High"),
    ("size", 1, "1"),
    ("size", ["M"], "M"),
    ("owner", "sato", [{"code": "sato"}]),
    ("owner", ["sato", {"code": "ito", "name": "Ito"}], [{"code": "sato"}, {"code": "ito"}]),
    ("team", {"code": "sales"}, [{"code": "sales"}]),
    ("owner", "佐藤 (sato)", [{"code": "sato"}]),
    ("owner", "佐藤 昇（sato）", [{"code": "sato"}]),
    ("owner", ["佐藤 次郎 (sato)", "ito"], [{"code": "sato"}, {"code": "ito"}]),
    ("owner", {"code": "佐藤 (sato)"}, [{"code": "佐藤 (sato)"}]),
    ("owner", "[{'code': 'sato', 'name': None}, {'code': 'ito'}]", [{"code": "sato"}, {"code": "ito"}]),
    ("owner", '["sato", "ito"]', [{"code": "sato"}, {"code": "ito"}]),
    ("owner", {"code": "a,b"}, [{"code": "a,b"}]),
    ("files", "[{'fileKey': 'a-1', 'name': 'x.txt'}]", [{"fileKey": "a-1"}]),
    ("group", 7, [{"code": "7"}]),
    ("files", "key-1", [{"fileKey": "key-1"}]),
    ("files", [{"fileKey": "a", "name": "x.txt", "size": "3"}, "b"], [{"fileKey": "a"}, {"fileKey": "b"}]),
    ("maker", "sato", {"code": "sato"}),
    ("made", "2026-04-01T09:30+09:00", "2026-04-01T00:30:00Z"),
]
DATES = [
    "2026-04-01", "2026-4-1", "2026/4/1", "2026.4.1", "20260401", "2026年4月1日", "2026年 4月 1日", "令和8年4月1日",
    "R8.4.1", "r8/4/1", "２０２６／４／１", "2026-04-01T09:00:00+09:00", "2026-04-01 23:59", "2026-04-01T00:00:00Z",
]  # fmt: skip
TIMES = [
    ("9:30", "09:30"), ("09:30:15", "09:30"), ("09:30:15.250", "09:30"), ("9:30 PM", "21:30"), ("12 am", "00:00"),
    ("12:05 p.m.", "12:05"), ("午前9時", "09:00"), ("午後3時30分", "15:30"), ("午後3:30", "15:30"), ("15時", "15:00"),
    ("3時半", "03:30"), ("９：３０", "09:30"),
]  # fmt: skip
MOMENTS = [
    "2026-04-01T09:30:00+09:00", "2026-04-01T09:30+09", "2026-04-01 09:30 +0900", "2026-04-01T09:30:59.999+09:00",
    "2026-04-01T00:30Z", "2026-04-01t00:30:00z", "2026-03-31T19:30:00-05:00", "2026/4/1 9:30+09:00",
    "2026年4月1日 午前9時30分 +09:00", "令和8年4月1日9時30分+09:00", "2026-04-01 00:30 UTC",
]  # fmt: skip


@pytest.mark.parametrize(("code", "given", "wanted"), GOOD)
def test_a_value_that_is_clear_becomes_kintones(code: str, given: object, wanted: object) -> None:
    """Each type takes the plain values whose meaning is beyond doubt."""
    read = _read(code, given)
    assert read.problems == []
    assert read.record == {code: {"value": wanted}}


@pytest.mark.parametrize("text", DATES)
def test_a_date_is_understood_in_every_clear_form(text: str) -> None:
    """Year-first and Japanese dates become ISO dates."""
    assert _read("due", text).record == {"due": {"value": "2026-04-01"}}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("令和元年5月1日", "2019-05-01"), ("平成31年4月30日", "2019-04-30"), ("S64.1.7", "1989-01-07"),
     ("大正元年7月30日", "1912-07-30"), ("M45.7.30", "1912-07-30")],
)  # fmt: skip
def test_an_era_reaches_from_its_first_day_to_its_last(text: str, wanted: str) -> None:
    """The first and last days of eras are days of the era."""
    assert _read("due", text).record == {"due": {"value": wanted}}


@pytest.mark.parametrize(("text", "wanted"), TIMES)
def test_a_time_is_understood_in_every_clear_form(text: str, wanted: str) -> None:
    """Times with and without seconds, in English and in Japanese, become HH:MM."""
    assert _read("at", text).record == {"at": {"value": wanted}}


@pytest.mark.parametrize("text", MOMENTS)
def test_a_moment_with_an_offset_becomes_utc(text: str) -> None:
    """Any offset, any clear date and time form, and seconds dropped as kintone drops them."""
    assert _read("moment", text).record == {"moment": {"value": "2026-04-01T00:30:00Z"}}


BAD = [
    ("name", True, "wrong_type", "quotes"),
    ("name", ["a"], "wrong_type", ""),
    ("name", "a\x00b", "bad_format", "remove"),
    ("memo", "\ud800", "bad_format", "remove"),
    ("price", True, "wrong_type", "digits"),
    ("price", "abc", "bad_format", "digits"),
    ("price", "- 5", "bad_format", ""),
    ("owner", ["a、b"], "ambiguous", '["a", "b"]'),
    ("owner", "a、b", "ambiguous", '["a", "b"]'),
    ("owner", "a;b", "ambiguous", '["a", "b"]'),
    ("owner", "a\N{FULLWIDTH COMMA}b", "ambiguous", '["a", "b"]'),
    ("owner", "a\N{FULLWIDTH SEMICOLON}b", "ambiguous", '["a", "b"]'),
    ("owner", "a\tb", "ambiguous", '["a", "b"]'),
    ("owner", "a\nb", "ambiguous", '["a", "b"]'),
    ("owner", "a\rb", "ambiguous", '["a", "b"]'),
    ("owner", {}, "wrong_type", "code"),
    ("owner", "[sato, ito]", "bad_format", "list"),
    ("files", 5, "wrong_type", "upload"),
    ("files", [5], "wrong_type", "upload"),
    ("files", "見積.pdf", "bad_format", "upload"),
    ("files", {}, "wrong_type", "upload"),
    ("files", [{"fileKey": "report.pdf"}], "bad_format", "upload"),
    ("tags", {}, "wrong_type", '"A"'),
    ("size", {}, "wrong_type", '"S"'),
    ("name", {}, "wrong_type", ""),
    ("price", {}, "wrong_type", ""),
    ("due", {}, "wrong_type", ""),
    ("price", 4.557843989422807e-92, "bad_format", "text field"),
    ("price", "5²", "bad_format", ""),
    ("price", "NaN", "bad_format", ""),
    ("price", float("nan"), "bad_format", "null"),
    ("price", Decimal("Infinity"), "bad_format", ""),
    ("price", Decimal("1E+999999"), "too_large", ""),
    pytest.param("price", 10**5000, "too_large", "", id="price-5000 digits"),
    ("price", 10**30, "too_large", "text field"),
    ("price", -(10**30), "too_large", "text field"),
    ("price", Decimal(10**30), "too_large", "text field"),
    ("price", "1" + "0" * 30, "too_large", "text field"),
    ("price", "1e9999", "too_large", ""),
    ("price", Decimal("1E-999999"), "bad_format", "text field"),
    ("price", "  ", "bad_format", ""),
    ("tags", True, "wrong_type", '"A"'),
    ("tags", "a, Z", "unknown_option", 'did you mean "A"'),
    ("tags", "A・B", "unknown_option", 'choose from "A"'),
    ("marks", "a,b,c", "ambiguous", "list"),
    ("size", "[1]", "unknown_option", 'choose from "S"'),
    ("tags", ["A", None], "wrong_type", ""),
    ("tags", ",", "unknown_option", ""),
    ("areas", "東京 都", "unknown_option", '"東京"'),
    ("rank", "ｈｉｇｈ", "unknown_option", '"High"'),
    ("size", ["S", "M"], "wrong_type", ""),
    ("size", {"a": 1}, "wrong_type", '"S"'),
    ("owner", "sato, ito", "ambiguous", '["sato", "ito"]'),
    ("owner", [" "], "bad_format", "code"),
    ("owner", True, "wrong_type", "code"),
    ("files", [{"file_key": "x"}], "wrong_type", "upload"),
    ("due", "4/1/2026", "ambiguous", '"2026-01-04" or "2026-04-01"'),
    ("due", "25/12/2026", "ambiguous", '"2026-12-25"'),
    ("due", "01/02/03", "ambiguous", "YYYY-MM-DD"),
    ("due", "2026-04", "ambiguous", "day"),
    ("due", "4/1", "ambiguous", "YYYY"),
    ("due", "平成32年4月1日", "ambiguous", '"2020-04-01"'),
    ("due", "令和元年4月30日", "ambiguous", "2019-04-30"),
    ("due", "25 Nov 2026", "bad_format", "YYYY"),
    ("due", "4/1/2026 09:00", "ambiguous", '"2026-01-04" or "2026-04-01"'),
    ("due", "2026-02-30", "bad_format", "YYYY"),
    ("due", "tomorrow", "bad_format", "YYYY"),
    ("due", "0999-12-31", "too_small", "1000"),
    ("due", "0000-04-01", "too_small", "1000"),
    ("due", "40/41/2026", "ambiguous", "YYYY"),
    ("due", 20260401, "wrong_type", "YYYY"),
    ("due", "2026-03-31T15:00:00.000Z", "ambiguous", "YYYY"),
    ("at", "24:00", "bad_format", "23:59"),
    ("at", "0930", "bad_format", '"09:30"'),
    ("at", "午後12時", "ambiguous", "12:00"),
    ("at", "午後12時30分", "ambiguous", '"00:30" or "12:30"'),
    ("at", "13 pm", "bad_format", ""),
    ("moment", "2026-04-01", "ambiguous", '"2026-04-01T00:00:00Z"'),
    ("moment", "2026-04-01T09:30", "ambiguous", '"2026-04-01T09:30:00+09:00"'),
    ("moment", "11/25/2026 9:30 +09:00", "ambiguous", "offset"),
    ("moment", "昭和64年1月8日 9:30+09:00", "ambiguous", "offset"),
    ("moment", "2026-11-25 午後12時+09:00", "ambiguous", "offset"),
    ("moment", "2026-11-25 0930+09:00", "bad_format", "offset"),
    ("moment", "2026-11-25T09:30+09:60", "bad_format", "offset"),
    ("moment", "2026-11-25T24:00:00Z", "bad_format", "offset"),
    ("moment", "2026-04-01T09:30+25:00", "bad_format", "offset"),
    ("moment", "2026-04-01T09:30+14:01", "bad_format", "offset"),
    ("moment", "2026-04-01T09:30-1401", "bad_format", "offset"),
    ("moment", "2026-04-01T09:30+15", "bad_format", "offset"),
    ("moment", "9999-12-31T23:59-05:00", "too_large", ""),
    ("moment", "1000-01-01T00:00+09:00", "too_small", ""),
    ("moment", 1775000000, "wrong_type", "YYYY"),
    ("maker", None, "wrong_type", "code"),
]


@pytest.mark.parametrize(("code", "given", "problem", "suggestion"), BAD)
def test_a_value_that_is_wrong_or_unclear_is_told_not_guessed(
    code: str, given: object, problem: str, suggestion: str
) -> None:
    """The problem has its code and a suggestion, and the field stays out of the record."""
    read = _read(code, given)
    assert [entry.code for entry in read.problems] == [problem]
    assert suggestion in str(read.problems[0].suggestion)
    assert read.record == {}


UNCLEAR_NUMBERS = ["12万", "50%", "1.234,56", "(500)", "SRC-1", "1_0", "٣", "5²", "▲-5", "--5", "1,00", "1,0000",
                   "(▲5)", "5 apples", "約500", "1 000", "¥", "500-", "0x10", "Ⅷ"]  # fmt: skip


@pytest.mark.parametrize("text", UNCLEAR_NUMBERS)
def test_a_number_that_may_be_another_one_gets_an_advice_without_any_number(text: str) -> None:
    """An advice that names a number would be sent, with another sign or size than was meant."""
    problem = _read("price", text).problems[0]
    assert problem.code == "bad_format"
    assert not any(character.isdigit() for character in str(problem.suggestion))


@pytest.mark.parametrize(
    "text", ["2026-11-24T15:00:00Z", "2026-11-24T23:59+00:00", "2026-11", "tomorrow", "2026-02-30"]
)
def test_an_advice_about_a_day_names_no_other_day(text: str) -> None:
    """In Japan the 24th at 15:00 UTC is the 25th; a day that is offered would be taken."""
    problem = _read("due", text).problems[0]
    assert not any(character.isdigit() for character in str(problem.suggestion))


@pytest.mark.parametrize("text", ["明治5年1月1日", "明治5年12月2日"])
def test_a_day_before_the_solar_calendar_is_offered_no_day_of_it(text: str) -> None:
    """Japan counted by the moon until 1873: the same numbers name another day."""
    problem = _read("due", text).problems[0]
    assert problem.code == "ambiguous"
    assert not any(character.isdigit() for character in str(problem.suggestion))


@pytest.mark.parametrize("text", ["11/25/2026 9:30 +09:00", "2026-11-25 午後12時+09:00", "2026-11-25 0930+09:00"])
def test_an_advice_about_a_moment_offers_no_part_of_it(text: str) -> None:
    """A day or a time alone would be refused, or lose the rest."""
    assert not any(character.isdigit() for character in str(_read("moment", text).problems[0].suggestion))


OFFSETS = [("+05:30", "04:00"), ("+0545", "03:45"), ("+14:00", "19:30"), ("-03:30", "13:00"), ("-00:30", "10:00")]


@pytest.mark.parametrize(("offset", "clock"), OFFSETS)
def test_the_minutes_of_an_offset_count(offset: str, clock: str) -> None:
    """Offsets with minutes and the largest one are exact."""
    day = "2026-03-31" if offset == "+14:00" else "2026-04-01"
    assert _read("moment", f"2026-04-01T09:30{offset}").record == {"moment": {"value": f"{day}T{clock}:00Z"}}


LIMITS: list[tuple[str, object, object, str]] = [
    ("price", f"0.{'1' * 98}", f"0.{'1' * 99}", "bad_format"),
    ("price", Decimal("1E-98"), Decimal("1E-99"), "bad_format"),
    ("tags", ["A"] * 1_000, ["A"] * 1_001, "too_long"),
    ("owner", ["a"] * 10_000, ["a"] * 10_001, "too_long"),
    ("owner", "a" * 512, "a" * 513, "bad_format"),
    ("files", "a" * 512, "a" * 513, "bad_format"),
    ("lines", [{"item": "a"}] * 10_000, [{"item": "a"}] * 10_001, "too_long"),
    ("due", f"2026-04-01{' ' * 54}", f"2026-04-01{' ' * 55}", "bad_format"),
]


@pytest.mark.parametrize(("code", "most", "more", "problem"), LIMITS, ids=lambda value: str(value)[:12])
def test_a_limit_itself_is_within_it(code: str, most: object, more: object, problem: str) -> None:
    """What has exactly the most characters or entries is taken, and with one more it is refused."""
    assert _read(code, most).problems == []
    assert [found.code for found in _read(code, more).problems] == [problem]


EMPTY: list[tuple[str, object]] = [
    ("memo", ""), ("price", ""), ("rank", ""), ("size", None), ("due", None), ("at", None), ("moment", ""),
         ("tags", []), ("owner", []), ("files", []), ("lines", [])]  # fmt: skip


@pytest.mark.parametrize(("code", "empty"), EMPTY)
def test_null_becomes_the_empty_value_of_the_type(code: str, empty: object) -> None:
    """Null clears a field, in the way that suits its type."""
    assert _read(code, None).record == {code: {"value": empty}}


@pytest.mark.parametrize("code", ["memo", "price", "due", "size"])
def test_an_empty_text_stays_empty(code: str) -> None:
    """An empty text clears single values and needs no change."""
    read = _read(code, "")
    assert read.record == {code: {"value": ""}}
    assert read.changes == []


def test_a_change_shows_before_and_after() -> None:
    """People see what became of what they wrote."""
    assert [str(change.text) for change in _read("due", "2026/4/1").changes] == ['due: "2026/4/1" → "2026-04-01"']


@pytest.mark.parametrize("given", ["abc", 5, Decimal("1.5"), 0.25])
def test_what_needs_no_change_is_not_listed(given: object) -> None:
    """Texts as they are, and numbers that are only written as text, are no changes."""
    assert _read("name", given).changes == []


def test_a_long_value_is_cut_in_the_message() -> None:
    """A message shows about eighty characters of what was brought."""
    message = str(_read("price", "x" * 10_000_000).problems[0].message)
    assert len(message) < 150


@pytest.mark.parametrize(
    "text",
    ["[" * 33 + "]" * 33, f"[{' ' * 1_000_000}]", "[b'x']", "[{1, 2}]", "[(1,)]", "[...]", "[NaN]", "[1, 2"],
)
def test_a_text_in_brackets_that_is_no_list_of_json_is_refused_or_left(text: str) -> None:
    """What Python alone can write, what is too deep or too long, and what is cut is never taken for a list."""
    assert _read("owner", text).record == {}
    assert _read("name", text).record == {"name": {"value": text}}


@pytest.mark.parametrize("text", ["[{'qty': 12345678901234567.25}]", '[{"qty": 12345678901234567.25}]'])
def test_a_number_in_rows_that_arrive_as_text_keeps_its_digits(text: str) -> None:
    """No binary float stands in between."""
    read = check_record({"lines": text}, FORM, "update", rules=False)
    assert read.problems == []
    assert read.record == {"lines": {"value": [{"value": {"qty": {"value": "12345678901234567.25"}}}]}}


def test_a_name_that_stands_twice_in_a_row_that_arrives_as_text_is_refused() -> None:
    """Neither of the two values is dropped in silence."""
    assert _read("lines", "[{'qty': 1, 'qty': 2}]").record == {}
