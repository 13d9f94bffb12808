"""What is wrong with queries that kintone refuses, and what to write instead: its own code, sentences, suggestions."""

import re
from collections.abc import Iterator

import pytest

from kintone.query import parse
from kintone.query.mistakes import explain, unknown_fields
from local_kintone import LocalKintone
from tests.unit.every_field import EveryField
from tests.unit.form_samples import field, make_form, options

_SUGGESTION = re.compile(r"write (.+?)(?:, which .*)?")


@pytest.fixture(scope="module")
def every() -> Iterator[EveryField]:
    """Run a kintone with an app that has a field of every type."""
    with LocalKintone(seed="demo") as kintone:
        yield EveryField(kintone)


def sentences(every: EveryField, query: str, code: str) -> list[str]:
    """Return the sentences about a query that kintone refuses with this code."""
    assert every.refusal(query) == code
    found = [str(sentence) for sentence in explain(parse(query), every.form, code)]
    assert [each for each in found if not each.startswith("query: ")] == []
    return found


@pytest.mark.parametrize(
    ("query", "code", "instead"),
    [
        ('choice = "りんご"', "GAIA_IQ03", 'choice in ("りんご")'),
        ('choice != "りんご"', "GAIA_IQ03", 'choice not in ("りんご")'),
        ('choice = ""', "GAIA_IQ03", 'choice in ("")'),
        ("checks is not empty", "GAIA_IQ03", 'checks not in ("")'),
        ('paragraph = "x"', "GAIA_IQ03", 'paragraph like "x"'),
        ('paragraph != ""', "GAIA_IQ03", "paragraph is not empty"),
        ('paragraph in ("x", "y")', "GAIA_IQ03", '(paragraph like "x" or paragraph like "y")'),
        ("text is empty", "GAIA_IQ03", 'text = ""'),
        ('date in ("2026-11-25", "2026-11-26")', "GAIA_IQ03", '(date = "2026-11-25" or date = "2026-11-26")'),
        ('date not in ("2026-11-25", "2026-11-26")', "GAIA_IQ03", '(date != "2026-11-25" and date != "2026-11-26")'),
        ("users = LOGINUSER()", "GAIA_IQ03", "users in (LOGINUSER())"),
        ("作業者 != LOGINUSER()", "GAIA_IQ03", "作業者 not in (LOGINUSER())"),
        ('cell_text = "x"', "GAIA_IQ07", 'cell_text in ("x")'),
        ("cell_number != 5", "GAIA_IQ07", "cell_number not in (5)"),
        ('related.company = "x"', "GAIA_IQ07", 'related.company in ("x")'),
        ("text = null", "CB_VA01", 'text = ""'),
        ("paragraph is null", "CB_VA01", "paragraph is empty"),
        ("choice is not null", "CB_VA01", 'choice not in ("")'),
        ("choice = りんご", "CB_VA01", 'choice in ("りんご")'),
        ('choice in "りんご"', "CB_VA01", 'choice in ("りんご")'),
        ("text = 東京", "CB_VA01", 'text = "東京"'),
        ("text = 「東京」", "CB_VA01", 'text = "東京"'),
        (r"text = 'O\'Brien'", "CB_VA01", 'text = "O\'Brien"'),
        ("date >= 2026/11/25", "CB_VA01", 'date >= "2026-11-25"'),
        ("date = TODAY", "CB_VA01", "date = TODAY()"),
        ("users in (LOGINUSER)", "CB_VA01", "users in (LOGINUSER())"),
        ('number between 1 and "5"', "CB_VA01", 'number >= 1 and number <= "5"'),
        ('choice in ("りんご" "みかん")', "CB_VA01", 'choice in ("りんご", "みかん")'),
    ],
)
def test_suggestion_is_accepted_when_the_operator_or_the_value_is_wrong(
    every: EveryField, query: str, code: str, instead: str
) -> None:
    """The sentence holds a condition that means the same, and kintone takes it."""
    first = sentences(every, query, code)[0]
    suggested = _SUGGESTION.fullmatch(first[first.rindex("write ") :])

    assert suggested is not None
    assert suggested[1] == instead
    assert every.refusal(suggested[1]) == ""


@pytest.mark.parametrize(
    ("query", "code", "named"),
    [
        ('txet = "x"', "GAIA_IQ11", ["txet", "text"]),
        ('ドロップダウン in ("りんご")', "GAIA_IQ11", ["ドロップダウン", "choice"]),
        ("関連 = 1", "GAIA_IQ11", ["関連", "related"]),
        ("order by 数値 desc", "GAIA_IQ11", ["数値", "number"]),
        ('列 文字列 in ("x")', "CB_VA01", ["列 文字列", "cell_text"]),
        ('table.cell_text in ("x")', "GAIA_IR02", ["cell_text", "table."]),
        ('table.cell_txet in ("x")', "GAIA_IR02", ["table.cell_txet", "cell_text"]),
        ('text.x = "1"', "GAIA_IR02", ["text"]),
        ('related.compny in ("x")', "GAIA_IQ11", ["compny"]),
        ('choice in ("みかｎ", "りんご")', "GAIA_IQ10", ["みかｎ", "みかん", "りんご", "ぶどう"]),
        ('users in ("佐藤")', "GAIA_IL42", ["佐藤"]),
        ('groups in ("x", "")', "GAIA_IL42", ["x"]),
        ('ステータス in ("Opn")', "GAIA_IQ10", ["Opn"]),
        ('number > "1,000"', "CB_VA01", ["1,000", "1000"]),
        ('number = "many"', "CB_VA01", ["many"]),
        ('time > "9:30 pm"', "CB_VA01", ["9:30 pm", "21:30"]),
        ('date > "11/25/2026"', "CB_VA01", ["11/25/2026", "2026-11-25"]),
        ('moment > "2026-11-25 10:00+09:00"', "CB_VA01", ["2026-11-25 10:00+09:00", "2026-11-25T01:00:00Z"]),
    ],
)
def test_names_and_values_that_may_be_meant(every: EveryField, query: str, code: str, named: list[str]) -> None:
    """The sentence names what was written first, then what there is, the nearest first."""
    first = sentences(every, query, code)[0]

    assert re.findall('"(.+?)"', first) == named


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ("date > FROM_TODAY(-7)", "GAIA_IL08", ["FROM_TODAY(-7)", "FROM_TODAY(-7, DAYS)"]),
        ("date > FROM_TODAY(-7, DAY)", "GAIA_IQ25", ["FROM_TODAY(-7, DAY)", "WEEKS"]),
        ('date > FROM_TODAY("-7", DAYS)', "CB_VA01", ["without quotes"]),
        ("date > FROM_TODAY(x, DAYS)", "CB_VA01", ["whole number"]),
        ("date = THIS_MONTH(32)", "GAIA_IQ23", ["THIS_MONTH(32)", "LAST"]),
        ("date = LAST_WEEK(MON)", "GAIA_IQ23", ["MONDAY"]),
        ("date = LAST_WEEK(MONDAY, 1)", "GAIA_IL08", ["MONDAY"]),
        ("date = TODAY(1)", "GAIA_IL08", ["nothing"]),
        ("date = NOW()", "GAIA_IQ03", ["NOW()", "TODAY()"]),
        ("text = NOW()", "GAIA_IQ03", ["no function"]),
        ("date = today()", "CB_VA01", ["today()", "TODAY()"]),
        ("date > CURRENT_DATE()", "CB_VA01", ["CURRENT_DATE()", "TODAY()"]),
        ("date > YESTERDEY()", "CB_VA01", ["YESTERDAY()"]),
        ('table = "x"', "GAIA_IQ03", ["table", "cell_text"]),
        ('group = "x"', "GAIA_IQ03", ["group"]),
        ("order by paragraph desc", "GAIA_IQ03", ["order by", "paragraph"]),
        ("order by cell_number desc", "GAIA_IQ03", ["order by", "cell_number", "table"]),
        ("order by text descending", "CB_VA01", ["order by", "desc"]),
        ('order by "text" desc', "CB_VA01", ["order by", "without quotes"]),
        ('"text" = "x"', "CB_VA01", ["character 1 ", "without"]),
        ('text = "x" and not number = 1', "CB_VA01", ["character 16 ", "not in"]),
        ('select * from app where text = "x"', "CB_VA01", ["SQL", "WHERE"]),
        ('text = "x" and', "CB_VA01", ["at the end", "and"]),
        ('text = "x" number = 1', "CB_VA01", ["character 12 ", "or"]),
        ('(text = "x"', "CB_VA01", [")"]),
        ('text = "x")', "CB_VA01", ["character 11 "]),
        ("number >", "CB_VA01", ["at the end", "number >"]),
        ("text", "CB_VA01", ["text"]),
        ("choice in ()", "CB_VA01", ['choice in ("")']),
        ('text contains "x"', "CB_VA01", ["character 6 ", 'text like "x"']),
        ('text = "a\tb"', "CB_VA01", ["character 8 ", "\\t"]),
        (r'text = "C:\dir"', "CB_VA01", ["character 8 ", "\\\\"]),
    ],
)
def test_place_and_reason_when_something_else_is_wrong(
    every: EveryField, query: str, code: str, words: list[str]
) -> None:
    """The first sentence is about what kintone refused, and says what to write."""
    first = sentences(every, query, code)[0]

    assert [word for word in words if word not in first] == []


def test_every_mistake_is_told_when_a_query_has_several(every: EveryField) -> None:
    """Those that kintone complains about come first, each once; kintone itself names only one."""
    query = 'txet = "x" and txet = "y" and choice = "りんご" and cell_number = 1 order by paragraph desc'
    found = sentences(every, query, "GAIA_IQ11")

    words = ["txet", "choice in", "cell_number in", "order by"]
    assert [word for word, each in zip(words, found, strict=True) if word not in each] == []


def test_what_only_kintone_knows_is_told_only_when_it_was_the_reason(every: EveryField) -> None:
    """Users and statuses that may exist are not blamed for another mistake."""
    query = 'txet = "x" and users in ("sato") and ステータス in ("Open") and date = today()'
    of_options = 'choice in ("x") and ステータス in ("Open")'

    assert len(sentences(every, query, "GAIA_IQ11")) == 1
    assert len(sentences(every, of_options, "GAIA_IQ10")) == 1


def test_right_query_has_no_mistake(every: EveryField) -> None:
    """Nothing is invented, whatever kintone complained about."""
    query = 'text like "x" and $id > 3 and cell_date >= "2026-11" and moment < NOW() order by number desc, $id asc'

    assert every.refusal(query) == ""
    assert explain(parse(query), every.form, "GAIA_IQ11") == []


def test_fields_are_listed_when_no_code_or_label_is_near(every: EveryField) -> None:
    """The first thirty with their labels, and how many more there are."""
    (sentence,) = sentences(every, "zzzz = 1 and qqqq = 2", "GAIA_IQ11")

    assert '"zzzz", "qqqq"' in sentence
    assert '"paragraph" (複数行)' in sentence
    assert sentence.count('"') == 2 * (2 + 30)
    assert sentence.endswith(f"{len(every.form.fields) - 30} more")


def test_all_codes_are_named_when_fields_share_a_label() -> None:
    """An agent writes a label where the code is another, and two fields may have it."""
    form = make_form(*({**field("NUMBER", code), "label": "担当者"} for code in ("owner", "deputy")))
    (sentence,) = explain(parse("担当者 = 1"), form, "GAIA_IQ11")
    (in_fields,) = unknown_fields(["担当者", "owner"], form)

    assert (
        re.findall('"(.+?)"', str(sentence)) == re.findall('"(.+?)"', str(in_fields)) == ["担当者", "owner", "deputy"]
    )
    assert str(in_fields).startswith("fields: ")


def test_first_thirty_options_are_listed_the_nearest_first() -> None:
    """The number of the others follows."""
    form = make_form(field("DROP_DOWN", "size", options=options(*(f"{number} kg" for number in range(100)))))
    (sentence,) = explain(parse('size in ("77kg")'), form, "GAIA_IQ10")
    named = re.findall('"(.+?)"', str(sentence))

    assert named == ["77kg", "77 kg", *(f"{number} kg" for number in range(29))]
    assert str(sentence).endswith(" and 70 more")


def test_at_most_five_sentences_are_told(every: EveryField) -> None:
    """A query with hundreds of mistakes does not fill the message."""
    query = " and ".join(f'choice = "{number}"' for number in range(300))

    assert len(sentences(every, query, "GAIA_IQ03")) == 5


def test_switched_off_status_is_a_mistake_in_conditions_alone() -> None:
    """What kintone makes of it in ``order by`` is not documented, so nothing is said of that; assignees never sort."""
    form = make_form(field("STATUS", "状況", enabled=False), field("STATUS_ASSIGNEE", "担当", enabled=False))
    told = {
        query: [str(each).partition(" (")[0] for each in explain(parse(query), form, "GAIA_ST02")]
        for query in ('状況 = "Open" order by 状況 asc', "order by 状況 asc", "order by 担当 asc")
    }

    assert told == {
        '状況 = "Open" order by 状況 asc': ["query: 状況"],
        "order by 状況 asc": [],
        "order by 担当 asc": ["query: order by does not take 担当"],
    }


@pytest.mark.parametrize("query", ["状況 equals 5", "明細 equals 5"])
def test_field_that_no_condition_can_name_has_no_list_of_operators(query: str) -> None:
    """A word in the place of the operator does not lead to an empty list, nor to a condition that kintone refuses."""
    row = {"品目": field("SINGLE_LINE_TEXT", "品目")}
    form = make_form(field("STATUS", "状況", enabled=False), field("SUBTABLE", "明細", fields=row))
    (sentence,) = map(str, explain(parse(query), form, "CB_VA01"))

    assert query.split(maxsplit=1)[0] in sentence
    assert "operators" not in sentence
    assert "write" not in sentence
