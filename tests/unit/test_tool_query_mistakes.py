"""Queries that are wrong, in both tools that read records: what is mended, refused and explained, and what it costs."""

from collections.abc import Iterator
from typing import Any

import pytest

from kintone.access.credentials import Access, Tokens
from kintone.access.sites import read_site
from kintone.errors import InvalidParameterError, InvalidQueryError, KintoneError
from tests.unit.in_process import Asked, InProcess
from tests.unit.query_tool import sent
from tests.unit.test_tool_aggregate import result_of

FORM: dict[str, dict[str, Any]] = {
    "note": {"type": "SINGLE_LINE_TEXT", "label": "メモ"},
    "due": {"type": "DATE"},
    "seen": {"type": "DATETIME"},
    "rank": {"type": "DROP_DOWN", "options": ["High", "Low"]},
}
READ, FORM_READ = "GET records", "GET app/form/fields"


@pytest.fixture
def wrong() -> Iterator[InProcess]:
    """Return a site with an app of a few types and two records."""
    with InProcess(FORM) as site:
        site.kintone.add_records(
            site.app,
            [
                {"note": "Open", "due": "2026-11-25", "seen": "2026-11-25T01:00:00Z", "rank": "High"},
                {"note": "2026/11/25", "due": "2026-11-26", "seen": "2026-11-26T01:00:00Z", "rank": "Low"},
            ],
        )
        yield site


def queries(site: InProcess) -> list[str]:
    """Return the conditions that were sent, without what paging adds."""
    return [asked.query.partition(" order by")[0].partition(" limit")[0] for asked in site.asked if asked.call == READ]


def refused(site: InProcess, query: str) -> KintoneError:
    """Return the failure of a query."""
    with pytest.raises(KintoneError) as caught:
        sent(site, query=query)
    return caught.value


@pytest.mark.parametrize(
    ("written", "mended", "forms", "told"),
    [
        ("note = “Open”", 'note = "Open"', 1, '“Open” was sent as "Open"'),
        ("where note == 'Open'", 'note = "Open"', 1, "== was sent as ="),
        ('due = "2026/11/25"', 'due = "2026-11-25"', 3, '"2026/11/25" was sent as "2026-11-25"'),
        ("due == “2026-11-25 10:00”", 'due = "2026-11-25"', 3, '"2026-11-25 10:00" was sent as "2026-11-25"'),
    ],
)
def test_mended_query_is_sent_and_told(wrong: InProcess, written: str, mended: str, forms: int, told: str) -> None:
    """The warning stands in text and summary, the query that was sent in the summary, in both tools."""
    result = sent(wrong, query=written)
    summary = result.json[0]["summary"]
    counted = result_of(wrong, query=written)
    grouped = result_of(wrong, query=written, group_by="rank")

    assert set(queries(wrong)) == {mended}
    assert summary["effective_query"].startswith(mended)
    assert any(told in warning for warning in summary["warnings"])
    assert told in result.text
    assert (result.variables["record_count"], counted.variables["record_count"]) == (1, 1)
    for answer in (counted, grouped):
        assert any(told in str(line) for line in answer.lines)
        shown: Any = answer.json
        assert any(told in warning for warning in shown["summary"]["warnings"])
        assert shown["summary"]["effective_query"].startswith(mended)
    assert wrong.calls[FORM_READ] == forms


@pytest.mark.parametrize(
    "query", ['note = "Open"', "$id > 0 order by seen desc", 'note like "a == b “c”"', "seen < NOW()"]
)
def test_form_is_not_read_when_no_text_looks_like_a_date(wrong: InProcess, query: str) -> None:
    """A right query takes the requests that it took before."""
    result = sent(wrong, query=query)

    assert wrong.calls == {READ: 1}
    assert result.json[0]["summary"]["warnings"] == []


def test_form_is_read_once_a_minute_when_texts_look_like_dates(wrong: InProcess) -> None:
    """The text of a text field is sent as it is, and the form is remembered."""
    for _ in range(3):
        assert sent(wrong, query='note = "2026/11/25"').variables["record_count"] == 1

    assert set(queries(wrong)) == {'note = "2026/11/25"'}
    assert wrong.calls == {FORM_READ: 1, READ: 3}


@pytest.mark.parametrize("tool", ["query", "count", "groups"])
def test_moment_without_an_offset_is_refused_before_anything_is_read(wrong: InProcess, tool: str) -> None:
    """Nothing else is asked: kintone would take it as UTC without a word."""
    query = 'note != "" and seen >= "2026-11-25"'
    parameters = {"query": query, "group_by": "rank"} if tool == "groups" else {"query": query}
    run = sent if tool == "query" else result_of
    with pytest.raises(InvalidParameterError) as caught:
        run(wrong, **parameters)  # type: ignore[arg-type]  # the two functions differ in what else they take

    assert caught.value.code == "INVALID_INPUT"
    assert 'seen >= "2026-11-25T00:00:00Z"' in str(caught.value)
    assert wrong.calls == {FORM_READ: 1}


@pytest.mark.parametrize(
    ("host", "time_zone", "reading"),
    [
        ("example.cybozu.com", "", "2026-11-25T10:00:00+09:00"),
        ("example.cybozu.cn", "", "2026-11-25T10:00:00+08:00"),
        ("example.kintone.com", "", "2026-11-25T10:00:00Z"),
        ("example.cybozu.com", "America/New_York", "2026-11-25T10:00:00-05:00"),
    ],
)
def test_local_reading_is_that_of_the_site_or_of_the_parameter(
    wrong: InProcess, host: str, time_zone: str, reading: str
) -> None:
    """The region of the site decides, in an aggregation its parameter time_zone."""
    wrong.client.access = Access(read_site(host, frozenset()), Tokens(wrong.kintone.token(wrong.app, "view")))
    with pytest.raises(InvalidParameterError) as caught:
        result_of(wrong, query='seen = "2026-11-25 10:00"', time_zone=time_zone)

    assert f'seen = "{reading}"' in str(caught.value)
    if not time_zone:
        assert f'seen = "{reading}"' in str(refused(wrong, query='seen = "2026-11-25 10:00"'))


@pytest.mark.parametrize("fault", [{"status": 403, "code": "GAIA_NO01"}, {"status": 404, "code": "GAIA_AP01"}])
def test_query_goes_out_as_it_is_when_the_form_cannot_be_read(wrong: InProcess, fault: dict[str, Any]) -> None:
    """Kintone then decides, and its refusal is passed on unchanged; how it reads the text is told."""
    wrong.kintone.fail(api="app/form/fields", times=None, **fault)
    unzoned, zoned = (sent(wrong, query=f'seen >= "2026-11-26{time}"') for time in ("", "T00:00:00Z"))

    assert unzoned.variables["record_ids"] == zoned.variables["record_ids"] == ["2"]
    (warning,) = unzoned.json[0]["summary"]["warnings"]
    assert warning in unzoned.text
    assert [word for word in ('seen >= "2026-11-26"', "no offset", "UTC") if word not in warning] == []
    assert zoned.json[0]["summary"]["warnings"] == []
    failed = refused(wrong, query='due = "2026/11/25"')

    assert isinstance(failed, InvalidQueryError)
    assert failed.code == "CB_VA01"
    assert "2026-11-25" not in str(failed.problem)
    assert queries(wrong)[::2] == ['seen >= "2026-11-26"', 'due = "2026/11/25"']


def test_right_query_is_sent_when_a_remembered_form_is_outdated(wrong: InProcess) -> None:
    """Fields that were made anew as texts are neither refused nor changed, and a new field is known."""
    sent(wrong, query='note = "2026-11-25"')
    text = {"type": "SINGLE_LINE_TEXT"}
    wrong.kintone.change_form(wrong.app, {"note": text, "due": text, "seen": text, "added": {"type": "DATETIME"}})

    for query in ('seen = "2026-11-25"', 'due = "2026/11/25"'):
        assert sent(wrong, query=query).variables["record_count"] == 0
    assert queries(wrong) == ['note = "2026-11-25"', 'seen = "2026-11-25"', 'due = "2026/11/25"']


def test_new_field_is_known_when_a_remembered_form_lacks_it(wrong: InProcess) -> None:
    """The form is read again before a comparison with a date goes out unchecked."""
    sent(wrong, query='note = "2026-11-25"')
    wrong.kintone.change_form(wrong.app, {**FORM, "added": {"type": "DATETIME"}})

    assert 'added > "2026-11-25T00:00:00Z"' in str(refused(wrong, query='added > "2026-11-25"'))


def test_field_that_no_record_shows_is_not_called_unknown(wrong: InProcess) -> None:
    """The token may not view it, or the app has it switched off."""
    wrong.change = lambda asked, answer: _without_note(answer) if asked.call == READ else answer
    (warning,) = sent(wrong, fields="note,rank").json[0]["summary"]["warnings"]

    assert "fields: note not in the records" in warning
    assert "has no field" not in warning


def _without_note(answer: dict[str, Any]) -> dict[str, Any]:
    records = [{code: value for code, value in record.items() if code != "note"} for record in answer["records"]]
    return {**answer, "records": records}


def test_refusal_keeps_kintones_code_and_words_and_says_what_to_write(wrong: InProcess) -> None:
    """The form is read only then, and the remedy is about this query."""
    failed = refused(wrong, query='メモ = "Open" and rank = "High" order by rnak desc')

    assert failed.code == "GAIA_IQ11"
    assert failed.reply is not None
    assert failed.reply.message in str(failed)
    assert [each for each in ('"note" (メモ)', 'rank in ("High")', '"rank"') if each not in str(failed.problem)] == []
    assert wrong.calls == {READ: 1, FORM_READ: 1}


def test_explanation_comes_from_the_current_form(wrong: InProcess) -> None:
    """A remembered form may have other options."""
    sent(wrong, query='note = "2026-11-25"')
    wrong.kintone.change_form(wrong.app, {**FORM, "rank": {"type": "DROP_DOWN", "options": ["Top"]}})

    assert '"Top"' in str(refused(wrong, query='rank in ("High")').problem)


def test_error_is_passed_on_unchanged_when_another_form_read_fails(wrong: InProcess) -> None:
    """An explanation must not hide the failure that it is about."""
    wrong.before = lambda asked: _fail_forms(wrong, asked)
    failed = refused(wrong, query="txet = 1")

    assert failed.code == "GAIA_IQ11"
    assert "form settings" in str(failed.remedy)


def _fail_forms(site: InProcess, asked: Asked) -> None:
    if asked.call == FORM_READ:
        site.kintone.fail(api="app/form/fields", times=1, status=400, code="GAIA_IA02")


def test_aggregation_explains_its_query_too(wrong: InProcess) -> None:
    """Also when the records are only counted, and labels in group_by are explained in the same words."""
    for group_by in ("", "rank"):
        with pytest.raises(InvalidQueryError) as caught:
            result_of(wrong, query='rank = "High"', group_by=group_by)
        assert 'write rank in ("High")' in str(caught.value.problem)
    with pytest.raises(InvalidParameterError) as label:
        result_of(wrong, group_by="メモ")

    assert 'did you mean "note" (メモ)' in str(label.value)


def test_unknown_user_is_explained(wrong: InProcess) -> None:
    """Kintone wants login names."""
    failed = refused(wrong, query='作成者 in ("佐藤")')

    assert failed.code == "GAIA_IL42"
    assert "login names" in str(failed.problem)
    assert '"佐藤"' in str(failed.problem)


def test_all_that_is_wrong_with_a_condition_is_told_at_once(wrong: InProcess) -> None:
    """Where only one field can be meant, its operator and options are checked as well."""
    failed = refused(wrong, query='rnak = "Hihg"')

    assert failed.code == "GAIA_IQ11"
    assert [part for part in ('"rank"', "does not take =") if part not in str(failed.problem)] == []
    assert '"High"' in str(refused(wrong, query='rnak in ("Hihg")').problem)


@pytest.mark.parametrize("status", [502, 503])
@pytest.mark.parametrize(("query", "code"), [('due = "2026/11/25"', "CB_VA01"), ("メモ = 1", "GAIA_IQ11")])
def test_form_is_asked_for_once_when_it_only_mends_or_explains(
    wrong: InProcess, query: str, code: str, status: int
) -> None:
    """What is certain already is not held back by an endpoint that does not answer."""
    wrong.kintone.fail(api="app/form/fields", times=None, status=status)
    before = wrong.scheduler.now()

    assert refused(wrong, query=query).code == code
    assert wrong.calls == {FORM_READ: 1, READ: 1}
    assert wrong.scheduler.now() - before < 1


def test_form_that_does_not_come_is_waited_for_a_few_seconds(wrong: InProcess) -> None:
    """Although the time for one request is longer."""
    wrong.kintone.fail(api="app/form/fields", times=None, delay=25)
    before = wrong.scheduler.now()
    failed = refused(wrong, query="メモ = 1")

    assert failed.code == "GAIA_IQ11"
    assert wrong.calls == {FORM_READ: 1, READ: 1}
    assert wrong.scheduler.now() - before < 6


def test_unknown_status_lists_the_statuses_that_there_are(wrong: InProcess) -> None:
    """They are asked for once, and only when kintone refused one."""
    states = {name: {"name": name, "index": str(index)} for index, name in enumerate(["Open", "Done"])}
    wrong.kintone.set_process(wrong.app, {"enable": True, "states": states, "actions": []})
    sent(wrong, query='ステータス in ("Open")')
    failed = refused(wrong, query='ステータス in ("Opn")')

    assert failed.code == "GAIA_IQ10"
    assert [name for name in ('"Opn"', '"Open"', '"Done"') if name not in str(failed.problem)] == []
    assert wrong.calls == {READ: 2, FORM_READ: 1, "GET app/status": 1}

    wrong.kintone.fail(api="app/status", times=None, status=503)
    unlisted = refused(wrong, query='ステータス in ("Opn")')

    assert unlisted.code == "GAIA_IQ10"
    assert '"Opn"' in str(unlisted.problem)
    assert wrong.calls["GET app/status"] == 2


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("SELECT COUNT(*) FROM x WHERE $id > 1", "measures"),
        ("$id > 1 group by rank", "group_by"),
        ("$id > 1 order by", "order_by"),
        ("limit 3 and $id > 1", "max_rows"),
    ],
)
def test_aggregation_is_told_of_its_own_parameters(wrong: InProcess, query: str, word: str) -> None:
    """What it would refuse is not proposed."""
    with pytest.raises((InvalidQueryError, InvalidParameterError)) as caught:
        result_of(wrong, query=query)
    failed = str(caught.value)

    assert word in failed
    assert "parameter fields" not in failed
    assert "write: " not in failed
    assert "$id asc" not in failed
