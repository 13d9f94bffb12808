"""``kintone_delete_records``: which records a call names, what is refused, and what is deleted."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.delete_tool import BULK, LIST, PLAIN, add, delete, failure, gone, refusal, text
from tests.unit.in_process import Asked, InProcess

APP = "GET app"


def app_code(code: str) -> Callable[[Asked, dict[str, Any]], dict[str, Any]]:
    """Give the app a code."""
    return lambda asked, body: {**body, "code": code} if asked.call == APP else body


# Which records are meant


@pytest.mark.parametrize(
    "given",
    [
        "1,3",
        "3, 1",
        "1\n3",
        "1\r\n3\n",
        "1、3",
        "1;3;",
        "[1, 3]",
        '["1", "3"]',
        "['1', '3']",
        "```json\n[1, 3]\n```",
        [1, 3],
        ["1", "3"],
        [1.0, Decimal(3)],
        '{"record_ids": [1, 3]}',
        "１，３",
        "#1, record 3",
        "1, 3, 1, 03, 3",
        [1, "1", 3.0],
    ],
)
def test_ids_may_be_written_in_many_ways(site: InProcess, given: object) -> None:
    """Exactly these records go, each once, in one request; ids are told in ascending order."""
    add(site, 4)

    assert gone(delete(site, record_ids=given)) == [1, 3]
    assert site.ids() == [2, 4]
    assert [asked.call for asked in site.asked] == [PLAIN]
    assert site.asked[0].parameters == {"app": site.app, "ids": [1, 3]}


@pytest.mark.parametrize("given", [2, 2.0, "2", "2.0", "２", "record 2", "#2"])
def test_one_id(site: InProcess, given: object) -> None:
    """A number alone is one record."""
    add(site, 3)
    assert gone(delete(site, record_ids=given)) == [2]
    assert site.ids() == [1, 3]


def test_record_numbers_with_the_code_of_the_app(site: InProcess) -> None:
    """They are ids; the code is read once, and a record named in two ways counts once."""
    add(site, 4)
    site.change = app_code("APP")

    assert gone(delete(site, record_ids="APP-1, 1, APP-3")) == [1, 3]
    assert site.calls == {APP: 1, PLAIN: 1}


@pytest.mark.parametrize("code", ["APP", ""])
def test_record_numbers_of_another_app_are_refused(site: InProcess, code: str) -> None:
    """The number behind the code of another app may be that of a record here."""
    add(site, 3)
    site.change = app_code(code)
    refused = refusal(site, record_ids="1, INQ-2")
    assert "INQ-2" in refused
    assert "entry 2" in refused
    assert code in refused


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("1, all", "all"),
        ("1 2", "1 2"),
        ("*", "*"),
        ([1, None], "null"),
        ([1, ""], '""'),
        ([1, True], "true"),
        ([1, [2]], "[2]"),
        ([{"id": "1"}], '"id"'),
        ("0", "0"),
        ("-1", "-1"),
        ("1.5", "1.5"),
        ("1e2", "1e2"),
        ("2-3", "2-3"),
        (True, "record_ids"),
        ({"id": 1}, "record_ids"),
        ([12345678901234567], "12345678901234567"),
    ],
)
def test_what_is_no_id_deletes_nothing(site: InProcess, given: object, wrong: str) -> None:
    """One bad entry refuses the whole call, with the parameter and the entry."""
    add(site, 3)
    refused = refusal(site, record_ids=given)
    assert "record_ids" in refused
    assert wrong in refused


@pytest.mark.parametrize("given", ["[]", [], ",", " , \n", '{"record_ids": []}', "```json\n[]\n```"])
def test_an_empty_list_deletes_nothing(site: InProcess, given: object) -> None:
    """It is refused, and names the parameter."""
    add(site, 3)
    assert "record_ids" in refusal(site, record_ids=given)


@pytest.mark.parametrize("blank", [None, "", "  ", "\n", "\u3000", "null", "None", "undefined"])
@pytest.mark.parametrize("query", [None, "", " \n"])
def test_nothing_given_deletes_nothing(site: InProcess, blank: str | None, query: str | None) -> None:
    """Both parameters are named, whatever the confirmed number."""
    add(site, 3)
    refused = refusal(site, record_ids=blank, query=query, confirm_count=3)
    assert "record_ids" in refused
    assert "query" in refused


def test_both_ways_at_once_are_refused(site: InProcess) -> None:
    """It is not certain which of them is meant."""
    add(site, 3)
    refused = refusal(site, record_ids="1", query="$id = 1", confirm_count=1)
    assert "record_ids" in refused
    assert "query" in refused


def test_confirm_count_beside_ids_must_be_right(site: InProcess) -> None:
    """A number that differs from that of the ids, each counted once, deletes nothing."""
    add(site, 3)
    refused = refusal(site, record_ids="1, 2, 1", confirm_count=3)
    assert "confirm_count is 3" in refused
    assert "names 2" in refused
    assert gone(delete(site, record_ids="1, 2, 1", confirm_count=2)) == [1, 2]


# By query


def test_what_the_query_finds_is_deleted(site: InProcess) -> None:
    """Only ids are read; exactly those that were read are deleted."""
    add(site, 5)

    deleted = delete(site, query="$id >= 2 and $id <= 4", confirm_count=3)

    assert gone(deleted) == [2, 3, 4]
    assert site.ids() == [1, 5]
    assert {tuple(asked.parameters["fields"]) for asked in site.asked if asked.call == LIST} == {("$id",)}
    assert "2, 3, 4" in text(deleted)


@pytest.mark.parametrize("expected", ["3", 3.0, "３", " 3 "])
def test_confirm_count_may_be_a_text(site: InProcess, expected: object) -> None:
    """Dify's casts make numbers of several types of it."""
    add(site, 3)
    assert gone(delete(site, query="$id > 0", confirm_count=expected)) == [1, 2, 3]


@pytest.mark.parametrize("expected", [0, 2, 4, 600])
def test_another_number_deletes_nothing(site: InProcess, expected: int) -> None:
    """Both numbers are told; one more or less is enough."""
    add(site, 3)
    refused = refusal(site, query="$id > 0", confirm_count=expected)
    assert f"confirm_count is {expected}" in refused
    assert "finds 3" in refused


@pytest.mark.parametrize("expected", [None, "", "many", -1, 1.5, True])
def test_a_query_needs_a_number(site: InProcess, expected: object) -> None:
    """Nothing is asked of kintone without it."""
    add(site, 3)
    assert "confirm_count" in refusal(site, query="$id > 0", confirm_count=expected)
    assert not site.asked


def test_none_found_and_none_expected(site: InProcess) -> None:
    """That is a success, with an empty list."""
    add(site, 2)
    deleted = delete(site, query="$id > 10", confirm_count=0)
    assert gone(deleted) == []
    assert site.ids() == [1, 2]
    assert not site.writes


def test_none_found_and_some_expected(site: InProcess) -> None:
    """That is a mistake, such as a wrong condition."""
    add(site, 2)
    assert "finds no record" in refusal(site, query="$id > 10", confirm_count=1)


@pytest.mark.parametrize(
    ("query", "option"),
    [
        ("$id > 0 limit 2", "limit"),
        ("$id > 0 order by $id desc", "order by"),
        ("$id > 0 offset 1", "offset"),
        ("order by $id asc", "order by"),
        ("limit 2", "limit"),
        ("limit 2 $id > 0", "limit"),
        ("$id > 0 LIMIT 2", "limit"),
        ("$id > 0 order by", "order by"),
    ],
)
def test_options_are_refused(site: InProcess, query: str, option: str) -> None:
    """Kintone would take them, and what is then deleted depends on the order of records."""
    add(site, 3)
    assert option in refusal(site, query=query, confirm_count=2)
    assert not site.asked


@pytest.mark.parametrize("query", ["```\n\n```", "``` ```"])
def test_a_blank_query_in_a_fence_is_blank(site: InProcess, query: str) -> None:
    """It would match every record."""
    add(site, 3)
    assert "query" in refusal(site, query=query, confirm_count=3)
    assert not site.asked


def test_the_number_is_that_of_the_ids(site: InProcess) -> None:
    """Kintone's own count of matches may be wrong; it decides nothing."""
    add(site, 600)
    site.change = lambda asked, body: {**body, "totalCount": "601"} if "totalCount" in asked.parameters else body
    assert "finds 600" in refusal(site, query="$id > 0", confirm_count=601)
    assert len(gone(delete(site, query="$id > 0", confirm_count=600))) == 600
    assert site.ids() == []


def test_slips_in_the_query_are_mended_and_told(site: InProcess) -> None:
    """As in the other tools that take a query."""
    add(site, 3)
    deleted = delete(site, query="$id == 2", confirm_count=1)
    assert gone(deleted) == [2]
    assert "Warning" in text(deleted)


def test_warnings_of_kintone_are_passed_on(site: InProcess) -> None:
    """A search that was cut short finds a part of what matches; that is told, whether anything is deleted or not."""
    add(site, 3)
    warning = {"X-Cybozu-Warning": "Filter aborted because of too many search results"}
    site.kintone.fail(api="records", method="GET", headers=warning, times=None)
    assert "partial" in refusal(site, query="$id > 0", confirm_count=4)
    assert "partial" in text(delete(site, query="$id > 0", confirm_count=3))


def test_a_refused_query_is_explained(site: InProcess) -> None:
    """The unknown field is named, and that nothing was deleted."""
    add(site, 3)
    refused = failure(site, query='nmae = "x"', confirm_count=3)
    assert refused.code == "GAIA_IQ11"
    assert "nmae" in str(refused)
    assert "nothing was deleted" in str(refused)
    assert site.ids() == [1, 2, 3]


def test_records_added_meanwhile_stay(site: InProcess) -> None:
    """Only the ids that were read are deleted, though the new record matches too."""
    add(site, 3)
    site.before = lambda asked: add(site, 1) if asked.call == PLAIN else None
    assert gone(delete(site, query="$id > 0", confirm_count=3)) == [1, 2, 3]
    assert site.ids() == [4]


def test_comments_go_with_their_records(site: InProcess) -> None:
    """They are deleted; those of other records stay."""
    add(site, 2)
    for record in (1, 2):
        site.ask("POST", "record/comment", record=record, comment={"text": "済"})
    delete(site, record_ids="1")
    assert [write.record_id for write in site.kintone.writes if write.action == "delete"] == [1]
    assert len(site.kintone.site.comments.all(site.app, 2)) == 1
    assert len(site.kintone.site.comments.all(site.app, 1)) == 0


# Batches


def test_two_thousand_go_in_one_transaction(site: InProcess) -> None:
    """Twenty calls of a hundred make a batch; a rest of up to a hundred is a plain call."""
    add(site, 2_150)
    assert gone(delete(site, query="$id > 50", confirm_count=2_100)) == list(range(51, 2_151))
    bulk, plain = site.writes
    assert (bulk.call, plain.call) == (BULK, PLAIN)
    inner = bulk.parameters["requests"]
    assert [(call["method"], call["api"], len(call["payload"]["ids"])) for call in inner] == [
        ("DELETE", "/k/v1/records.json", 100)
    ] * 20
    assert site.ids() == list(range(1, 51))


def test_a_list_that_is_too_large_for_dify(site: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """The records are gone, so the list is left out, and the text says so."""
    add(site, 30)
    monkeypatch.setattr("tools.kintone_delete_records.MAX_MESSAGE_BYTES", 100)
    deleted = delete(site, query="$id > 0", confirm_count=30)
    assert deleted.variables == {"deleted_count": 30, "record_ids": []}
    assert "record_ids" in text(deleted)
    assert site.ids() == []


def test_three_hundred_thousand_ids_are_read(site: InProcess) -> None:
    """A text of two megabytes is no reason to refuse them; the first that no record has is."""
    text_of_ids = "\n".join(map(str, range(1, 300_001)))
    error = failure(site, record_ids=text_of_ids)
    assert error.code == "GAIA_RE01"
    assert len(site.writes) == 1


def test_other_count_names_what_the_query_finds(site: InProcess) -> None:
    """Who is tempted to repeat the call with the right number sees first which records these are."""
    add(site, 30 - len(site.ids()))
    few = refusal(site, query="$id in (2, 3)", confirm_count=1)
    many = refusal(site, query="$id > 0", confirm_count=1)

    assert "records 2, 3" in few
    assert "19, 20, and 10 more" in many
