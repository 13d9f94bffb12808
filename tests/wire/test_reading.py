"""Reading many records from a kintone, over real sockets."""

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
    """Make an app of 1,200 records whose ids have gaps."""
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
    """Open a client that may view the app."""
    return open_client(kintone.token(app, "view"))


def _read(client: KintoneClient, app: int, query: str, max_records: int | None = None) -> tuple[Reading, list[str]]:
    request = ReadRequest(app, query, fields=["n"], max_records=max_records)
    reading = RecordsApi(client).read(request)
    return reading, [record_id for page in reading.pages() for record_id in page.ids]


def _matching(kintone: LocalKintone, app: int, condition: str = "") -> list[str]:
    records = kintone.records(app, f"{condition} order by $id asc".strip())
    return [str(record["$id"]["value"]) for record in records]


def test_each_record_comes_once_when_the_condition_has_an_or(
    kintone: LocalKintone, app: int, client: KintoneClient
) -> None:
    """The guard of later pages must not bind to one branch alone."""
    reading, ids = _read(client, app, 'a = "1" or b = "2"')

    assert ids == _matching(kintone, app, 'a = "1" or b = "2"')
    assert len(ids) > 500
    assert (reading.strategy, reading.requests_made) == ("record_id", 2)


def test_quoted_key_words_reach_kintone_unchanged_when_a_text_holds_them(
    kintone: LocalKintone, app: int, client: KintoneClient
) -> None:
    """A text that looks like options stays one text."""
    kintone.reset()

    _read(client, app, 'memo like "limit 5 order by x"')

    sent = kintone.requests[-1]
    assert 'memo like "limit 5 order by x"' in unquote_plus(sent.query)


def test_cursor_is_gone_afterwards_when_all_records_were_read_in_another_order(
    kintone: LocalKintone, app: int, client: KintoneClient
) -> None:
    """An order by another field reads all records, and leaves no cursor behind."""
    reading, ids = _read(client, app, "order by n desc")

    assert sorted(ids, key=int) == _matching(kintone, app)
    assert reading.strategy == "cursor"
    assert kintone.stats.live_cursors == 0


def test_cursor_is_gone_afterwards_when_the_reader_stops_early(
    kintone: LocalKintone, app: int, client: KintoneClient
) -> None:
    """Enough was read, or nobody wants more."""
    _, capped = _read(client, app, "order by n desc", max_records=600)
    pages = RecordsApi(client).read(ReadRequest(app, "order by n desc")).pages()
    next(pages)
    pages.close()

    assert len(capped) == 600
    assert kintone.stats.live_cursors == 0


def test_threads_end_when_the_reader_stops_early(app: int, client: KintoneClient) -> None:
    """Pages that are read ahead leave no thread behind."""
    pages = RecordsApi(client).read(ReadRequest(app)).pages()
    next(pages)
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("kintone-page")]
    pages.close()
    for thread in threads:
        thread.join(10)

    assert threads
    assert not any(thread.is_alive() for thread in threads)


def test_cursor_is_given_back_and_its_read_not_repeated_when_a_gateway_fails(
    kintone: LocalKintone, app: int, client: KintoneClient
) -> None:
    """A lost answer may have moved the cursor on."""
    failure = kintone.fail(method="GET", api="records/cursor", status=503, times=9)

    with pytest.raises(UnavailableError):
        _read(client, app, "order by n desc")
    assert failure.hits == 1
    assert kintone.stats.live_cursors == 0


def test_pages_come_by_offset_when_all_cursors_are_taken(
    kintone: LocalKintone, app: int, client: KintoneClient
) -> None:
    """The result fits in what an offset reaches, so it comes with a warning instead of an error."""
    kintone.fail(method="POST", api="records/cursor", status=429, code="GAIA_TM12", times=None)

    reading, ids = _read(client, app, "order by n desc")

    assert sorted(ids, key=int) == _matching(kintone, app)
    assert reading.strategy == "offset"
    assert any("may be missing" in warning for warning in reading.warnings)


def test_error_is_kintones_when_the_query_names_an_unknown_field(app: int, client: KintoneClient) -> None:
    """What is wrong in the condition is kintone's to say."""
    with pytest.raises(InvalidQueryError, match=r"^\[GAIA_IQ11\] "):
        _read(client, app, 'nowhere = "1"')


def test_no_record_is_missed_when_kintone_has_too_many_requests(
    kintone: LocalKintone, app: int, client: KintoneClient
) -> None:
    """A busy site costs time, not records."""
    kintone.fail(api="records", status=429, code="GAIA_TO04", after=1, times=3)

    _, ids = _read(client, app, "")

    assert ids == _matching(kintone, app)


def test_cursor_is_asked_for_six_times_in_all_when_all_stay_taken(
    kintone: LocalKintone, app: int, client: KintoneClient
) -> None:
    """The tries are counted in one place; others wait for the cursors too."""
    kintone.fail(api="records/cursor", method="POST", status=429, code="GAIA_TM12", times=None)
    reading, ids = _read(client, app, "order by n asc")

    asked = [request for request in kintone.requests if request.path.endswith("/records/cursor.json")]
    assert len(asked) == 6
    assert (reading.strategy, len(ids)) == ("offset", COUNT)


def test_answer_is_read_when_it_has_exactly_the_most_bytes(
    kintone: LocalKintone, app: int, client: KintoneClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit itself is within it; one byte more is refused."""
    answer = client.call(
        Request(Message("reading"), "GET", "records", {"app": app, "query": "limit 3"}, RetrySafety.READ)
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
