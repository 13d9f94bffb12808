"""An import that breaks off, goes on or stops early: what is told, and from which record to go on."""

import pytest

from kintone.deadline import Deadline
from kintone.errors import BudgetExceededError, InvalidParameterError, UnavailableError
from kintone.ledger import EntryState
from kintone.writing.append import ListMode
from tests.unit.import_samples import (
    BROKEN,
    BULK,
    WIDE,
    Store,
    csv,
    failure,
    import_file,
    keys,
    skus,
)
from tests.unit.in_process import Asked, InProcess
from tests.unit.writing_samples import small_batches, states
from tools.dify_files import failures

pytestmark = pytest.mark.usefixtures("form_is_read")


# Breaking off


def test_broken_file_tells_what_is_saved_and_where_to_go_on(stock: InProcess) -> None:
    """Its link ended, or its store did."""

    def before(_opening: int, number: int) -> None:
        if number == 200:
            raise BROKEN

    with small_batches():
        error = failure(stock, Store(WIDE, before=before), check=False)

    saved = len(skus(stock))
    assert 1000 < saved < 1600
    assert states(error)[0] == (1, saved, "SAVED")
    assert str(error.remedy) == f"continue with first_entry {saved + 1} (line {saved + 2})"


def test_refusal_by_kintone_names_record_line_and_where_to_go_on(stock: InProcess) -> None:
    """The import that goes on there writes the rest."""
    stock.kintone.add_records(stock.app, [{"sku": "other", "no": "70"}])
    content = ("sku,no\n" + "".join(f"A-{n},{n}\n" for n in range(1, 121))).encode()
    with small_batches():
        error = failure(stock, content)

        assert "entry 70 (line 71)" in str(error)
        assert states(error) == [(1, 50, "SAVED"), (51, 100, "REFUSED"), (101, 101, "NOT_SENT")]
        assert "first_entry 51 (line 52)" in str(error.remedy)
        stock.ask("PUT", "record", id=1, record={"no": {"value": ""}})
        report = import_file(stock, content, first=51)

    assert report.written.requested == 70
    assert skus(stock) == ["other", *keys(1, 120)]


@pytest.mark.parametrize("lost", [2, 3])
def test_unknown_outcome_without_keys_names_both_records(stock: InProcess, lost: int) -> None:
    """Whether the batch is there is to be looked up first; behind the last batch nothing is left."""
    stock.kintone.fail(after=lost - 1, times=None, cut="after", applied=True)
    content = ("name\n" + "".join(f"v{n}\n" for n in range(1, 151))).encode()
    with small_batches():
        error = failure(stock, content, update_key=None)

    remedy = str(error.remedy)
    first = 50 * (lost - 1) + 1
    assert states(error)[1] == (first, first + 49, "UNKNOWN")
    assert "look in kintone first" in remedy
    assert f"first_entry {first} (line {first + 1})" in remedy
    assert ("first_entry 101 (line 102)" in remedy) or lost == 3
    assert "first_entry 151" not in remedy
    assert ("nothing is left" in remedy) is (lost == 3)


def test_time_that_kintone_asks_for_is_not_called_a_minute(stock: InProcess) -> None:
    """A message that names the time must not ask to try again before it is over."""
    stock.kintone.fail(after=1, times=None, status=429, headers={"Retry-After": "3600"})
    with small_batches():
        error = failure(stock, csv(120))

    assert "3,600 s" in str(error)
    assert "minute" not in str(error)
    assert "first_entry 51 (line 52)" in str(error.remedy)


def test_unknown_outcome_with_keys_can_be_sent_again(stock: InProcess) -> None:
    """The same records are found, so one record is named."""
    stock.kintone.fail(after=1, times=None, cut="after", applied=True)
    with small_batches():
        error = failure(stock, csv(120))

    assert "first_entry 51 (line 52)" in str(error.remedy)
    assert "first_entry 101" not in str(error.remedy)
    assert "look in kintone" not in str(error.remedy)


def test_failure_before_anything_is_saved_says_so(stock: InProcess) -> None:
    """As kintone's refusal of the first batch."""
    stock.kintone.fail(times=None, status=400, code="GAIA_DA02")
    with small_batches():
        error = failure(stock, csv(60))

    assert isinstance(error, UnavailableError)
    assert "nothing is saved" in str(error)
    assert "first_entry" not in str(error)


def test_failure_is_not_held_back_by_a_store_that_sends_nothing(stock: InProcess) -> None:
    """What is read ahead is not waited for when kintone has refused."""
    stock.kintone.fail(after=18, times=None, status=400, code="CB_VA01")
    with small_batches():
        error = failure(stock, Store(WIDE, stalls_at=133), check=False)

    assert error.code == "CB_VA01"
    assert states(error)[0] == (1, 900, "SAVED")
    assert stock.client.deadline.remaining() > 200


def test_next_records_are_read_while_a_batch_is_written(stock: InProcess) -> None:
    """Batches that take two seconds each, and chunks that do, take less than the sum of both."""
    stock.before = lambda asked: stock.pass_time(2) if asked.call == BULK else None
    late = 30
    store = Store(WIDE, chunk=3_400, before=lambda _opening, number: stock.pass_time(2 if number > late else 0))
    with small_batches():
        import_file(stock, store, check=False)

    batches, chunks = 60, len(WIDE) // 3_400 - late
    assert 280 - stock.client.deadline.remaining() < 2 * (batches + chunks * 2 / 3)
    assert len(skus(stock)) == 3000


# Going on, and stopping early


def test_first_entry_passes_records_over(stock: InProcess) -> None:
    """Positions and lines stay those of the file."""
    with small_batches():
        report = import_file(stock, csv(120), first=101)

    assert skus(stock) == keys(101, 120)
    assert report.written.requested == 20


@pytest.mark.parametrize(("saved", "first"), [(0, 101), (1, 101), (1, 1)])
def test_no_record_of_the_rest_of_the_file_passes_for_saved(stock: InProcess, saved: int, first: int) -> None:
    """The file has 300 records, of which few were read when kintone refused; those before first_entry are not told."""
    stock.kintone.fail(after=saved, times=None, status=400, code="GAIA_DA02")
    with small_batches():
        error = failure(stock, csv(300), first=first, check=False)

    message = str(error)
    begin = first + 50 * saved
    assert f"entry {begin} and those behind it are not saved" in message
    assert "nothing is saved" not in message
    assert ("are saved," in message) is bool(saved)


def test_import_that_went_on_tells_the_positions_of_the_file(stock: InProcess) -> None:
    """What was passed over is neither saved nor unsaved."""
    stock.kintone.fail(after=1, times=None, status=400, code="GAIA_DA02")
    with small_batches():
        error = failure(stock, csv(300), first=101, check=False)

    assert states(error) == [(101, 150, "SAVED"), (151, 200, "REFUSED"), (201, 201, "NOT_SENT")]
    assert "first_entry 151 (line 152)" in str(error.remedy)


def test_first_entry_behind_the_last_record_is_refused(stock: InProcess) -> None:
    """It is no success that nothing is written."""
    error = failure(stock, csv(20), first=21)

    assert isinstance(error, InvalidParameterError)
    assert "first_entry" in str(error)
    assert not stock.writes


def slow_batches(stock: InProcess) -> None:
    """Let kintone take 27 seconds for a batch, so that one call writes ten."""
    stock.before = lambda asked: stock.pass_time(27) if asked.call == BULK else None


def test_import_that_stops_early_ends_well_with_the_next_record(stock: InProcess) -> None:
    """Calls one after the other write the file once, and none of them fails."""
    slow_batches(stock)
    firsts: list[int] = [1]
    with small_batches():
        while True:
            stock.client.execution.deadline = Deadline(280, stock.client.deadline.runtime)
            report = import_file(stock, csv(1000), first=firsts[-1], stop=True)
            following = report.written.next_entry
            if following is None:
                break
            assert following.line == following.position + 1
            assert stock.client.deadline.remaining() >= 27
            firsts.append(following.position)

    assert skus(stock) == keys(1, 1000)
    assert len(firsts) == 3
    assert all(first % 50 == 1 for first in firsts)


def test_import_that_stops_early_counts_what_it_wrote(stock: InProcess) -> None:
    """The warning about records without a key is about those alone: what is left was not sent."""
    slow_batches(stock)
    with small_batches():
        report = import_file(stock, csv(1000), first=101, stop=True, update_key=None)

    written = report.written
    assert written.next_entry
    assert len(skus(stock)) == written.next_entry.position - 101
    assert written.traits.count == written.traits.fresh == written.requested == len(skus(stock))
    assert written.traits.first_fresh == 101


def test_import_without_stop_early_ends_with_the_budget(stock: InProcess) -> None:
    """The message names the record from which to go on."""
    slow_batches(stock)
    with small_batches():
        error = failure(stock, csv(700))

    assert isinstance(error, BudgetExceededError)
    assert skus(stock)[:500] == keys(1, 500)
    assert states(error)[:2] == [(1, 500, "SAVED"), (501, 550, "UNKNOWN")]
    assert "first_entry 501 (line 502)" in str(error.remedy)
    assert "stop_early" in str(error.remedy)


@pytest.mark.parametrize("stop", [True, False])
def test_first_batch_that_takes_all_the_time_is_not_helped_by_stop_early(stock: InProcess, *, stop: bool) -> None:
    """A Loop node would meet the same; the operator can raise the time."""
    stock.client.execution.deadline = Deadline(20, stock.client.deadline.runtime)
    stock.before = lambda asked: stock.pass_time(25) if asked.call == BULK else None
    with small_batches():
        error = failure(stock, csv(700), stop=stop)

    assert isinstance(error, BudgetExceededError)
    assert "stop_early" not in str(error)
    assert "KINTONE_CALL_BUDGET" in str(error)


@pytest.mark.parametrize("stalls_at", [133, 138])
def test_time_that_the_file_store_took_is_not_called_kintones(stock: InProcess, stalls_at: int) -> None:
    """Also where the records that came would fill one more batch."""
    with small_batches():
        error = failure(stock, Store(WIDE, stalls_at=stalls_at), check=False)

    assert isinstance(error, BudgetExceededError)
    assert str(error.problem).startswith("reading ")
    assert "wait a minute" not in str(error)
    assert f"first_entry {len(skus(stock)) + 1} " in str(error.remedy)


def test_import_that_stops_early_ends_well_where_a_reading_takes_the_rest_of_the_time(stock: InProcess) -> None:
    """Nothing of the next batch was sent: the records to which its rows are appended were being read."""

    def before(asked: Asked) -> None:
        if asked.call == BULK:
            stock.pass_time(13)
        elif stock.calls[BULK] > 18:
            stock.pass_time(100)

    stock.before = before
    content = "*,sku,lines,qty\n" + "".join(f"*,A-{number},,1\n" for number in range(1, 1501))
    with small_batches():
        report = import_file(stock, content.encode(), check=False, stop=True, table_mode=ListMode.APPEND)

    assert skus(stock) == keys(1, 950)
    assert report.written.next_entry
    assert report.written.next_entry.position == 951


def test_import_that_stops_early_ends_well_where_the_file_takes_the_time(stock: InProcess) -> None:
    """The time may be over while the next records are awaited: nothing of them was sent."""
    late = Store(WIDE, before=lambda _opening, number: stock.pass_time(300 if number == 200 else 0))
    with small_batches():
        report = import_file(stock, late, check=False, stop=True)

    saved = len(skus(stock))
    assert 0 < saved < 3000
    assert report.written.next_entry
    assert report.written.next_entry.position == saved + 1


@pytest.mark.parametrize(
    "content",
    [
        b"sku,name\nA-1,x\nA-2,x\nA-3,x\nA-1,again\n",
        b'{"sku": "A-1"}\n{"sku": "A-2"}\n\n{"sku": "A-1", "name": "again"}\n',
    ],
)
def test_key_of_a_record_before_first_entry_counts(stock: InProcess, content: bytes) -> None:
    """An import in several calls writes no record twice, as one in a single call."""
    import_file(stock, csv(3))
    before = stock.values("name")
    error = failure(stock, content, first=3)

    assert "line 4: " in str(error) or "line 5: " in str(error)
    assert stock.values("name") == before


def test_mistakes_before_first_entry_are_passed_over(stock: InProcess) -> None:
    """The records before it may have been corrected in kintone; only their keys are read."""
    import_file(stock, b"sku,name\n,x\nA-1\nA-2,x\n", first=3)

    assert skus(stock) == ["A-2"]


@pytest.mark.parametrize("key", ["sku", None])
def test_file_that_is_another_one_by_now_is_begun_again(stock: InProcess, key: str | None) -> None:
    """Places in the file that was read before mean nothing in it."""

    def before(_opening: int, chunk: int) -> None:
        if chunk == 3:
            raise failures.changed("a.csv")

    with small_batches():
        error = failure(stock, Store(WIDE, 40_000, before=before), check=False, update_key=key)

    assert error.ledger
    assert error.ledger.count(EntryState.SAVED) > 0
    assert "first_entry" not in str(error)
    assert "from its first record" in str(error)
    assert ("added twice" in str(error)) is (key is None)
