"""Queries on tables and related records, and `like` searches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_kintone_tests.api import Api, code_of

if TYPE_CHECKING:
    from local_kintone import LocalKintone


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('item in ("りんご")', [1]),
        ("qty >= 12", [1]),
        ('item not in ("りんご")', [8, 5]),
        ('done not in ("済")', [8]),
        ('item in ("りんご") and qty = 99', None),
        ('item in ("りんご") and done in ("済")', [1]),
        ('item in ("紙パック") and done in ("済")', []),
        ('item in ("紙パック") and (done in ("済"))', []),
        ('item like "スタンド"', [8]),
    ],
)
def test_table_columns_need_one_row_that_suits(orders: Api, query: str, found: list[int] | None) -> None:
    """Positive conditions must be true in the same row, negative ones in every row of a table with rows."""
    if found is None:
        assert orders.refused(query) == "GAIA_IQ07"
    else:
        assert orders.found(query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('d in ("2026-11-25")', [1]),
        ('d in ("2026-11-24", "2026-11-26")', [2]),
        ('d not in ("2026-11-25")', [2]),
        ('d not in ("2026-11-25", "2026-11-26")', []),
        ('d <= "2026-11-25"', [1]),
    ],
)
def test_dates_in_tables_are_found_by_each_value_of_a_list(bare: LocalKintone, query: str, found: list[int]) -> None:
    """Columns of any type take in and not in, in place of = and !=."""
    app = bare.create_app("dates", {"rows": {"type": "SUBTABLE", "fields": {"d": {"type": "DATE"}}}})
    bare.add_records(app, [{"rows": [{"d": "2026-11-25"}]}, {"rows": [{"d": "2026-11-26"}]}])

    assert sorted(int(record["$id"]["value"]) for record in bare.records(app, query)) == found


@pytest.mark.parametrize(
    ("keyword", "found"),
    [
        ("Type", [9]),
        ("type", [9]),
        ("Ｔｙｐｅ－Ｃ", [9]),
        ("typ", []),
        ("出荷", [2]),
        ("荷", []),
        ("夏季は", [3]),
        ("季は夏", []),
        ("!?", []),
        ("type 両端", [9]),
        ("type 出荷", []),
    ],
)
def test_like_searches_words(orders: Api, keyword: str, found: list[int]) -> None:
    """All Latin words and all pairs of Japanese characters must match; letter case and width are folded."""
    assert orders.found(f'memo like "{keyword}"') == found


@pytest.mark.parametrize(
    ("keyword", "found"),
    [
        ("C#", [1]),
        ("Ｃ＃", [1]),
        ("c++", [2]),
        ("C", [3]),
        ("x", [3]),
        ("森", [4]),
        ("森 川", []),
        ("森川", [5]),
        ("C# 入門", [1]),
        ("(C)", [3]),
        ("C-x", [3]),
    ],
)
def test_like_takes_hash_and_plus_as_parts_of_words_and_finds_single_letters(
    bare: LocalKintone, keyword: str, found: list[int]
) -> None:
    """Fact sheet 5.5 and kintone's help: `#` and `+` are not ignored; a one-letter word matches only itself."""
    app = bare.create_app("Search", {"a": {"type": "SINGLE_LINE_TEXT"}})
    bare.add_records(app, [{"a": text} for text in ("C# 入門", "c++ 入門", "C x", "森", "森川")])
    client = Api(bare.url, bare.token(app))
    assert client.found(f'a like "{keyword}"', app) == found


def test_not_like_finds_the_rest(orders: Api) -> None:
    """Blank texts also match the negation."""
    assert len(orders.found('memo not like "出荷"')) == 11


def test_like_stops_at_the_limit_with_a_warning(bare: LocalKintone) -> None:
    """With more matches than the limit, a part is returned with status 200 and X-Cybozu-Warning."""
    app = bare.create_app("Search", {"a": {"type": "SINGLE_LINE_TEXT"}})
    bare.add_records(app, ({"a": "東京"} for _ in range(8)))
    client = Api(bare.url, bare.token(app))
    full = client.get("records", app=app, query='a like "東京"')
    assert "X-Cybozu-Warning" not in full.headers
    bare.settings.like_limit = 5
    part = client.get("records", app=app, query='a like "東京"')
    assert part.status_code == 200
    assert len(part.json()["records"]) == 5
    assert part.headers["X-Cybozu-Warning"] == "Filter aborted because of too many search results"


def test_related_records_are_searched_in_their_app(every: Api, kintone: LocalKintone) -> None:
    """`Field.column` searches the related app, requires its token, and supports `in` but not `=`."""
    assert every.found('related.city in ("東京都千代田区")', 3) == [1]
    assert every.found('related.company like "みなと"', 3) == []
    assert every.found("related.$id = 1", 3) == [1]
    assert every.refused('related.city = "x"', 3) == "GAIA_IQ07"
    assert every.refused('related.nosuch in ("x")', 3) == "GAIA_IQ11"
    alone = Api(kintone.url, kintone.token(3))
    answer = alone.get("records", app=3, query='related.city in ("x")')
    assert code_of(answer) == (403, "GAIA_NO01")


def test_primary_organization_drops_the_condition(every: Api) -> None:
    """For a user without a primary organization the condition is ignored."""
    assert every.found("organizations in (PRIMARY_ORGANIZATION()) and number = 15", 3) == [1]


def test_status_and_category_can_be_asked_for(every: Api) -> None:
    """Fact sheet 5.2: the fields of process management support queries; categories support no operator."""
    assert every.found('ステータス = "未処理"', 3) == [2, 1]
    assert every.refused('カテゴリー in ("")', 3) == "GAIA_IQ03"
    assert every.refused("order by カテゴリー asc", 3) == "GAIA_IQ03"
    assert every.refused('ステータス in ("未処理", "なし")', 3) == "GAIA_IQ10"
    assert every.refused('作業者 = "sato"', 3) == "GAIA_IQ03"
