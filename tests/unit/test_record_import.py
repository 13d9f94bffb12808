"""Importing a file of records: what is written, and which mistakes are told before and meanwhile."""

import pytest

from kintone.errors import InvalidParameterError
from kintone.writing.append import ListMode
from tests.unit.import_samples import (
    BROKEN,
    BULK,
    GONE,
    HEADER,
    UTF_8,
    WIDE,
    Store,
    csv,
    failure,
    import_file,
    keys,
    lines,
    skus,
)
from tests.unit.in_process import InProcess
from tests.unit.writing_samples import save_records, small_batches, states

pytestmark = pytest.mark.usefixtures("form_is_read")


def test_file_is_written_in_batches_in_its_order(stock: InProcess) -> None:
    """As the entries of a list are; of the records only the counts are kept."""
    told: list[tuple[int, int | None]] = []
    with small_batches():
        report = import_file(stock, csv(120), progress=lambda *counts: told.append(counts))

    assert skus(stock) == keys(1, 120)
    assert [len(asked.parameters["requests"]) for asked in stock.asked if asked.call == BULK] == [5, 5, 2]
    assert report.written.summary() == {"add": 120, "updated": 0, "requested": 120, "with_update_key": 120}
    assert (report.written.results, report.written.responses) == ([], [])
    assert told == [(50, 120), (100, 120), (120, 120)]
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
    assert "third of the time" in str(report.how_checked)
    assert len(skus(stock)) == 300


@pytest.mark.parametrize("chunk", [0, 3])
def test_large_file_whose_link_does_not_live_is_written_line_by_line(stock: InProcess, chunk: int) -> None:
    """The link may have ended, or break while the file is checked; the first opening goes on."""

    def before(opening: int, number: int) -> None:
        if opening == 2 and number == chunk:
            raise GONE if chunk == 0 else BROKEN

    with small_batches():
        report = import_file(stock, Store(csv(300), before=before))

    assert str((GONE if chunk == 0 else BROKEN).problem) in str(report.how_checked)
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
    assert not report.how_checked


def test_failed_import_tells_that_its_file_could_not_be_checked(stock: InProcess) -> None:
    """What was written before the mistake is told with the reason."""

    def before(opening: int, _chunk: int) -> None:
        if opening == 2:
            raise GONE

    with small_batches():
        error = failure(stock, Store(csv(300) + b",none\n", before=before))

    assert states(error)[0][2] == "SAVED"
    assert any(str(GONE.problem) in str(note) for note in error.notes)


@pytest.mark.parametrize("check", [True, False])
def test_few_lines_of_many_bytes_are_checked_before_anything_is_written(stock: InProcess, *, check: bool) -> None:
    """They are not held: the file is read twice, with or without the rules of the form."""
    content = "sku,name,no\n" + "".join(f"A-{number},{'x' * 60},{number}\n" for number in range(1, 30)) + ",x,30\n"
    store = Store(content.encode())
    with small_batches(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("kintone.record_import.MAX_BYTES_AT_ONCE", 600)
        error = failure(stock, store, check=check)
        assert "line 31" in str(error)
        assert not stock.writes
        assert len(store.opened) == 2

        report = import_file(stock, content.replace("\n,x", "\nA-30,x").encode(), check=check)

    assert "read twice" in str(report.how_checked)
    assert len(skus(stock)) == 30


def test_large_file_without_the_check_says_so(stock: InProcess) -> None:
    """Its first lines may have many bytes; it is not read to its end twice."""
    read: list[int] = []
    store = Store(WIDE, before=lambda opening, chunk: read.append(chunk) if opening == 2 else None)
    with small_batches(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("kintone.record_import.MAX_BYTES_AT_ONCE", 100)
        report = import_file(stock, store, check=False)

    assert "validate_before_write is off" in str(report.how_checked)
    assert 0 < len(read) < len(WIDE) // 500
    assert len(skus(stock)) == 3000


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


def test_progress_has_no_total_where_the_records_were_not_counted(stock: InProcess) -> None:
    """As in a large file that is not looked through first; one that is held as a whole was counted."""
    told: list[tuple[int, int | None]] = []
    with small_batches():
        import_file(stock, csv(120), check=False, progress=lambda *counts: told.append(counts))
        import_file(stock, csv(7), check=False, progress=lambda *counts: told.append(counts))

    assert told == [(50, None), (100, None), (120, None), (7, 7)]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("opening", [0, 1])
def test_file_that_cannot_be_read_says_that_nothing_was_written(stock: InProcess, opening: int, *, check: bool) -> None:
    """Once: where its link has ended, and where it breaks among its first records."""

    def before(_opening: int, chunk: int) -> None:
        if chunk == opening:
            raise GONE

    error = failure(stock, Store(csv(120), before=before), check=check)

    assert str(error).count("nothing was written") == 1
    assert not stock.writes


def test_header_that_cannot_be_used_says_that_nothing_was_written(stock: InProcess) -> None:
    """Once, as a quote that is never closed does."""
    assert str(failure(stock, b"sku,nmae\nA-1,x\n")).count("nothing was written") == 1
    assert str(failure(stock, b'sku,name\nA-1,"x\n')).count("nothing was written") == 1
    assert not stock.writes


def test_file_too_large_for_all_or_nothing_says_that_nothing_was_written(stock: InProcess) -> None:
    """It is refused when its first batch is put together."""
    with small_batches():
        error = failure(stock, csv(120), check=False, atomic=True)

    assert str(error).count("nothing was written") == 1
    assert not stock.writes
