"""Appending rows and files to existing records, over sockets: the requests that kintone receives, and lost answers."""

from typing import Any

import pytest

from kintone.client import KintoneClient
from kintone.errors import UnreachableError
from kintone.ledger import EntryState
from kintone.writing.append import ListMode
from kintone.writing.entries import Entry
from kintone.writing.entry_reading import read_entries
from kintone.writing.one_record import attach
from kintone.writing.upserts import UpsertRequest
from kintone.writing.writer import upsert
from local_kintone import LocalKintone
from tests.wire.conftest import OpenClient

FORM: dict[str, dict[str, Any]] = {
    "sku": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "name": {"type": "SINGLE_LINE_TEXT"},
    "lines": {
        "type": "SUBTABLE",
        "fields": {
            "qty": {"type": "NUMBER"},
            "double": {"type": "CALC", "expression": "qty * 2"},
            "rank": {"type": "DROP_DOWN", "options": ["High", "Low"]},
            "who": {"type": "USER_SELECT"},
            "day": {"type": "DATE"},
        },
    },
    "papers": {"type": "FILE"},
}


@pytest.fixture
def app(kintone: LocalKintone) -> int:
    """Create an empty app with a table and an attachment field."""
    return kintone.create_app("Stock", FORM)


@pytest.fixture
def client(kintone: LocalKintone, app: int, open_client: OpenClient) -> KintoneClient:
    """Open a client with permission to view, add and edit."""
    return open_client(kintone.token(app, "view", "add", "edit"))


def entry(sku: str, *quantities: int) -> Entry:
    """Return an entry with rows."""
    rows = [{"value": {"qty": {"value": str(number)}, "rank": {"value": "High"}}} for number in quantities]
    [read] = read_entries([{"sku": sku, "lines": {"value": rows}}], "sku")
    return read


def append_request(client: KintoneClient, app: int, *entries: Entry) -> UpsertRequest:
    """Return an upsert request in append mode."""
    form = client.forms.read(app)
    return UpsertRequest(app, entries, table_mode=ListMode.APPEND, file_mode=ListMode.APPEND, form=form)


def quantities(kintone: LocalKintone, app: int) -> list[list[str]]:
    """Return the quantities of each record."""
    return [[row["value"]["qty"]["value"] for row in record["lines"]["value"]] for record in kintone.records(app)]


def files(kintone: LocalKintone, app: int) -> list[list[str]]:
    """Return the names of the files of each record."""
    return [[file["name"] for file in record["papers"]["value"]] for record in kintone.records(app)]


def upload_temporarily(kintone: LocalKintone, name: str) -> str:
    """Put a file into temporary storage and return its key."""
    return kintone.site.files.upload(name, "text/plain", b"abc")


def test_rows_are_kept_with_their_ids_and_values(kintone: LocalKintone, app: int, client: KintoneClient) -> None:
    """New rows are added after the saved ones; a record that does not exist is inserted."""
    rows = [
        {"qty": "1", "rank": None, "who": [{"code": "Administrator"}], "day": "2026-04-01"},
        {"qty": "2", "rank": "Low"},
    ]
    kintone.add_records(app, [{"sku": "A", "lines": rows}])
    before = kintone.records(app)[0]["lines"]["value"]
    report = upsert(client, append_request(client, app, entry("A", 3), entry("B", 4)))

    assert quantities(kintone, app) == [["1", "2", "3"], ["4"]]
    assert kintone.records(app)[0]["lines"]["value"][:2] == before
    assert (report.added, report.updated) == (1, 1)


def test_rows_are_replaced_unless_append_mode_is_set(kintone: LocalKintone, app: int, client: KintoneClient) -> None:
    """Replacing is kintone's default and needs no read."""
    kintone.add_records(app, [{"sku": "A", "lines": [{"qty": "1"}]}])
    upsert(client, UpsertRequest(app, [entry("A", 3)]))

    assert quantities(kintone, app) == [["3"]]
    assert len(kintone.requests) == 1


def test_files_are_kept(kintone: LocalKintone, app: int, client: KintoneClient) -> None:
    """Appended files follow the saved ones, by upsert and by attaching."""
    kintone.add_records(app, [{"sku": "A"}])
    for name in ("a.txt", "b.txt"):
        record = {"papers": {"value": [{"fileKey": upload_temporarily(kintone, name)}]}}
        upsert(client, append_request(client, app, Entry(1, record, None, "1")))
    attach(client, app, "1", "papers", [upload_temporarily(kintone, "c.txt")], ListMode.APPEND)

    assert files(kintone, app) == [["a.txt", "b.txt", "c.txt"]]
    attach(client, app, "1", "papers", [upload_temporarily(kintone, "d.txt")], ListMode.REPLACE)
    assert files(kintone, app) == [["d.txt"]]


def test_250_records_are_read_in_three_requests_and_written_in_one(
    kintone: LocalKintone, app: int, client: KintoneClient
) -> None:
    """Each read requests up to 100 keys."""
    kintone.add_records(app, [{"sku": f"A-{number}", "lines": [{"qty": str(number)}]} for number in range(250)])
    entries = [entry(f"A-{number}", 999) for number in range(250)]
    request = append_request(client, app, *entries)
    kintone.reset()
    report = upsert(client, request)

    assert report.updated == 250
    assert quantities(kintone, app) == [[str(number), "999"] for number in range(250)]
    assert kintone.stats.by_api == {"GET records": 3, "POST bulkRequest": 1}


def test_rows_are_appended_once_when_the_answer_is_lost(kintone: LocalKintone, app: int, client: KintoneClient) -> None:
    """The write is not retried, and its state is unknown, although the record shows the row."""
    kintone.add_records(app, [{"sku": "A", "lines": [{"qty": "1"}]}])
    kintone.fail(api="records", method="PUT", cut="after", times=None)
    with pytest.raises(UnreachableError) as raised:
        upsert(client, append_request(client, app, entry("A", 2)))

    assert raised.value.ledger
    assert raised.value.ledger.state(1) is EntryState.UNKNOWN
    assert quantities(kintone, app) == [["1", "2"]]
    assert [request.method for request in kintone.requests].count("PUT") == 1


def test_file_is_unknown_when_the_answer_is_lost(kintone: LocalKintone, app: int, client: KintoneClient) -> None:
    """The key of an attached file differs from the upload's, so a read cannot show whose file it is."""
    kintone.add_records(app, [{"sku": "A"}])
    kintone.fail(api="records", method="PUT", cut="after", times=None)
    record = {"papers": {"value": [{"fileKey": upload_temporarily(kintone, "a.txt")}]}}
    with pytest.raises(UnreachableError) as raised:
        upsert(client, append_request(client, app, Entry(1, record, None, "1")))

    assert raised.value.ledger
    assert raised.value.ledger.state(1) is EntryState.UNKNOWN
    assert files(kintone, app) == [["a.txt"]]
    assert [request.method for request in kintone.requests].count("PUT") == 1
