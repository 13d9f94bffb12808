"""``kintone_update_record``: what becomes of rows and files, and what is told of them."""

from collections.abc import Iterator

import pytest

from kintone.errors import KintoneError, RevisionConflictError
from kintone.writing.writer import MAX_CONFLICTS
from tests.unit.in_process import Asked, InProcess
from tests.unit.update_record_tool import (
    FORM,
    FORM_READ,
    READ,
    UPDATE,
    calls,
    items,
    open_shop,
    row_ids,
    stored,
    text,
    update,
    upload,
)


@pytest.fixture
def shop() -> Iterator[InProcess]:
    """Run a kintone with two records; the first has three rows."""
    with open_shop() as site:
        yield site


@pytest.mark.parametrize("named", [{"record_id": "1"}, {"update_key": "sku", "update_key_value": "A-1"}])
def test_replaced_rows_are_told_by_count_and_id(shop: InProcess, named: dict[str, object]) -> None:
    """The record is read once, and what is told is bound to the revision that was read."""
    first, second, third = row_ids(shop)
    rows = [{"id": second, "item": "pen"}, {"item": "new"}, {"id": first, "item": "緑茶"}]
    result = update(shop, record_data={"lines": rows}, **named)

    assert calls(shop) == [FORM_READ, READ, UPDATE]
    assert shop.asked[-1].parameters["revision"] == "1"
    assert items(shop) == ["pen", "new", "緑茶"]
    assert f"lines: 1 row added, 1 changed, 1 kept, 1 removed (id {third})" in text(result)


def test_emptied_table_is_told(shop: InProcess) -> None:
    """An empty list removes all rows, and their ids are told."""
    ids = row_ids(shop)
    result = update(shop, record_data={"lines": []}, record_id="1")

    assert items(shop) == []
    assert f"3 removed (ids {', '.join(ids)})" in text(result)


def test_unknown_row_id_is_a_new_row(shop: InProcess) -> None:
    """Kintone takes a row with an id that the record does not have as a new one; so does the text."""
    result = update(shop, record_data={"lines": [{"id": "999", "item": "x"}]}, record_id="1")

    assert items(shop) == ["x"]
    assert "lines: 1 row added, 3 removed" in text(result)


def test_appended_rows(shop: InProcess) -> None:
    """Saved rows stay, one that is sent with its id is changed, and the text warns of a retry."""
    first = row_ids(shop)[0]
    rows = [{"item": "new"}, {"id": first, "qty": "5"}]
    result = update(shop, record_data={"lines": rows}, record_id="1", table_mode="append")

    assert items(shop) == ["茶", "pen", "cup", "new"]
    assert stored(shop)["lines"][0]["value"]["qty"]["value"] == "5"
    assert "lines: 1 row added, 1 changed, 2 kept" in text(result)
    assert "retry" in text(result)


def test_files_are_replaced_or_appended(shop: InProcess) -> None:
    """What becomes of the attachments is told by name; append keeps those that are saved."""
    told = [
        text(update(shop, record_data={"papers2": [upload(shop, name)]}, record_id="1", file_mode=mode))
        for name, mode in (("a.txt", "append"), ("b.txt", "append"), ("c.txt", "replace"))
    ]

    assert [file["name"] for file in stored(shop)["papers2"]] == ["c.txt"]
    assert "papers2: 1 file added\n" in told[0]
    assert "papers2: 1 file added, 1 kept\n" in told[1]
    assert "papers2: 1 file added, 2 removed (a.txt, b.txt)" in told[2]


def test_files_of_a_row_that_go_are_told(shop: InProcess) -> None:
    """A row that stays can lose its files."""
    first, *others = row_ids(shop)
    kept = [{"id": row_id, "item": item} for row_id, item in zip(others, ("pen", "cup"), strict=True)]
    update(shop, record_data={"lines": [{"id": first, "papers": [upload(shop, "a.txt")]}, *kept]}, record_id="1")
    result = update(shop, record_data={"lines": [{"id": first, "papers": []}, *kept]}, record_id="1")

    assert f"papers of row {first}: 1 removed (a.txt)" in text(result)
    assert "lines: 1 changed, 2 kept" in text(result)


def test_row_that_is_sent_as_it_is_saved_counts_as_kept(shop: InProcess) -> None:
    """A saved file has properties that are not sent; its row is kept all the same."""
    first, *others = row_ids(shop)
    kept = [{"id": row_id, "item": item} for row_id, item in zip(others, ("pen", "cup"), strict=True)]
    update(shop, record_data={"lines": [{"id": first, "papers": [upload(shop, "a.txt")]}, *kept]}, record_id="1")
    (saved,) = stored(shop)["lines"][0]["value"]["papers"]["value"]
    row = {"id": first, "qty": "1", "papers": [{"fileKey": saved["fileKey"]}]}

    assert "lines: 3 kept" in text(update(shop, record_data={"lines": [row, *kept]}, record_id="1"))


def other_writer(site: InProcess, times: int = 1) -> None:
    """Have another writer add a row before each of the first updates."""
    left = [times]

    def add_row(asked: Asked) -> None:
        if asked.call == UPDATE and left[0]:
            left[0] -= 1
            rows = [{"id": row_id} for row_id in row_ids(site)]
            site.ask("PUT", "record", id=1, record={"lines": {"value": [*rows, {"value": {"item": {"value": "他"}}}]}})

    site.before = add_row


def test_row_of_another_writer_is_told_when_it_goes(shop: InProcess) -> None:
    """A row that appears between reading and writing is among those that are told to be gone."""
    other_writer(shop)
    result = update(shop, record_data={"lines": [{"item": "only"}]}, record_id="1")

    assert calls(shop) == [FORM_READ, READ, UPDATE, READ, UPDATE]
    assert items(shop) == ["only"]
    assert "4 removed" in text(result)


def test_endless_conflicts_end(shop: InProcess) -> None:
    """After six conflicts the call fails, and nothing is saved."""
    other_writer(shop, times=50)
    with pytest.raises(RevisionConflictError) as failed:
        update(shop, record_data={"lines": []}, record_id="1")

    assert failed.value.code == "GAIA_CO02"
    assert shop.calls[UPDATE] == MAX_CONFLICTS
    assert "only" not in items(shop)


def test_place_of_a_bad_cell_is_the_callers_row(shop: InProcess) -> None:
    """In append mode kintone counts the saved rows too; the caller reads the number of its own row."""
    shop.kintone.change_form(
        shop.app,
        {**FORM, "lines": {"type": "SUBTABLE", "fields": {"item": {"type": "SINGLE_LINE_TEXT", "maxLength": "3"}}}},
    )
    with pytest.raises(KintoneError) as failed:
        update(
            shop,
            record_data={"lines": [{"item": "ok"}, {"item": "too long"}]},
            record_id="1",
            table_mode="append",
            validate_before_write=False,
        )

    assert failed.value.code == "CB_VA01"
    assert "lines row 2, item" in str(failed.value)


def test_unchecked_values_are_written_and_told(shop: InProcess) -> None:
    """Without the check values are still brought into kintone's shape, and rows are still told."""
    result = update(
        shop, record_data={"nmae": "x", "lines": [{"item": "a"}]}, record_id="1", validate_before_write=False
    )

    assert items(shop) == ["a"]
    assert "3 removed" in text(result)
    assert "validate_before_write" in text(result)


@pytest.mark.parametrize("applied", [True, False])
def test_rows_and_files_that_a_lost_answer_may_have_cost_are_told(shop: InProcess, *, applied: bool) -> None:
    """A repetition reads the record anew and could no longer name them."""
    update(shop, record_data={"papers2": [upload(shop, "見積.txt")]}, record_id="1")
    first, *gone = row_ids(shop)
    shop.kintone.fail(method="PUT", status=502, applied=applied, times=None)
    with pytest.raises(KintoneError) as failed:
        update(shop, record_data={"lines": [{"id": first, "item": "x"}], "papers2": []}, record_id="1")

    assert failed.value.maybe_saved
    (note,) = [str(note) for note in failed.value.notes if "removed" in str(note)]
    assert f"lines: 2 removed (ids {', '.join(gone)})" in note
    assert "papers2: 1 removed (見積.txt)" in note


def test_a_refused_write_removes_nothing_and_says_nothing_of_it(shop: InProcess) -> None:
    """Kintone's refusal is certain."""
    shop.kintone.fail(method="PUT", status=400, code="CB_VA01", times=None)
    with pytest.raises(KintoneError) as failed:
        update(shop, record_data={"lines": []}, record_id="1")

    assert not [note for note in failed.value.notes if "removed" in str(note)]
