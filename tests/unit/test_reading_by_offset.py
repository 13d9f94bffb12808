"""Reading by offset, where no cursor is available."""

import pytest

from kintone.errors import CursorLimitError
from kintone.reading.reader import Reading, ReadRequest, read
from tests.unit.in_process import Asked, InProcess
from tests.unit.reading_samples import BY_NAME, add, ids_read, small_pages


def _reading(site: InProcess, count: int, query: str) -> Reading:
    """Add records, make cursors fail, and plan a reading."""
    site.kintone.settings.cursor_limit = 0
    add(site, range(1, count + 1))
    return read(site.client, ReadRequest(site.app, query))


@pytest.mark.parametrize(
    ("count", "query", "start", "end"),
    [
        (13, BY_NAME, 0, 13),
        (15, BY_NAME, 0, 15),
        (105, BY_NAME, 0, 105),
        (200, f"{BY_NAME} limit 7 offset 3", 3, 10),
        (200, f"{BY_NAME} limit 15 offset 90", 90, 105),
        (101, f"{BY_NAME} offset 93", 93, 101),
    ],
)
def test_pages_come_by_offset_when_the_result_fits(
    site: InProcess, count: int, query: str, start: int, end: int
) -> None:
    """All records are returned, with a warning about possible gaps."""
    with small_pages(5, 100):
        reading = _reading(site, count, query)

        assert ids_read(reading) == site.ids(BY_NAME)[start:end]
    assert reading.strategy == "offset"
    assert reading.total == end - start
    assert any("may be missing" in str(warning) for warning in reading.warnings)


@pytest.mark.parametrize(
    ("count", "query"),
    [(106, BY_NAME), (200, f"{BY_NAME} limit 16 offset 90"), (200, f"{BY_NAME} limit 5 offset 101")],
)
def test_refusal_is_explained_when_the_result_does_not_fit(site: InProcess, count: int, query: str) -> None:
    """Kintone's code is kept, and the message says how to read without a cursor."""
    with small_pages(5, 100), pytest.raises(CursorLimitError) as caught:
        ids_read(_reading(site, count, query))

    assert caught.value.code == "GAIA_TM12"
    assert "order by $id asc" in str(caught.value)
    assert caught.value.reply
    assert caught.value.reply.error_id


def test_refusal_is_explained_when_the_size_of_the_result_is_unknown(site: InProcess) -> None:
    """Without a count it is unknown whether an offset reaches the end."""
    site.change = lambda _asked, body: {**body, "totalCount": None}

    with pytest.raises(CursorLimitError):
        ids_read(_reading(site, 1300, BY_NAME))


def test_no_page_is_asked_for_behind_the_last_when_the_count_agrees(site: InProcess) -> None:
    """The first page, which tells that a cursor is needed, and three pages by offset."""
    with small_pages(5, 100):
        ids_read(_reading(site, 13, BY_NAME))

    assert site.calls["GET records"] == 4


def test_record_comes_once_when_it_moves_to_a_later_page(site: InProcess) -> None:
    """A new record at the front moves another one to the next page."""

    def add_record_in_front(asked: Asked) -> None:
        if asked.query.endswith("offset 500"):
            site.kintone.add_records(site.app, [{"name": "-1"}])

    site.before = add_record_in_front
    ids = ids_read(_reading(site, 1300, BY_NAME))

    assert len(ids) == len(set(ids)) == 1300
