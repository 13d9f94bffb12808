"""What sentences about wrong queries propose: what kintone takes and what means the same, or nothing."""

import itertools
import re
from collections.abc import Iterator

import pytest

from kintone.errors import InvalidParameterError
from kintone.messages import Joined, Message
from kintone.query import parse
from kintone.query.comparisons import read_condition
from kintone.query.mending import mended
from kintone.query.mistakes import explain
from kintone.query.moments import check_dates
from kintone.values.periods import read_time_zone
from local_kintone import LocalKintone
from tests.unit.every_field import EveryField
from tests.unit.form_samples import field, make_form

CODES = ("text", "paragraph", "number", "choice", "date", "moment", "time", "users", "cell_choice", "cell_date", "$id")
OPERATORS = ("=", "!=", ">", "in", "not in", "like", "is", "is not", "between", "contains", "gte", "=~")
VALUES = (
    "x y", "5", "5 < number", "null", '""', "りんご", '"りんご"', "(りんご, みかん)",
    '("りんご",)', '("りんご" "みかん")',
    "()",
    '"2026-11"', '"2026-11-25"', "2026/11/25", '("2026-11-25", "2026-11-26")', '"11/25/2026"', '"today"', "TODAY",
    "(TODAY())", "LAST_7_DAYS()", "THIS_QUARTER()", "THIS_WEEKS()", "LOGINUSER", "1 and 5", "/x/", '"a" "b"',
    "x group by y", "““りんご””",
)  # fmt: skip


@pytest.fixture(scope="module")
def every() -> Iterator[EveryField]:
    """Run a kintone with an app that has a field of every type."""
    with LocalKintone(seed="demo") as kintone:
        yield EveryField(kintone)


def _conditions(message: object) -> Iterator[str]:
    """Yield the conditions that a sentence tells to write."""
    if isinstance(message, Joined):
        for part in message.parts:
            yield from _conditions(part)
    elif isinstance(message, Message):
        for name, value in message.values.items():
            if name in ("instead", "condition") and isinstance(value, str):
                yield value
            yield from _conditions(value)


def _sentences(every: EveryField, query: str) -> list[Message]:
    """Return what is said about a query, before it is sent or after kintone refused it."""
    text, _ = mended(query)
    check = check_dates(read_condition(parse(text).condition).comparisons, every.form, read_time_zone("Asia/Tokyo"))
    sent = check.applied(text)
    return check.refused or (explain(parse(sent), every.form, code) if (code := every.refusal(sent)) else [])


def _proposed(every: EveryField, query: str) -> list[str]:
    return [condition for sentence in _sentences(every, query) for condition in _conditions(sentence)]


def _is_refused_before(every: EveryField, query: str) -> bool:
    return bool(check_dates(read_condition(query).comparisons, every.form, read_time_zone("Asia/Tokyo")).refused)


def test_kintone_takes_every_proposal(every: EveryField) -> None:
    """Of thousands of sloppy comparisons; only which users exist is not in the form."""
    proposed = {
        condition
        for written in itertools.product(CODES, OPERATORS, VALUES)
        for condition in _proposed(every, " ".join(written))
    }
    refused = {condition: code for condition in proposed if (code := every.refusal(condition)) not in ("", "GAIA_IL42")}

    assert len(proposed) > 200
    assert refused == {}
    assert [each for each in proposed - refused.keys() if _is_refused_before(every, each)] == []


@pytest.mark.parametrize(
    ("query", "proposed"),
    [
        ("text = x y", ['text = "x y"']),
        (f"text = {'x' * 150}", [f'text = "{"x" * 150}"']),
        ("choice in (りんご, みかん)", ['choice in ("りんご", "みかん")']),
        ('choice in ("りんご",)', ['choice in ("りんご")']),
        ("number >= 5 and choice = (りんご)", ['choice in ("りんご")']),
        ("5 < number", ["number > 5"]),
        ('"りんご" = choice', ['choice in ("りんご")']),
        ("number gte 5", ["number >= 5"]),
        ("text = update", ['text = "update"']),
        ("text = union and number = 1", ['text = "union"']),
        ('text is "x"', ['text = "x"']),
        ("date = LAST_7_DAYS()", ["date >= FROM_TODAY(-7, DAYS) and date <= TODAY()"]),
        ("date = NEXT_3_MONTHS()", ["date >= TODAY() and date <= FROM_TODAY(3, MONTHS)"]),
        ("date = THIS_WEEK", ["date = THIS_WEEK()"]),
        ("(moment > TODAY() and date in (TODAY()))", ["date = TODAY()"]),
        ('choice = "““りんご””"', []),
        ("text = x group by y", []),
        ("text =~ /x/", []),
        ("text = “x", []),
        ('text = "a" "b"', []),
        ('choice = "りんこ"', []),
        ('choice in ("りんご" or "みかん")', []),
        ('choice = "りんご" "みかん"', []),
        (r'paragraph = "C:\dir"', []),
        (r'paragraph = "a \"b\" \\ c"', [r'paragraph like "a \"b\" \\ c"']),
        ('paragraph = "a\tb"', []),
        ("number > = 5", []),
        ("number > null", []),
        ("text startswith x", []),
        ("date = THIS_QUARTER()", []),
        ("date = NEXT_DAY()", []),
        ("date = THIS_WEEKEND()", []),
        ("date = PAST_MONTH()", []),
        ("date like today", []),
        ('cell_date = "today"', []),
        ("text like null", []),
        ('choice > ""', []),
    ],
)
def test_proposal_means_what_was_written(every: EveryField, query: str, proposed: list[str]) -> None:
    """All values are in it, in the same relation; where that is not certain nothing is proposed."""
    assert _sentences(every, query)
    assert _proposed(every, query) == proposed


@pytest.mark.parametrize(
    ("query", "function"),
    [
        ('moment = "today"', "TODAY()"),
        ('date >= "昨日"', "YESTERDAY()"),
        ('date = "last month"', "LAST_MONTH()"),
        ('moment < "NOW()"', "NOW()"),
        ('date = "from_today(-7, DAYS)"', "FROM_TODAY(-7, DAYS)"),
        ("date = THIS_WEEKS()", "THIS_WEEK()"),
        ("date = YESTERDEY()", "YESTERDAY()"),
    ],
)
def test_function_stands_for_the_word(every: EveryField, query: str, function: str) -> None:
    """A word for a day in quotes, and a name that is spelt similarly, keep the arguments that they have."""
    (sentence,) = _sentences(every, query)

    assert f"write {function}" in str(sentence)
    code, operator, _ = query.split(" ", 2)
    assert every.refusal(f"{code} {operator} {function}") == ""


@pytest.mark.parametrize("name", ["THIS_QUARTER", "THIS_WEEKEND", "NEXT_DAY", "PAST_MONTH"])
def test_no_function_stands_for_another_span_of_time(every: EveryField, name: str) -> None:
    """Those that there are are listed."""
    (sentence,) = _sentences(every, f"date = {name}()")

    assert "write" not in str(sentence)
    assert "THIS_YEAR()" in str(sentence)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ('date = "2026-02-30"', ['"2026-02-30"', "date", "YYYY-MM-DD"]),
        ('date = "0930"', ['"0930"', "YYYY-MM-DD"]),
        ('moment = "2026-13-01"', ['"2026-13-01"', "hh:mm:ss+hh:mm"]),
        ('moment = "11/25/2026"', ['"11/25/2026"', "hh:mm:ss+hh:mm"]),
        ('time = "25:00"', ['"25:00"', "23:59"]),
        ('レコード番号 = "x"', ['"x"', "レコード番号"]),
        ("order by related.city", ["order by", "related.city"]),
        ("(" * 101 + "number = 1" + ")" * 101, ["101"]),
        ("number > = 5", ["second operator", ">="]),
        ("text =~ /x/", ["second operator", "not like"]),
        ("number > 1 -- the rest", ["comment"]),
        ("number > 1 group by choice", ["group_by", "kintone_aggregate"]),
        ("date > DATE_SUB(NOW(), 7)", ["parenthesis", "function"]),
        ('users in ("佐藤")', ['"佐藤"', "Name (login name)"]),
        ('choice = "りんこ"', ["does not take ="]),
    ],
)
def test_value_and_what_it_should_be_are_named(every: EveryField, query: str, words: list[str]) -> None:
    """No general advice in place of the mistake itself."""
    first = str(_sentences(every, query)[0])

    assert first.startswith("query: ")
    assert [word for word in words if word not in first] == []


def test_options_are_told_with_a_wrong_operator(every: EveryField) -> None:
    """Else the next try would be refused for the option."""
    _, options = _sentences(every, 'choice = "りんこ"')

    assert re.findall('"(.+?)"', str(options))[:2] == ["りんこ", "りんご"]


def test_order_that_is_proposed_names_a_field_of_the_app(every: EveryField) -> None:
    """The codes of another app would be refused."""
    (sentence,) = _sentences(every, "order by text descending")
    proposed = re.search("order by [^ ]+ desc, .*", str(sentence))

    assert proposed is not None
    assert every.refusal(proposed[0]) == ""


def test_value_before_its_field_is_not_called_an_unknown_field(every: EveryField) -> None:
    """The number is no field code."""
    (sentence,) = _sentences(every, "5 < number")

    assert "no field" not in str(sentence)


@pytest.mark.parametrize("code", ["id", "$ID", "record_id", "recordId", "Record Number", "レコードID", "记录ID"])
def test_id_of_the_record_is_proposed(every: EveryField, code: str) -> None:
    """Which no form lists."""
    (sentence,) = explain(parse(f"{code.replace(' ', '_')} = 3"), every.form, "GAIA_IQ11")

    assert re.findall('"(.+?)"', str(sentence))[1:] == ["$id"]


def test_field_of_that_name_comes_before_the_id_of_the_record() -> None:
    """By its code or by its label."""
    form = make_form({**field("NUMBER", "customer"), "label": "ID"}, field("NUMBER", "record_no"))
    by_label, by_code = explain(parse("id = 3 and recordNo = 4"), form, "GAIA_IQ11")

    assert re.findall('"(.+?)"', str(by_label)) == ["id", "customer"]
    assert re.findall('"(.+?)"', str(by_code)) == ["recordNo", "record_no"]


@pytest.mark.parametrize("query", ["SELECT COUNT(*) FROM x WHERE number > 1", "number > 1 group by choice"])
def test_explanation_names_parameters_that_the_tool_has(every: EveryField, query: str) -> None:
    """An aggregation has group_by and measures, and no parameter fields."""
    code = every.refusal(query)
    counting = str(explain(parse(query), every.form, code, counts=True)[0])

    assert "group_by" in counting
    assert "parameter fields" not in counting


def test_statuses_are_listed_when_they_are_known(every: EveryField) -> None:
    """The nearest first, and none is blamed that exists."""
    query = 'ステータス in ("Opn", "Done")'
    (sentence,) = explain(parse(query), every.form, "GAIA_IQ10", statuses=["New", "Open", "Done"])

    assert re.findall('"(.+?)"', str(sentence)) == ["Opn", "Open", "New", "Done"]


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("limit 3 and number > 1", "number > 1 limit 3"),
        ("order by number limit 5 asc", "order by number asc limit 5"),
        ('number = 1 limit 5 and text = "x"', 'number = 1 and text = "x" limit 5'),
        ("limit 2, 3", ""),
        ("limit 3 -- top three", ""),
        ("number > 0 /* limit 2 */", ""),
        ("number = 1 or number = 2 limit 5 number = 3", ""),
        ('limit 5 order by "text"', ""),
        ("limit 5 number", ""),
    ],
)
def test_parts_in_the_right_order_are_proposed_only_when_kintone_takes_them(
    every: EveryField, query: str, right: str
) -> None:
    """What stands behind a limit may be a condition or a direction; anything else is named."""
    with pytest.raises(InvalidParameterError) as caught:
        parse(query)
    message = str(caught.value)
    proposed = message.partition("write: ")[2]

    assert proposed == right
    assert not proposed or every.refusal(proposed) == ""


@pytest.mark.parametrize(
    ("query", "word"), [("limit 2, 3", "2, 3"), ("limit 3 -- top", "comment"), (f"limit {'9' * 23}", "larger")]
)
def test_cause_is_named_when_a_limit_cannot_be_read(query: str, word: str) -> None:
    """Two numbers, a comment, a number without a meaning."""
    with pytest.raises(InvalidParameterError) as caught:
        parse(query)

    assert word in str(caught.value)
    assert "order by $id" not in str(caught.value)
