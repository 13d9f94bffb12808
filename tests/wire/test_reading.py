"""Reading many records from a local kintone over sockets."""

import json
import threading
from urllib.parse import unquote_plus

import pytest

from kintone.api import Request, RetrySafety
from kintone.client import KintoneClient
from kintone.errors import InvalidQueryError, KintoneError, UnavailableError
from kintone.messages import Message
from kintone.reading.reader import Reading, ReadRequest, RecordsApi
from local_kintone import LocalKintone
from tests.wire.conftest import OpenClient

COUNT = 1200
FORM = {
    "a": {"type": "SINGLE_LINE_TEXT"},
    "b": {"type": "SINGLE_LINE_TEXT"},
    "n": {"type": "NUMBER"},
    "limit": {"type": "NUMBER"},
    "memo": {"type": "MULTI_LINE_TEXT"},
}


@pytest.fixture
def app(kintone: LocalKintone) -> int:
    """Create an app of 1,200 records whose ids have gaps."""
    number = kintone.create_app("Reading", FORM)
    kintone.add_records(
        number,
        (
            {"$id": 3 * i, "a": str(i % 3), "b": str(i % 5), "n": str(i * 37 % 1201), "limit": str(i % 7), "memo": "x"}
            for i in range(1, COUNT + 1)
        ),
    )
    return number


@pytest.fixture
def client(kintone: LocalKintone, app: int, open_client: OpenClient) -> KintoneClient:
    """Open a client with permission to view the app."""
    return open_client(kintone.token(app, "view"))


def _read(client: KintoneClient, app: int, query: str, max_records: int | None = None) -> tuple[Reading, list[str]]:
    request = ReadRequest(app, query, fields=["n"], max_records=max_records)
    reading = RecordsApi(client).read(request)
    return reading, [record_id for page in reading.pages() for record_id in page.ids]


def _matching(kintone: LocalKintone, app: int, condition: str = "") -> list[str]:
    records = kintone.records(app, f"{condition} order by $id asc".strip())
    return [str(record["$id"]["value"]) for record in records]


def test_each_record_is_read_once_when_the_condition_has_an_or(
    kintone: LocalKintone, app: int, client: KintoneClient
) -> None:
    """The condition for later pages applies to both branches of an ``or``."""
    reading, ids = _read(client, app, 'a = "1" or b = "2"')

    assert ids == _matching(kintone, app, 'a = "1" or b = "2"')
    assert len(ids) > 500
    assert (reading.strategy, reading.requests_made) == ("record_id", 2)


def test_quoted_options_reach_kintone_unchanged(kintone: LocalKintone, app: int, client: KintoneClient) -> None:
    """A quoted text that looks like options is sent as a text."""
    kintone.reset()

    _read(client, app, 'memo like "limit 5 order by x"')

    sent = kintone.requests[-1]
    assert 'memo like "limit 5 order by x"' in unquote_plus(sent.query)


def test_cursor_is_deleted_when_all_records_were_read(kintone: LocalKintone, app: int, client: KintoneClient) -> None:
    """Reading in the order of another field uses a cursor and leaves none open."""
    reading, ids = _read(client, app, "order by n desc")

    assert sorted(ids, key=int) == _matching(kintone, app)
    assert reading.strategy == "cursor"
    assert kintone.stats.live_cursors == 0


def test_cursor_is_deleted_when_the_reader_stops_early(kintone: LocalKintone, app: int, client: KintoneClient) -> None:
    """A cursor is deleted when max_records is reached or the caller stops reading."""
    _, capped = _read(client, app, "order by n desc", max_records=600)
    pages = RecordsApi(client).read(ReadRequest(app, "order by n desc")).pages()
    next(pages)
    pages.close()

    assert len(capped) == 600
    assert kintone.stats.live_cursors == 0


def test_threads_end_when_the_reader_stops_early(app: int, client: KintoneClient) -> None:
    """The threads that read pages ahead end."""
    pages = RecordsApi(client).read(ReadRequest(app)).pages()
    next(pages)
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("kintone-page")]
    pages.close()
    for thread in threads:
        thread.join(10)

    assert threads
    assert not any(thread.is_alive() for thread in threads)


def test_cursor_is_deleted_and_its_page_not_retried_when_a_gateway_fails(
    kintone: LocalKintone, app: int, client: KintoneClient
) -> None:
    """A lost page may have advanced the cursor, so the request is not retried."""
    failure = kintone.fail(method="GET", api="records/cursor", status=503, times=9)

    with pytest.raises(UnavailableError):
        _read(client, app, "order by n desc")
    assert failure.hits == 1
    assert kintone.stats.live_cursors == 0


def test_pages_are_read_by_offset_when_all_cursors_are_in_use(
    kintone: LocalKintone, app: int, client: KintoneClient
) -> None:
    """A result within the reach of offsets is returned with a warning instead of an error."""
    kintone.fail(method="POST", api="records/cursor", status=429, code="GAIA_TM12", times=None)

    reading, ids = _read(client, app, "order by n desc")

    assert sorted(ids, key=int) == _matching(kintone, app)
    assert reading.strategy == "offset"
    assert any("may be missing" in str(warning) for warning in reading.warnings)


def test_error_is_kintones_when_the_query_has_an_unknown_field(app: int, client: KintoneClient) -> None:
    """A mistake in the condition is reported with kintone's error code."""
    with pytest.raises(InvalidQueryError, match=r"^\[GAIA_IQ11\] "):
        _read(client, app, 'nowhere = "1"')


def test_no_record_is_missed_when_kintone_has_too_many_requests(
    kintone: LocalKintone, app: int, client: KintoneClient
) -> None:
    """Pages that are answered with 429 are retried, and all records are read."""
    kintone.fail(api="records", status=429, code="GAIA_TO04", after=1, times=3)

    _, ids = _read(client, app, "")

    assert ids == _matching(kintone, app)


def test_cursor_is_requested_six_times_when_all_stay_in_use(
    kintone: LocalKintone, app: int, client: KintoneClient
) -> None:
    """The tries are counted in one place, not once in each layer."""
    kintone.fail(api="records/cursor", method="POST", status=429, code="GAIA_TM12", times=None)
    reading, ids = _read(client, app, "order by n asc")

    cursor_requests = [request for request in kintone.requests if request.path.endswith("/records/cursor.json")]
    assert len(cursor_requests) == 6
    assert (reading.strategy, len(ids)) == ("offset", COUNT)


def test_answer_when_it_is_as_large_as_allowed(
    kintone: LocalKintone, app: int, client: KintoneClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer as large as the limit is read; one more byte is refused."""
    answer = client.call(
        Request(
            Message("reading"),
            "GET",
            "records",
            {"app": app, "query": "limit 3", "totalCount": True},
            RetrySafety.READ,
        )
    )
    # The local kintone writes compact JSON, too.
    size = len(json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode())
    monkeypatch.setattr("kintone.execution.MAX_ANSWER_BYTES", size)

    assert len(_read_all(client, app)) == 3
    monkeypatch.setattr("kintone.execution.MAX_ANSWER_BYTES", size - 1)
    with pytest.raises(KintoneError, match=str(size - 1)):
        _read_all(client, app)
    assert len(kintone.requests) == 3


def _read_all(client: KintoneClient, app: int) -> list[str]:
    return [
        record_id for page in RecordsApi(client).read(ReadRequest(app, "limit 3")).pages() for record_id in page.ids
    ]
