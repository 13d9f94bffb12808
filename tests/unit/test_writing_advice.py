"""Which entries a failed write is about, what to send again, and when the records are read once more."""

import json

import pytest

from kintone.errors import (
    InvalidRequestError,
    KintoneError,
    NotFoundError,
    PermissionDeniedError,
    RevisionConflictError,
    UnavailableError,
)
from kintone.ledger import Span
from kintone.writing.entries import Entry
from kintone.writing.repeating import SAFE_TO_RESEND, EntryTraits, repeat_notice, resend_advice
from kintone.writing.update_keys import UpdateKey
from kintone.writing.upserts import UpsertReport, UpsertRequest
from kintone.writing.writer import upsert
from tests.unit.appending_samples import NEW_ROWS, Bench, by_id, by_key, call_of, failing, new, row
from tests.unit.in_process import InProcess
from tests.unit.writing_samples import STOCK, mixed, rows, save_records, small_batches, states

FILE = {"papers": {"value": [{"fileKey": "k"}]}}
LOOK = "wait a minute and look in kintone first"


def write(stock: InProcess, entries: list[Entry]) -> UpsertReport:
    """Write the entries."""
    return upsert(stock.client, UpsertRequest(stock.app, entries))


def refusal(stock: InProcess, entries: list[Entry]) -> KintoneError:
    """Return the error with which writing the entries ends."""
    with pytest.raises(KintoneError) as raised:
        write(stock, entries)
    assert str(raised.value).startswith("[")
    return raised.value


@pytest.mark.parametrize(
    ("status", "code", "kind", "first"),
    [
        (403, "GAIA_NO01", PermissionDeniedError, ""),
        (400, "CB_VA01", InvalidRequestError, "correct what kintone names"),
        (400, "GAIA_DA02", UnavailableError, "wait a minute"),
    ],
)
def test_advice_about_the_rest_begins_with_what_helps(
    stock: InProcess, status: int, code: str, kind: type[KintoneError], first: str
) -> None:
    """A missing permission is given, a wrong value corrected, a lock waited for; then the unsaved entries are sent."""
    alone = refusal_of_one(status, code)
    with small_batches():
        stock.kintone.fail(after=1, times=None, status=status, code=code)
        error = refusal(stock, rows(60))

    assert type(error) is kind
    assert states(error) == [(1, 50, "SAVED"), (51, 60, "REFUSED")]
    assert str(error.remedy).startswith(first or str(alone.remedy))
    assert "send entries 51 to 60 again" in str(error.remedy)
    assert "entries 51 to 60" not in str(alone.remedy)


def refusal_of_one(status: int, code: str) -> KintoneError:
    """Return the error where nothing was saved before."""
    with InProcess(STOCK, budget=280) as stock:
        stock.kintone.fail(times=None, status=status, code=code)
        return refusal(stock, rows(60))


@pytest.mark.parametrize(
    ("entries", "appends", "words"),
    [
        ([Entry(1, {}, UpdateKey("sku", "A")), Entry(2, {})], False, "entry 2 has neither"),
        ([*rows(2), Entry(3, FILE), Entry(4, {})], True, "2 of these entries (the first is entry 3)"),
        ([*rows(1), Entry(2, {"sku": {"value": "B"}, **FILE}, None, "7", "3")], True, "change the field"),
        ([Entry(1, FILE, None, "7", "3")], True, "upload the files again"),
        ([Entry(1, {}, None, "7", "3")], True, "appended twice"),
        ([*rows(1), Entry(2, {}, None, "7", "3")], False, "new revision"),
    ],
)
def test_entries_that_may_be_saved_are_looked_for_with_the_weightiest_reason(
    entries: list[Entry], words: str, *, appends: bool
) -> None:
    """What would be inserted twice comes before what would be refused."""
    advice = str(resend_advice(EntryTraits(appends=appends).add(entries)))

    assert advice.startswith(LOOK)
    assert words in advice
    assert resend_advice(EntryTraits(appends=False).add([*rows(2), Entry(3, {}, None, "7")])) is SAFE_TO_RESEND


@pytest.mark.parametrize(
    ("entries", "appends", "words"),
    [
        ([*rows(1), Entry(2, {}), Entry(3, FILE)], True, "2 of 3 entries (the first is entry 2)"),
        ([*rows(1), Entry(2, {"sku": {"value": "B"}, **FILE}, None, "7")], True, "change the field"),
        ([Entry(1, FILE, None, "7")], True, "uploaded file"),
        ([Entry(1, {}, None, "7")], True, "twice"),
        ([*rows(1), Entry(2, {}, None, "7", "3")], False, "revision"),
    ],
)
def test_notice_about_a_second_run_gives_the_weightiest_reason(
    entries: list[Entry], words: str, *, appends: bool
) -> None:
    """Dify may run a step again: what would then happen is said beforehand."""
    notice = str(repeat_notice(EntryTraits(appends=appends).add(entries)))

    assert notice.startswith("Warning: ")
    assert words in notice
    assert not str(repeat_notice(EntryTraits().add([Entry(1, {}, None, "7"), *rows(1)]))).startswith("Warning: ")


@pytest.mark.parametrize(("count", "together"), [(1, False), (2, True)])
def test_entries_of_one_batch_are_said_to_be_saved_together(stock: InProcess, count: int, *, together: bool) -> None:
    """Of one entry there is nothing to say; what is safe to send again is named."""
    stock.kintone.fail(times=None, cut="after")
    error = refusal(stock, rows(count))

    assert states(error) == [(1, count, "UNKNOWN")]
    assert ("either all of these or none" in str(error.remedy)) is together
    assert ("send entry 1 again" if count == 1 else "send entries 1 to 2 again") in str(error.remedy)


def test_advice_about_a_later_try_is_left_out_of_a_lost_one(stock: InProcess) -> None:
    """That the second try was refused for want of a permission says nothing of what the first one left."""
    stock.kintone.fail(cut="after", applied=True)
    stock.kintone.fail(times=None, status=403, code="GAIA_NO01")
    error = refusal(stock, rows(2))

    assert (error.code, states(error)) == ("GAIA_NO01", [(1, 2, "UNKNOWN")])
    assert str(refusal_of_one(403, "GAIA_NO01").remedy) not in str(error.remedy)
    assert "sending these again is safe" in str(error.remedy)


def test_entries_saved_by_a_second_try_are_reported_as_such(stock: InProcess) -> None:
    """The first try's answer was lost: what it inserted is reported as updated."""
    stock.kintone.fail(cut="after", applied=True)
    report = write(stock, rows(2))

    assert list(report.repeated) == [Span(1, 2)]
    assert (report.added, report.updated) == (0, 2)
    assert list(write(stock, rows(2)).repeated) == []


@pytest.mark.parametrize(
    ("letters", "status", "code", "named"),
    [
        ("kk", 400, "GAIA_IL23", False),
        ("kk", 400, "CB_VA01", True),
        ("kk", 409, "GAIA_CO02", True),
        ("kk", 404, "GAIA_RE20", True),
        ("kk", 403, "GAIA_NO01", False),
        ("kn", 400, "CB_VA01", False),
    ],
)
def test_entries_are_named_where_a_refusal_is_about_one_of_them(
    stock: InProcess, letters: str, status: int, code: str, *, named: bool
) -> None:
    """Not for what concerns the app, the permission, or a whole bulk request."""
    stock.kintone.fail(times=None, status=status, code=code)
    error = refusal(stock, mixed(letters))

    assert ("(one of entries 1 to 2)" in str(error.problem)) is named
    assert "(" not in str(error.problem).replace("(one of entries 1 to 2)", "")


def test_places_that_point_to_no_entry_are_kept_beside_those_that_do(stock: InProcess) -> None:
    """The parameter as kintone names it; the entry is then not guessed."""
    errors = {
        key: {"messages": ["x"]} for key in ("app", "records[1].name.value", "records[2].name.value", "record.a.value")
    }
    body = json.dumps({"code": "CB_VA01", "id": "i", "message": "m", "errors": errors})
    stock.kintone.fail(times=None, status=400, body=body, content_type="application/json")
    error = refusal(stock, rows(2))

    assert list(error.field_errors) == ["app", "entry 2, name", "records[2].name.value", "record.a.value"]
    assert "(one of" not in str(error)


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("record 2 is gone", "(entry 2)"),
        ("records 1 and 3 are gone", "between 1 and 3)"),
        ("record 22 is gone", "(one of entries 1 to 3)"),
        ("gone", "(one of entries 1 to 3)"),
        ("records 2 and 3 are gone", "(one of entries 2 to 3)"),
    ],
)
def test_missing_record_is_looked_for_among_the_numbers_of_kintones_message(
    stock: InProcess, message: str, named: str
) -> None:
    """Kintone names the id in its sentence only; without one of ours it may be any entry."""
    save_records(stock, 3)
    stock.kintone.fail(times=None, status=404, code="GAIA_RE01", message=message)

    assert named in str(refusal(stock, mixed("iii")).problem)


@pytest.mark.parametrize(("status", "code"), [(400, "CB_VA01"), (409, "GAIA_CO02"), (404, "GAIA_RE20")])
def test_numbers_in_other_sentences_of_kintone_name_no_entry(stock: InProcess, status: int, code: str) -> None:
    """A length or a code may have the digits of an id."""
    save_records(stock, 3)
    stock.kintone.fail(times=None, status=status, code=code, message="at most 2 characters")

    assert "(one of entries 1 to 3)" in str(refusal(stock, mixed("iii")).problem)


def test_conflict_is_about_the_entries_that_have_a_revision(stock: InProcess) -> None:
    """Those in between cannot conflict."""
    save_records(stock, 4)
    entries = [Entry(place, {}, None, str(place), "9" if place in (2, 4) else None) for place in range(1, 5)]
    error = refusal(stock, entries)

    assert type(error) is RevisionConflictError
    assert "with an id or a revision between 2 and 4)" in str(error.problem)


# When records are read once more


def test_missing_record_is_read_again_only_where_it_was_found_by_its_key(bench: Bench) -> None:
    """If kintone does not say which, one that is named by its id may be the one, and then nothing helps."""
    for sku in "ABC":
        bench.save(sku=sku)
    bench.kintone.fail(api="records", method="PUT", times=None, status=404, code="GAIA_RE01", message="gone")
    failing(NotFoundError, bench, by_key("A", lines=NEW_ROWS), by_id(2, lines=NEW_ROWS))
    assert bench.calls().count("GET records") == 2

    failing(NotFoundError, bench, by_key("A", lines=NEW_ROWS), by_key("B", lines=NEW_ROWS))
    assert bench.calls() == ["GET records", "PUT records", "GET records"]


def test_refusal_of_a_whole_bulk_request_is_no_reason_to_read_again(bench: Bench) -> None:
    """It is about no call in it, though somebody changed a record meanwhile."""
    bench.save(sku="A")
    bench.before("POST bulkRequest", bench.touch)
    bench.kintone.fail(api="bulkRequest", times=None, status=403, code="GAIA_NO01")
    failing(PermissionDeniedError, bench, by_key("A", lines=NEW_ROWS), new(name="x"))

    assert bench.calls() == ["GET records", "POST bulkRequest"]


def test_duplicate_of_another_entry_is_no_reason_to_read_again(bench: Bench) -> None:
    """An entry with neither key nor id was meant to be new."""
    bench.save(sku="B")
    error = failing(InvalidRequestError, bench, by_key("A", lines=NEW_ROWS), new(sku="B"))

    assert list(error.field_errors) == ["entry 2, sku"]
    assert bench.calls() == ["GET records", "POST records"]


def test_complaint_about_the_key_of_an_update_is_no_reason_to_read_again(bench: Bench) -> None:
    """A record that was found is written by its id: nobody else's record with the key can be in its way."""
    bench.save(sku="A")
    body = json.dumps(
        {"code": "CB_VA01", "id": "i", "message": "m", "errors": {"records[0].sku.value": {"messages": []}}}
    )
    bench.before("PUT records", bench.touch)
    bench.kintone.fail(api="records", method="PUT", times=None, status=400, body=body, content_type="application/json")
    failing(InvalidRequestError, bench, by_key("A", lines=NEW_ROWS))

    assert bench.calls() == ["GET records", "PUT records"]


def test_duplicate_key_beside_another_complaint_is_no_reason_to_read_again(bench: Bench) -> None:
    """The other value would be refused again."""
    first = {"sku": {"value": "A"}}
    bench.before("POST records", lambda: bench.ask("POST", "record", record=first))
    error = failing(InvalidRequestError, bench, by_key("A", needed="", lines=NEW_ROWS))

    assert sorted(error.field_errors) == ["entry 1, needed", "entry 1, sku"]
    assert bench.calls() == ["GET records", "POST records"]


def sizes(bench: Bench) -> list[int]:
    """Return how many entries went out in each write."""
    bodies = [received.body for received in bench.kintone.requests if call_of(received) == "PUT records"]
    return [len(json.loads(body)["records"]) for body in bodies]


@pytest.mark.parametrize(("times", "sent"), [(0, [4]), (1, [4, 4]), (2, [4, 4, 2, 2]), (3, [4, 4, 2, 1, 3])])
def test_fewer_entries_go_out_together_from_the_second_conflict_on(bench: Bench, times: int, sent: list[int]) -> None:
    """Half of them each time; what was saved is not sent again, and all are saved in the end."""
    for number in range(1, 5):
        bench.save(sku=f"k{number}", lines=[{"qty": "5"}])
    bench.before("PUT records", bench.touch, times)
    report = bench.append(*(by_key(f"k{number}", lines=NEW_ROWS) for number in range(1, 5)))

    assert sizes(bench) == sent
    assert [bench.quantities(number) for number in range(1, 5)] == [["5", "7"]] * 4
    assert [result["id"] for result in report.results] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_atomic_entries_always_go_out_together(bench: Bench, times: int) -> None:
    """All or nothing: never a half of them."""
    for number in range(1, 5):
        bench.save(sku=f"k{number}")
    bench.before("PUT records", bench.touch, times)
    bench.append(*(by_key(f"k{number}", lines=NEW_ROWS) for number in range(1, 5)), atomic=True)

    assert sizes(bench) == [4] * (times + 1)


def test_second_entry_for_a_record_waits_for_those_before_it(bench: Bench) -> None:
    """It is found by its id; an entry for another record goes out with the first."""
    for sku in "AB":
        bench.save(sku=sku, lines=[{"qty": "5"}])
    entries = (
        by_key("A", lines=[row(qty="6")]),
        by_key("B", lines=NEW_ROWS),
        by_id(1, lines=NEW_ROWS),
        new(lines=NEW_ROWS),
    )
    report = bench.append(*entries)

    assert bench.quantities(1) == ["5", "6", "7"]
    assert bench.quantities(2) == ["5", "7"]
    assert [(result["id"], result["revision"]) for result in report.results] == [
        ("1", "2"), ("2", "2"), ("1", "3"), ("3", "1"),
    ]  # fmt: skip


def test_second_entry_for_a_record_that_appends_nothing_goes_out_with_the_first(bench: Bench) -> None:
    """Only what appends has to read what the first one saved."""
    bench.save(name="x")
    bench.save(name="x")
    report = bench.append(by_id(1, name="y"), by_id(2, name="z"), by_id(1, tags=["a"]), atomic=True)

    assert bench.calls() == ["PUT records"]
    assert [result["revision"] for result in report.results][:2] == ["2", "2"]


def test_revision_of_a_record_that_does_not_exist_is_no_insert(bench: Bench) -> None:
    """A revision belongs to a record that is there: nothing is written, and the entry is named."""
    error = failing(NotFoundError, bench, by_key("A", revision="3", lines=NEW_ROWS))

    assert (error.code, states(error)) == ("NOT_FOUND", [(1, 1, "NOT_SENT")])
    assert "entry 1 " in str(error.problem)
    assert bench.calls() == ["GET records"]


def test_saved_entries_are_counted_by_what_became_of_them(stock: InProcess) -> None:
    """A model that reads only the failure learns how many of the saved ones were new."""
    write(stock, rows(7))
    with small_batches():
        stock.kintone.fail(after=1, times=None, status=503, body="<html></html>")
        error = refusal(stock, rows(60))

    assert states(error) == [(1, 50, "SAVED"), (51, 60, "UNKNOWN")]
    [counts] = [note.values for note in error.notes if "added" in note.values]
    assert counts == {"added": 43, "updated": 7}
    assert "in a few minutes" in str(error.remedy)


def test_saved_entries_are_not_counted_where_an_earlier_answer_was_lost(stock: InProcess) -> None:
    """What the lost try added is reported as updated by the second one, so the counts would be wrong."""
    with small_batches():
        stock.kintone.fail(cut="after", applied=True)
        stock.kintone.fail(after=1, times=None, status=503, body="<html></html>")
        error = refusal(stock, rows(60))

    assert states(error) == [(1, 50, "SAVED"), (51, 60, "UNKNOWN")]
    assert [note for note in error.notes if "added" in note.values] == []
