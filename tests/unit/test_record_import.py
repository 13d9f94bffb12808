"""Importing a file of records: what is written, what is told, and from which record to go on."""

import pytest

from kintone.deadline import Deadline
from kintone.errors import BudgetExceededError, InvalidParameterError, UnavailableError
from kintone.writing.append import ListMode
from tests.unit.import_samples import BROKEN, GONE, HEADER, Store, csv, failure, import_file, lines, skus
from tests.unit.in_process import Asked, InProcess
from tests.unit.writing_samples import save_records, small_batches, states

BULK = "POST bulkRequest"
UTF_8 = b"\xef\xbb\xbf"
WIDE = (HEADER + lines(range(1, 3001), "x" * 55)).encode()
"""More bytes than are read to tell what a file is; a chunk has eight lines."""


@pytest.fixture(autouse=True)
def _form_is_read(stock: InProcess) -> None:
    """Read the form, so that failures on demand meet the import alone."""
    stock.client.forms.with_precision(stock.client.forms.read(stock.app))
    stock.asked.clear()


def keys(first: int, last: int) -> list[str]:
    """Return the keys of these records."""
    return [f"A-{number}" for number in range(first, last + 1)]


def test_file_is_written_in_batches_in_its_order(stock: InProcess) -> None:
    """As the entries of a list are; of the records only the counts are kept."""
    told: list[int] = []
    with small_batches():
        report = import_file(stock, csv(120), progress=told.append)

    assert skus(stock) == keys(1, 120)
    assert [len(asked.parameters["requests"]) for asked in stock.asked if asked.call == BULK] == [5, 5, 2]
    assert report.written.summary() == {"add": 120, "updated": 0, "requested": 120, "with_update_key": 120}
    assert (report.written.results, report.written.responses) == ([], [])
    assert told == [50, 100, 120]
    assert report.written.next_entry is None


def test_results_of_a_file_are_not_kept_in_its_ledger(stock: InProcess) -> None:
    """Also the ledger of an error has one byte for a record."""
    stock.kintone.fail(after=1, times=None, status=400, code="GAIA_DA02")
    with small_batches():
        error = failure(stock, csv(120))

    assert error.ledger
    assert error.ledger.results() == []


def test_records_that_exist_are_updated(stock: InProcess) -> None:
    """Blank cells empty fields of records that existed; those of new records count for nothing."""
    stock.kintone.add_records(stock.app, [{"sku": "A-1", "name": "old"}, {"sku": "A-2", "name": "old"}])
    report = import_file(stock, b"sku,name\nA-1,\nA-2,new\nA-3,\n")

    assert stock.values("name") == ["", "new", ""]
    assert (report.written.added, report.written.updated, report.cleared) == (1, 2, 1)


def test_ids_of_records_update_them(stock: InProcess) -> None:
    """The column $id names the records that are updated; without it records are added."""
    save_records(stock, 2)
    import_file(stock, b"$id,name\n2,b\n1,a\n", update_key=None)
    import_file(stock, b"name\nc\n", update_key=None)

    assert stock.values("name") == ["a", "b", "c"]


def test_empty_file_of_records_writes_nothing(stock: InProcess) -> None:
    """A header without records, as a query without matches writes it, is no mistake."""
    report = import_file(stock, HEADER.encode())

    assert report.written.requested == 0
    assert not stock.writes


# Mistakes


def test_all_mistakes_of_a_small_file_are_told_before_anything_is_written(stock: InProcess) -> None:
    """By physical line and column, a line end within a cell counted."""
    content = 'sku,name,no\nA-1,"one\ntwo",1\nA-2,y,many\nA-3,' + "z" * 65 + ",2\n"
    error = failure(stock, content.encode())

    assert isinstance(error, InvalidParameterError)
    assert all(words in str(error) for words in ("line 4: no", "line 5: name"))
    assert not stock.writes


def test_first_hundred_mistakes_are_told_and_the_others_counted(stock: InProcess) -> None:
    """A file may have a mistake on each line."""
    content = "sku,no\n" + "".join(f"A-{number},x\n" for number in range(1, 131))
    error = failure(stock, content.encode())

    assert "130" in str(error).partition("line")[0]
    assert str(error).count("| line ") == 99
    assert "and 30 more problems" in str(error)
    assert not stock.writes


@pytest.mark.parametrize("check", [True, False])
def test_mistakes_of_a_large_file_are_told_before_or_while_it_is_written(stock: InProcess, *, check: bool) -> None:
    """With the check the file is read twice; without it the call ends at the batch of the mistake."""
    content = (HEADER + "A-0,x\n" + "".join(f"A-{n},x\n" for n in range(1, 110)) + ",none\nA-200,x\n").encode()
    store = Store(content)
    with small_batches():
        error = failure(stock, store, check=check)

    assert isinstance(error, InvalidParameterError)
    assert "line 112" in str(error)
    assert len(store.opened) == (2 if check else 1)
    if check:
        assert not stock.writes
    else:
        assert len(skus(stock)) == 100
        assert states(error)[0] == (1, 100, "SAVED")
        assert "first_entry 101" in str(error.remedy)
        assert "line 102" in str(error.remedy)


def test_batch_before_a_mistake_is_written(stock: InProcess) -> None:
    """The record behind it is looked at beforehand, and its mistake does not keep the batch."""
    with small_batches():
        error = failure(stock, csv(100) + b",none\n", check=False)

    assert "line 102" in str(error)
    assert skus(stock) == keys(1, 100)
    assert states(error) == [(1, 100, "SAVED")]
    assert "first_entry 101" in str(error.remedy)


def test_mistakes_of_one_batch_are_told_together(stock: InProcess) -> None:
    """Where the file is written while it is read, too."""
    content = csv(60) + b",a\nA-99,b\n,c\n" + lines(range(200, 300)).encode() + b",d\n"
    with small_batches():
        error = failure(stock, content, check=False)

    assert all(f"line {number}" in str(error) for number in (62, 64))
    assert "line 165" not in str(error)
    assert skus(stock) == keys(1, 50)


def test_key_that_stands_twice_ends_the_import_with_both_lines(stock: InProcess) -> None:
    """Records before it are saved where the file is written while it is read."""
    content = csv(110) + b"A-7,again\n"
    with small_batches():
        error = failure(stock, content, check=False)

    assert all(f"line {number}" in str(error) for number in (8, 112))
    assert states(error)[0] == (1, 100, "SAVED")
    assert len(skus(stock)) == 100


def test_byte_that_breaks_the_encoding_ends_the_import_with_its_line(stock: InProcess) -> None:
    """What was written before it is told."""
    with small_batches():
        error = failure(stock, Store(UTF_8 + WIDE + b"A-9999,\xff\n"), check=False)

    saved = len(skus(stock))
    assert "line 3002" in str(error)
    assert states(error)[0] == (1, saved, "SAVED")
    assert 1000 < saved <= 3000
    assert f"first_entry {saved + 1}" in str(error.remedy)


def test_mistakes_are_told_beside_what_ends_the_file(stock: InProcess) -> None:
    """A small file with a mistake and a broken byte is corrected once."""
    content = HEADER.encode() + b",none\n" + lines(range(1, 1900), "x" * 55).encode() + b"\xff,y\n"
    error = failure(stock, UTF_8 + content)

    assert "line 2:" in str(error)
    assert "line 1902 " in str(error)
    assert not stock.writes


# Reading twice


def test_large_file_is_checked_within_a_third_of_the_time(stock: InProcess) -> None:
    """The first pass ends then; the file is written all the same, and it is said that it was not checked."""
    late = Store(csv(300), before=lambda opening, _chunk: stock.pass_time(20) if opening == 2 else None)
    with small_batches():
        report = import_file(stock, late)

    assert late.opened[1] == pytest.approx(280 / 3, abs=1)
    assert "third of the time" in str(report.unchecked)
    assert len(skus(stock)) == 300


@pytest.mark.parametrize("chunk", [0, 3])
def test_large_file_whose_link_does_not_live_is_written_line_by_line(stock: InProcess, chunk: int) -> None:
    """The link may have ended, or break while the file is checked; the first opening goes on."""

    def before(opening: int, number: int) -> None:
        if opening == 2 and number == chunk:
            raise GONE if chunk == 0 else BROKEN

    with small_batches():
        report = import_file(stock, Store(csv(300), before=before))

    assert str((GONE if chunk == 0 else BROKEN).problem) in str(report.unchecked)
    assert len(skus(stock)) == 300


def test_mistakes_found_before_the_check_broke_off_are_told(stock: InProcess) -> None:
    """Nothing is written of a file that is known to have one."""

    def before(opening: int, number: int) -> None:
        if opening == 2 and number == 250:
            raise BROKEN

    content = HEADER + lines(range(1, 61)) + ",none\n" + lines(range(61, 3000), "x" * 55)
    with small_batches():
        error = failure(stock, Store(content.encode(), before=before))

    assert "line 62" in str(error)
    assert not stock.writes


def test_small_file_is_read_once(stock: InProcess) -> None:
    """A file that one batch holds is checked before it is written anyway."""
    store = Store(csv(50))
    with small_batches():
        report = import_file(stock, store)

    assert len(store.opened) == 1
    assert not report.unchecked


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
    assert f"first_entry {saved + 1} (line {saved + 2})" in str(error.remedy)


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


def test_import_without_stop_early_ends_with_the_budget(stock: InProcess) -> None:
    """The message names the record from which to go on."""
    slow_batches(stock)
    with small_batches():
        error = failure(stock, csv(700))

    assert isinstance(error, BudgetExceededError)
    assert skus(stock)[:500] == keys(1, 500)
    assert states(error)[:2] == [(1, 500, "SAVED"), (501, 550, "UNKNOWN")]
    assert "first_entry 501 (line 502)" in str(error.remedy)


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


# The same settings as for entries


def test_atomic_file_of_more_than_one_batch_is_refused(stock: InProcess) -> None:
    """Before anything is written; one that fits is written in one batch."""
    with small_batches():
        error = failure(stock, csv(80), atomic=True)
        assert isinstance(error, InvalidParameterError)
        assert "atomic" in str(error)
        assert "51" not in str(error)
        assert not stock.writes
        import_file(stock, csv(50), atomic=True)

    assert skus(stock) == keys(1, 50)


def test_append_empties_no_table(stock: InProcess) -> None:
    """A record without rows keeps the rows that it has, and nobody reads that they went."""
    import_file(stock, b"*,sku,name,qty\n*,A-1,x,1\n")
    report = import_file(stock, b"*,sku,name,qty\n*,A-1,,\n", table_mode=ListMode.APPEND)

    assert len(stock.values("lines")[0]) == 1
    assert report.cleared == 1


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
