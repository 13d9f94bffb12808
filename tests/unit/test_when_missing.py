"""``when_missing`` of ``kintone_upsert_records``: an update key that no record has is an error and adds nothing."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from kintone.errors import KintoneError, NotFoundError
from local_kintone import Response
from tests.unit.in_process import Asked, InProcess
from tests.unit.tool_runs import run_tool
from tests.unit.writing_samples import small_batches, states
from tools.kintone_upsert_records import UpsertRecords
from tools.results import Result

FORM: dict[str, dict[str, Any]] = {
    "sku": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "no": {"type": "NUMBER", "unique": True},
    "name": {"type": "SINGLE_LINE_TEXT"},
    "lines": {"type": "SUBTABLE", "fields": {"qty": {"type": "NUMBER"}}},
}
UPDATE, BULK, READ = "PUT records", "POST bulkRequest", "GET records"


@pytest.fixture
def site() -> Iterator[InProcess]:
    """Run a kintone with the records A-1 to A-30."""
    with InProcess(FORM) as running:
        records = [{"sku": f"A-{number}", "no": str(number), "name": "old"} for number in range(1, 31)]
        running.kintone.add_records(running.app, records)
        yield running


def upsert(site: InProcess, entries: list[dict[str, Any]], **parameters: object) -> Result:
    """Run the tool with ``when_missing`` set to ``fail``."""
    given = {"records_data": entries, "when_missing": "fail", **parameters}
    return run_tool(site, UpsertRecords, given)


def failure(site: InProcess, entries: list[dict[str, Any]], **parameters: object) -> NotFoundError:
    """Return the error of a call that fails for a missing record."""
    with pytest.raises(NotFoundError) as failed:
        upsert(site, entries, **parameters)
    return failed.value


def by_key(value: object, field: str = "sku", **record: object) -> dict[str, Any]:
    """Return an entry with an update key."""
    return {"updateKey": {"field": field, "value": value}, "record": record or {"name": "new"}}


NEW: dict[str, Any] = {"record": {"name": "added"}}


def names(site: InProcess) -> list[str]:
    """Return the names of all records, in order."""
    return [record["name"]["value"] for record in site.kintone.records(site.app, "order by $id asc limit 500")]


def test_found_keys_are_updated_and_entries_without_key_added(site: InProcess) -> None:
    """Keys are sent without upsert; what has neither key nor id is inserted all the same."""
    result = upsert(site, [by_key("A-1"), by_key(2, "no"), {"id": 3, "record": {"name": "new"}}, NEW])

    assert result.variables["upsert_result"] == {"add": 1, "updated": 3, "requested": 4, "with_update_key": 2}
    results: Any = result.variables["results"]
    assert [entry["operation"] for entry in results] == ["UPDATE", "UPDATE", "UPDATE", "INSERT"]
    assert names(site)[:3] == ["new"] * 3
    assert names(site)[30:] == ["added"]
    assert all("upsert" not in call["payload"] for call in site.writes[-1].parameters["requests"])


@pytest.mark.parametrize("atomic", [True, False])
def test_missing_key_writes_nothing_and_is_named(site: InProcess, *, atomic: bool) -> None:
    """Nothing of the transaction is written, entries that are inserted included."""
    error = failure(site, [by_key("A-1"), NEW, by_key("A-3l"), by_key("A-4")], atomic=atomic)

    assert (error.code, states(error)) == ("GAIA_RE20", [(1, 4, "REFUSED")])
    assert 'entry 3: sku = "A-3l"' in str(error.problem).replace("'", '"')
    assert [word in str(error.remedy) for word in ("when_missing", "kintone_query")] == [True] * 2
    assert names(site) == ["old"] * 30
    assert site.calls[READ] == 0


def silent(site: InProcess) -> None:
    """Have kintone refuse without saying which key it means."""
    original = site.kintone.exchange

    def exchange(*arguments: Any) -> Response:  # noqa: ANN401 - handed on
        response = original(*arguments)
        return replace(response, body=re.sub(rb"A-[xy]", b"***", response.body))

    site.kintone.exchange = exchange  # type: ignore[method-assign, assignment]


def test_missing_keys_are_looked_up_when_kintone_does_not_name_them(site: InProcess) -> None:
    """All entries without a record are named, after one read of their keys."""
    silent(site)
    error = failure(site, [by_key("A-1"), by_key("A-x"), by_key("A-3"), by_key("A-y")])

    assert [word in str(error.problem) for word in ("entry 2", "A-x", "entry 4", "A-y")] == [True] * 4
    assert [word in str(error.problem) for word in ("entry 1", "entry 3")] == [False] * 2
    assert site.calls[READ] == 1
    assert names(site) == ["old"] * 30


@pytest.mark.parametrize(("there", "message"), [("A", "A record is not found."), ("77", "Not found (app: 77).")])
def test_word_of_kintone_is_not_taken_for_a_key(site: InProcess, there: str, message: str) -> None:
    """A key that is a word of kintone's sentence is not blamed: the keys are read, and the missing one named."""
    site.kintone.add_records(site.app, [{"sku": there}])
    site.kintone.fail(method="PUT", status=404, code="GAIA_RE20", message=message)
    error = failure(site, [by_key(there), by_key("B")])

    assert 'entry 2: sku = "B"' in str(error.problem).replace("'", '"')
    assert "entry 1" not in str(error.problem)


def test_failure_stays_when_the_keys_cannot_be_looked_up(site: InProcess) -> None:
    """The refusal is told, with the range of entries, also if reading fails, and reading is soon given up."""
    silent(site)
    site.kintone.fail(api="records", method="GET", status=503, times=99)
    start = site.scheduler.now()
    error = failure(site, [by_key("A-1"), by_key("A-x"), by_key("A-3")])

    assert error.code == "GAIA_RE20"
    assert "entries 1 to 3" in str(error.problem)
    assert site.scheduler.now() - start < 10


def test_earlier_batches_stay_and_the_rest_is_not_sent(site: InProcess) -> None:
    """What is saved, refused and not sent is told for every entry."""
    with small_batches():
        entries = [by_key(f"A-{number}") for number in range(1, 31)]
        error = failure(site, [*[{"record": {"name": "n"}}] * 45, *entries[:5], by_key("A-99"), *entries[5:]])

    assert states(error) == [(1, 45, "SAVED"), (46, 76, "REFUSED")]
    assert "A-99" in str(error.problem)
    assert "entry 51" in str(error.problem)
    assert names(site) == [*["old"] * 30, *["n"] * 45]


@pytest.mark.parametrize("atomic", [True, False])
def test_missing_key_in_append_mode(site: InProcess, *, atomic: bool) -> None:
    """The record is read first there, and nothing is sent when it is missing."""
    error = failure(
        site, [by_key("A-1", lines=[{"qty": 1}]), by_key("B-1", lines=[{"qty": 1}])], table_mode="append", atomic=atomic
    )

    assert error.code == "NOT_FOUND"
    assert [word in str(error.problem) for word in ("entry 2", "B-1", "sku")] == [True] * 3
    assert "when_missing" in str(error.remedy)
    assert site.writes == []


def test_all_missing_keys_in_append_mode(site: InProcess) -> None:
    """All are named at once, so that they are corrected at once; of very many the first."""
    keys = ["B-1", "A-1", "B-2", "A-2", *(f"C-{number}" for number in range(1, 31))]
    error = failure(site, [by_key(key, lines=[{"qty": 1}]) for key in keys], table_mode="append")

    assert [word in str(error.problem) for word in ("32", "entry 1:", "B-1", "entry 3:", "B-2", "22 more")] == [
        True
    ] * 6
    assert [word in str(error.problem) for word in ("A-1", "entry 2:")] == [False] * 2
    assert "when_missing" in str(error.remedy)
    assert site.writes == []


def test_record_that_is_deleted_after_it_was_read_is_not_inserted(site: InProcess) -> None:
    """In append mode a record can go between reading and writing; with add it would be inserted again."""

    def delete(asked: Asked) -> None:
        if asked.call == UPDATE and site.calls[UPDATE] == 1:
            site.delete([1])

    site.before = delete
    error = failure(site, [by_key("A-1", lines=[{"qty": 1}])], table_mode="append")

    assert error.code == "NOT_FOUND"
    assert len(names(site)) == 29


def test_lost_answer_is_sent_again(site: InProcess) -> None:
    """An update by key leaves the same record when it is repeated."""
    site.kintone.fail(api="records", method="PUT", status=503, times=1)
    upsert(site, [by_key("A-1"), by_key("A-2")])

    assert site.calls[UPDATE] == 2
    assert names(site)[:3] == ["new", "new", "old"]


def test_missing_key_after_a_lost_answer_leaves_it_unknown(site: InProcess) -> None:
    """If the record goes before the second try, the first one may have been saved."""
    site.kintone.fail(api="records", method="PUT", status=503, times=1)

    def delete(asked: Asked) -> None:
        if asked.call == UPDATE and site.calls[UPDATE] == 2:
            site.delete([1])

    site.before = delete
    with pytest.raises(KintoneError) as failed:
        upsert(site, [by_key("A-1"), by_key("A-2")])

    assert states(failed.value) == [(1, 2, "UNKNOWN")]


def test_default_adds(site: InProcess) -> None:
    """Without the parameter a key that no record has adds one."""
    result = upsert(site, [by_key("B-1")], when_missing="")

    assert result.variables["upsert_result"] == {"add": 1, "updated": 0, "requested": 1, "with_update_key": 1}
    assert names(site)[30:] == ["new"]
