"""Writing many records to a local kintone: the report matches the stored records."""

from collections.abc import Iterator
from typing import Any

import pytest

from kintone.errors import (
    InvalidRequestError,
    KintoneError,
    NotFoundError,
    RevisionConflictError,
    UnavailableError,
    UnreachableError,
)
from kintone.ledger import EntryState, Span
from kintone.writing.entries import Entry
from kintone.writing.entry_reading import read_entries
from kintone.writing.one_record import add_record
from kintone.writing.upserts import UpsertRequest
from kintone.writing.writer import upsert
from local_kintone import LocalKintone
from tests.unit.form_samples import field, make_form
from tests.unit.writing_samples import small_batches
from tests.wire.conftest import OpenClient

FORM: dict[str, dict[str, Any]] = {
    "sku": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "no": {"type": "NUMBER", "unique": True},
    "name": {"type": "SINGLE_LINE_TEXT", "required": True},
    "lines": {"type": "SUBTABLE", "fields": {"qty": {"type": "NUMBER", "maxValue": "9"}}},
}


@pytest.fixture
def app(kintone: LocalKintone) -> int:
    """Create an empty app with unique keys and a table."""
    return kintone.create_app("Stock", FORM)


@pytest.fixture
def token(kintone: LocalKintone, app: int) -> str:
    """Return a token with permission to view, add and edit."""
    return kintone.token(app, "view", "add", "edit")


@pytest.fixture
def _small_batches() -> Iterator[None]:
    with small_batches():
        yield


def rows(count: int) -> list[Entry]:
    """Return entries with the keys A-1, A-2 and so on."""
    return read_entries([{"sku": f"A-{number}", "name": {"value": "x"}} for number in range(1, count + 1)], "sku")


def skus(kintone: LocalKintone, app: int) -> list[Any]:
    """Return the keys of all records."""
    return [record["sku"]["value"] for record in kintone.records(app)]


def states_of(error: KintoneError) -> list[tuple[int, int, str]]:
    """Return first entry, last entry and state of each span."""
    assert error.ledger
    return [(span.first, span.last, state.name) for span, state in error.ledger.spans()]


def bulk_requests(kintone: LocalKintone) -> int:
    """Count the bulk requests that arrived."""
    return sum(received.path.endswith("bulkRequest.json") for received in kintone.requests)


def test_mixed_entries_are_written_in_one_bulk_request(
    kintone: LocalKintone, app: int, token: str, open_client: OpenClient
) -> None:
    """250 entries with keys, ids and neither have their results in input order."""
    ids = kintone.add_records(app, [{"sku": f"old-{number}", "name": "old"} for number in range(60)])
    structure: list[dict[str, Any]] = []
    for number in range(250):
        record = {"name": {"value": f"new-{number}"}}
        if number % 5 == 0:
            structure.append({"id": ids[number // 5], "record": record})
        elif number % 5 == 1:
            structure.append({"record": record})
        else:
            sku = f"old-{59 - number // 40}" if number % 40 == 3 else f"key-{number}"
            structure.append({"updateKey": {"field": "sku", "value": sku}, "record": record})
    report = upsert(open_client(token), UpsertRequest(app, read_entries(structure), atomic=True))

    stored = {record["$id"]["value"]: record for record in kintone.records(app)}
    assert [stored[result["id"]]["name"]["value"] for result in report.results] == [f"new-{n}" for n in range(250)]
    assert [stored[result["id"]]["$revision"]["value"] for result in report.results] == [
        result["revision"] for result in report.results
    ]
    assert report.updated == 50 + sum(number % 40 == 3 for number in range(250) if number % 5 > 1)
    assert report.added + report.updated == report.requested == 250
    assert bulk_requests(kintone) == 1


def test_nothing_is_written_when_one_entry_of_a_bulk_request_is_invalid(
    kintone: LocalKintone, app: int, token: str, open_client: OpenClient
) -> None:
    """The error names the caller's entry, table row and column."""
    entries = rows(250)
    lines = [{"value": {"qty": {"value": number}}} for number in ("1", "10")]
    entries[204] = entries[204].with_record({"name": {"value": "x"}, "lines": {"value": lines}})
    with pytest.raises(InvalidRequestError) as raised:
        upsert(open_client(token), UpsertRequest(app, entries))

    assert list(raised.value.field_errors) == ["entry 205, lines row 2, qty"]
    assert "; nothing is saved" in str(raised.value)
    assert states_of(raised.value) == [(1, 250, "REFUSED")]
    assert kintone.records(app) == []


def test_duplicate_value_is_reported_with_its_entry(
    kintone: LocalKintone, app: int, token: str, open_client: OpenClient
) -> None:
    """The error for a value that a unique field already has names the entry."""
    kintone.add_records(app, [{"sku": "taken", "name": "x"}])
    entries = [*rows(120), Entry(121, {"sku": {"value": "taken"}, "name": {"value": "y"}})]
    with pytest.raises(InvalidRequestError) as raised:
        upsert(open_client(token), UpsertRequest(app, entries))

    assert list(raised.value.field_errors) == ["entry 121, sku"]
    assert skus(kintone, app) == ["taken"]


def test_an_unknown_id_is_an_error(kintone: LocalKintone, app: int, token: str, open_client: OpenClient) -> None:
    """A record with an unknown id is not inserted."""
    entries = [*rows(3), Entry(4, {"name": {"value": "x"}}, None, "999")]
    with pytest.raises(NotFoundError, match="entry 4"):
        upsert(open_client(token), UpsertRequest(app, entries))

    assert kintone.records(app) == []


def test_an_outdated_revision_is_a_conflict(
    kintone: LocalKintone, app: int, token: str, open_client: OpenClient
) -> None:
    """An entry with an outdated revision is not retried, and the error names the entry."""
    [record_id] = kintone.add_records(app, [{"sku": "a", "name": "x"}])
    entries = [*rows(3), Entry(4, {"name": {"value": "y"}}, None, str(record_id), "7")]
    with pytest.raises(RevisionConflictError, match="entry 4"):
        upsert(open_client(token), UpsertRequest(app, entries))

    assert bulk_requests(kintone) == 1
    assert skus(kintone, app) == ["a"]


@pytest.mark.usefixtures("_small_batches")
@pytest.mark.parametrize("cut", ["before", "after"])
def test_unsaved_entries_can_be_sent_again_when_the_third_of_five_batches_fails(
    kintone: LocalKintone, app: int, token: str, open_client: OpenClient, cut: str
) -> None:
    """The report matches the stored records, and sending the rest makes no duplicate."""
    entries = rows(250)
    kintone.fail(api="bulkRequest", after=2, times=None, cut=cut)
    with pytest.raises(UnreachableError) as raised:
        upsert(open_client(token), UpsertRequest(app, entries))
    partial = raised.value
    ledger = partial.ledger

    assert partial.code == "UNREACHABLE"
    assert states_of(partial) == [(1, 100, "SAVED"), (101, 150, "UNKNOWN"), (151, 250, "NOT_SENT")]
    assert "entries 1 to 100 are saved, entries 101 to 150 may have been saved" in str(partial)
    assert "sending these again is safe" in str(partial)
    assert "(tried 6 times)" in str(partial)
    assert ledger
    assert ledger.first_unsaved() == 101
    stored = kintone.records(app)
    assert [record["id"] for record in ledger.results()] == [record["$id"]["value"] for record in stored[:100]]
    assert len(stored) == (100 if cut == "before" else 150)
    kintone.clear_failures()
    report = upsert(open_client(token), UpsertRequest(app, entries[100:]))
    assert report.requested == 150
    assert sorted(skus(kintone, app)) == sorted(f"A-{number}" for number in range(1, 251))


def test_batch_without_keys_is_not_retried_when_its_answer_is_lost(
    kintone: LocalKintone, app: int, token: str, open_client: OpenClient
) -> None:
    """The entries are saved once, and the message advises to look in kintone first."""
    entries = read_entries([{"record": {"name": {"value": "x"}}} for _ in range(150)])
    kintone.fail(api="bulkRequest", cut="after", times=None)
    with pytest.raises(UnreachableError, match="look in kintone first: 150 of these entries") as raised:
        upsert(open_client(token), UpsertRequest(app, entries))

    assert states_of(raised.value) == [(1, 150, "UNKNOWN")]
    assert bulk_requests(kintone) == 1
    assert len(kintone.records(app)) == 150


@pytest.mark.usefixtures("_small_batches")
def test_refused_second_batch_leaves_the_first_saved(
    kintone: LocalKintone, app: int, token: str, open_client: OpenClient
) -> None:
    """Sending the corrected rest saves all entries once."""
    entries = rows(105)
    good = entries[79]
    entries[79] = good.with_record({"name": {"value": ""}})
    with pytest.raises(InvalidRequestError) as raised:
        upsert(open_client(token), UpsertRequest(app, entries))
    partial = raised.value

    assert partial.code == "CB_VA01"
    assert states_of(partial) == [(1, 50, "SAVED"), (51, 100, "REFUSED"), (101, 105, "NOT_SENT")]
    assert list(partial.field_errors) == ["entry 80, name"]
    assert len(kintone.records(app)) == 50
    entries[79] = good
    assert upsert(open_client(token), UpsertRequest(app, entries[50:])).added == 55
    assert len(set(skus(kintone, app))) == len(kintone.records(app)) == 105


@pytest.mark.parametrize(
    "failure",
    [
        {"status": 429, "code": "GAIA_TO04"},
        {"status": 400, "code": "GAIA_DA02"},
        {"status": 520, "code": "GAIA_RE18"},
        {"status": 400, "code": "GAIA_LT01"},
    ],
)
def test_locks_and_limits_are_retried(
    kintone: LocalKintone, app: int, token: str, open_client: OpenClient, failure: dict[str, Any]
) -> None:
    """Nothing was applied, so inserts without a key are sent again and saved once."""
    kintone.fail(api="records", times=2, **failure)
    entries = read_entries([{"record": {"name": {"value": "x"}}} for _ in range(3)])

    assert upsert(open_client(token), UpsertRequest(app, entries)).added == 3
    assert len(kintone.records(app)) == 3


def test_lock_that_persists_is_an_error(kintone: LocalKintone, app: int, token: str, open_client: OpenClient) -> None:
    """The entries are refused: nothing is saved."""
    kintone.fail(api="records", status=400, code="GAIA_DA02", times=None)
    with pytest.raises(UnavailableError, match="nothing is saved") as raised:
        upsert(open_client(token), UpsertRequest(app, rows(3)))

    assert (raised.value.code, states_of(raised.value)) == ("GAIA_DA02", [(1, 3, "REFUSED")])
    assert kintone.records(app) == []


UNPROVEN_FAILURES: list[dict[str, Any]] = [
    {"status": 520, "code": "CB_VA01"},
    {"status": 503, "code": "GAIA_ZZ99"},
    {"status": 500, "body": "oops"},
    {"status": 401, "body": "<html></html>"},
    {"status": 403, "body": "<html></html>"},
    {"status": 404, "body": "<html></html>"},
]
DOCUMENTED_REFUSALS: list[dict[str, Any]] = [
    {"status": 407, "body": ""},
    {"status": 429, "body": "slow down"},
    {"status": 403, "code": "GAIA_NO01"},
    {"status": 400, "code": "GAIA_ZZ99"},
    {"status": 520, "code": "GAIA_LT01"},
]


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("failure", UNPROVEN_FAILURES)
def test_undocumented_failure_leaves_the_entries_unknown(  # noqa: PLR0913 - fixtures and cases
    kintone: LocalKintone, app: int, token: str, open_client: OpenClient, failure: dict[str, Any], *, applied: bool
) -> None:
    """Another server on the way, or a failing kintone, may have applied the write."""
    kintone.fail(api="records", method="PUT", times=None, applied=applied, **failure)
    with pytest.raises(KintoneError) as raised:
        upsert(open_client(token), UpsertRequest(app, rows(3)))

    assert states_of(raised.value) == [(1, 3, "UNKNOWN")]
    assert len(kintone.records(app)) == (3 if applied else 0)


@pytest.mark.parametrize("failure", DOCUMENTED_REFUSALS)
def test_documented_refusal_means_nothing_is_saved(
    kintone: LocalKintone, app: int, token: str, open_client: OpenClient, failure: dict[str, Any]
) -> None:
    """A 4xx with kintone's own code, a 407, a 429 or a lock proves that nothing was saved."""
    kintone.fail(api="records", method="PUT", times=None, **failure)
    with pytest.raises(KintoneError, match="nothing is saved") as raised:
        upsert(open_client(token), UpsertRequest(app, rows(3)))

    assert states_of(raised.value) == [(1, 3, "REFUSED")]
    assert kintone.records(app) == []


def test_record_inserted_by_a_lost_try_is_reported_as_repeated(
    kintone: LocalKintone, app: int, token: str, open_client: OpenClient
) -> None:
    """The second try updates what the first inserted, and the report lists these entries as repeated."""
    kintone.fail(api="records", method="PUT", times=1, cut="after")
    report = upsert(open_client(token), UpsertRequest(app, rows(3)))

    assert (report.added, report.updated) == (0, 3)
    assert list(report.repeated) == [Span(1, 3)]
    assert len(kintone.records(app)) == 3


def test_lost_try_before_a_refusal(kintone: LocalKintone, app: int, token: str, open_client: OpenClient) -> None:
    """What kintone refused is to be corrected first: unchanged, it would be refused again."""
    kintone.fail(api="records", method="PUT", times=1, cut="answer", applied=False)
    entries = rows(3)
    entries[1] = entries[1].with_record({"name": {"value": ""}})
    with pytest.raises(InvalidRequestError) as raised:
        upsert(open_client(token), UpsertRequest(app, entries))

    assert states_of(raised.value) == [(1, 3, "UNKNOWN")]
    line = str(raised.value)
    assert line.index("correct what kintone names") < line.index("send entries 1 to 3 again")
    assert kintone.records(app) == []


def test_number_keys_find_their_records(kintone: LocalKintone, app: int, token: str, open_client: OpenClient) -> None:
    """Full-width digits and a trailing decimal zero find the same record."""
    kintone.add_records(app, [{"no": "12", "name": "old"}])
    entries = read_entries([{"no": "１２．０", "name": {"value": "new"}}], "no")
    report = upsert(open_client(token), UpsertRequest(app, entries, form=make_form(field("NUMBER", "no", unique=True))))

    assert (report.added, report.updated) == (0, 1)
    assert [record["name"]["value"] for record in kintone.records(app)] == ["new"]


def test_added_record_has_the_returned_id_and_revision(
    kintone: LocalKintone, app: int, token: str, open_client: OpenClient
) -> None:
    """The returned id and revision are those in kintone."""
    added = add_record(open_client(token), app, {"sku": {"value": "A"}, "name": {"value": "x"}})

    [record] = kintone.records(app)
    assert (record["$id"]["value"], record["$revision"]["value"]) == (added.id, added.revision)


def test_added_record_is_unknown_when_the_answer_is_lost(
    kintone: LocalKintone, app: int, token: str, open_client: OpenClient
) -> None:
    """The record is not sent again, and the error says that it may have been saved."""
    kintone.fail(api="record", cut="after", times=None)
    with pytest.raises(UnreachableError, match="may have been saved") as raised:
        add_record(open_client(token), app, {"name": {"value": "x"}})

    assert raised.value.ledger
    assert raised.value.ledger.state(1) is EntryState.UNKNOWN
    assert len(kintone.records(app)) == 1
