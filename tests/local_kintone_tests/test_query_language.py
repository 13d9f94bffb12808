"""The query language: grammar, operators, options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_kintone_tests.api import Api, code_of, keys_of

if TYPE_CHECKING:
    from local_kintone import LocalKintone

ALL = list(range(12, 0, -1))


def test_records_come_newest_first_by_default(orders: Api) -> None:
    """Without `order by` the records are sorted by descending id."""
    assert orders.found("") == ALL
    assert orders.found("limit 2 offset 1") == [11, 10]
    assert orders.found("order by $id asc limit 3") == [1, 2, 3]


def test_default_limit_is_100(bare: LocalKintone) -> None:
    """Without a limit 100 records are returned, with `limit 500` up to 500."""
    app = bare.create_app("Many", {"a": {"type": "NUMBER"}})
    bare.add_records(app, ({"a": str(number)} for number in range(600)))
    client = Api(bare.url, bare.token(app))
    assert len(client.found("", app)) == 100
    assert len(client.found("limit 500", app)) == 500
    assert client.refused("limit 501", app) == "GAIA_QU01"


def test_limit_of_zero_is_out_of_range(orders: Api, kintone: LocalKintone) -> None:
    """Fact sheet 3: the limit is 1 to 500; the error code for zero is unknown, so it is a setting."""
    assert orders.refused("limit 0") == "GAIA_QU01"
    kintone.settings.limit_zero = "CB_VA01"
    assert keys_of(orders.get("records", app=1, query="order by $id asc limit 0")) == {"query"}
    kintone.settings.limit_zero = "empty"
    answer = orders.get("records", app=1, query='rank in ("High") limit 0', totalCount="true").json()
    assert answer == {"records": [], "totalCount": "3"}


def test_offset_ends_at_10000(orders: Api) -> None:
    """An offset of 10,000 is allowed, 10,001 is not."""
    assert orders.found("limit 1 offset 10000") == []
    assert orders.refused("limit 1 offset 10001") == "GAIA_QU02"


def test_and_binds_tighter_than_or(orders: Api) -> None:
    """`a or b and c` is `a or (b and c)`; brackets change that."""
    assert orders.found('sku = "A-001" or sku = "A-002" and price > 1000') == [1]
    assert orders.found('(sku = "A-001" or sku = "A-002") and price > 1000') == []
    assert orders.found('sku = "A-001" or sku = "A-002" and $id > 1') == [2, 1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("price >= 9800", [8, 5]),
        ("price = 480", [1]),
        ('price = "480.0"', [1]),
        ("price in (480, 150)", [2, 1]),
        ("stock != 0 and stock < 10", [8, 5]),
        ('sku in ("A-001", "C-002")', [8, 1]),
        ('customer = ""', [9, 4]),
        ('customer != "" and customer not in ("C-005")', [8, 7, 6, 5, 3, 2, 1]),
        ('rank in ("High")', [8, 5, 1]),
        ('tags in ("")', [11, 8, 6, 2]),
        ('tags in ("新着", "取寄せ")', [12, 7, 5, 1]),
        ('due = ""', [9, 4]),
        ('due < "2026-04-05"', [2, 1]),
        ('due >= "2026-06"', [12, 8]),
        ('start > "13:00"', [7]),
        ('delivered_at = "2026-03-02T15:30:00+0900"', [2]),
        ('delivered_at < "2026-03-04T06:30:00Z"', [2]),
        ('owner in ("suzuki")', [11, 8, 5, 2]),
        ("owner in (LOGINUSER())", []),
        ("作成者 in (LOGINUSER())", ALL),
        ("memo is empty", [6]),
        ("attachment is not empty", [1]),
        ('attachment like "りんご"', [1]),
        ("$id = 3", [3]),
        ("レコード番号 in (3, 4)", [4, 3]),
        ("total = 11520", [1]),
        ("作成日時 = TODAY()", ALL),
        ("作成日時 >= FROM_TODAY(-1, DAYS) and 作成日時 <= NEXT_YEAR()", ALL),
        ("due = LAST_YEAR()", []),
    ],
)
def test_operators_find_by_type(orders: Api, query: str, found: list[int]) -> None:
    """Each type has its own comparison."""
    assert orders.found(query) == found


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('nosuch = "1"', "GAIA_IQ11"),
        ("order by nosuch asc", "GAIA_IQ11"),
        ('name > "a"', "GAIA_IQ03"),
        ('memo = "a"', "GAIA_IQ03"),
        ('rank = "High"', "GAIA_IQ03"),
        ("name = NOW()", "GAIA_IQ03"),
        ("order by lines asc", "GAIA_IQ03"),
        ("order by memo asc", "GAIA_IQ03"),
        ("order by $revision asc", "GAIA_IQ03"),
        ('item = "りんご"', "GAIA_IQ07"),
        ('rank in ("Highest")', "GAIA_IQ10"),
        ('owner in ("nobody")', "GAIA_IL42"),
        ("due = THIS_MONTH(32)", "GAIA_IQ23"),
        ("due = FROM_TODAY(1, HOURS)", "GAIA_IQ25"),
        ("due = FROM_TODAY(1)", "GAIA_IL08"),
        ('lines.item in ("りんご")', "GAIA_IR02"),
    ],
)
def test_condition_that_does_not_suit_the_form_is_refused(orders: Api, query: str, code: str) -> None:
    """Unknown fields, options and users and unsupported operators are errors, not empty results."""
    assert orders.refused(query) == code


@pytest.mark.parametrize(
    "query",
    [
        "sku = 'A-001'",
        '`sku` = "A-001"',
        'sku = "A-001',
        'sku = "a\tb"',
        'sku = "a\nb"',
        'sku = "a\\x"',
        "limit 5 order by sku asc",
        "offset 1 limit 5",
        "sku",
        'sku = "a" and',
        '(sku = "a"',
        'sku = "a" sku = "b"',
        "due = NOSUCH()",
        'due = "tomorrow"',
        'price = "many"',
    ],
)
def test_malformed_query_is_cb_va01_under_query(orders: Api, query: str) -> None:
    """A syntax error is reported under the key `query`."""
    assert keys_of(orders.get("records", app=1, query=query)) == {"query"}


def test_quoted_text_is_never_read_as_words_of_the_language(orders: Api) -> None:
    """Keywords, escaped quotes and backslashes inside quotes are text."""
    assert orders.found('memo like "limit 5 order by x"') == [4]
    assert orders.found('name = "モニター 27\\""') == [8]
    assert orders.found('sku = "a\\\\b\\t\\n"') == []


def test_any_blank_separates_words(orders: Api) -> None:
    """Tabs, line ends and full-width spaces separate tokens; keywords may be upper case."""
    assert orders.found("$id\n>\t10\u3000AND\u3000$id<12 ORDER BY $id ASC LIMIT 5") == [11]


def test_order_by_sorts_by_several_fields(orders: Api) -> None:
    """Numbers sort as numbers, choices as in the form, blanks first, equal records by descending id."""
    assert orders.found("order by price desc limit 3") == [8, 5, 7]
    assert orders.found("order by rank asc, price asc limit 4") == [1, 5, 8, 2]
    assert orders.found("order by due asc limit 3") == [9, 4, 1]
    assert orders.found("order by price limit 1") == [8]


def test_total_count_comes_only_when_asked_for(orders: Api) -> None:
    """The count is null or the number of matches as text, ignoring limit and offset."""
    assert orders.get("records", app=1).json()["totalCount"] is None
    assert orders.get("records", app=1, query="limit 1", totalCount="true").json()["totalCount"] == "12"
    query = 'rank in ("High") order by $id asc limit 1'
    assert orders.get("records", app=1, query=query, totalCount="true").json()["totalCount"] == "3"


def test_fields_cut_records_down(orders: Api) -> None:
    """Only the requested fields are returned, in the order of the record, also `$id`; tables are complete."""
    record = orders.get("records", app=1, query="$id = 1", fields=["lines", "sku"]).json()["records"][0]
    whole = orders.get("records", app=1, query="$id = 1").json()["records"][0]
    assert list(record) == [code for code in whole if code in {"sku", "lines"}] == ["sku", "lines"]
    assert set(record["lines"]["value"][0]["value"]) == {"item", "qty", "done"}


def test_single_record_is_read_by_id(orders: Api) -> None:
    """record.json returns one record; an unknown id is GAIA_RE01."""
    assert orders.get("record", app=1, id=2).json()["record"]["sku"]["value"] == "A-002"
    assert code_of(orders.get("record", app=1, id=99)) == (404, "GAIA_RE01")
    assert keys_of(orders.get("record", app=1, id="x")) == {"id"}
    assert keys_of(orders.get("records")) == {"app"}


@pytest.mark.parametrize(
    "query",
    [
        "sku = “A-001”",
        "sku = 'A-001'",
        "sku = ‘A-001’",
        "sku = ＂A-001＂",
        'sku == "A-001"',
        'sku <> "A-001"',
        'sku ＝ "A-001"',
        "price ≧ 1",
        "price => 1",
        "price > １",
        'sku = "A-001" && price > 1',
        'sku = "A-001" || price > 1',
        "rank in （“High”、“Low”）",
        'rank in ("High"、"Low")',
        'where sku = "A-001"',
        'due = "2026/11/25"',
        'due = "2026-11-25 10:00"',
        'due = "2026-11-25T10:00:00Z"',
        '作成日時 > "2026-11-25 10:00"',
        '作成日時 > "2026-11-25T10:00"',
    ],
)
def test_spellings_of_other_languages_are_syntax_errors(orders: Api, query: str) -> None:
    """Fact sheet 5.1: texts stand in double quotes, and there are no operators but the documented ones; 5.4: dates."""
    assert orders.refused(query) == "CB_VA01"


def test_date_alone_is_midnight_utc_for_a_moment(bare: LocalKintone) -> None:
    """Also where the acting user's time zone is another: kintone says nothing of it."""
    app = bare.create_app("Moments", {"seen": {"type": "DATETIME"}})
    bare.add_records(app, [{"seen": "2026-11-24T23:00:00Z"}, {"seen": "2026-11-25T00:00:00Z"}])
    client = Api(bare.url, bare.token(app))

    assert client.found('seen >= "2026-11-25"', app) == [2]
    assert client.found('seen >= "2026-11"', app) == [2, 1]
