"""Keeping rows and files that records already have, against a local kintone."""

from collections.abc import Callable
from typing import Any

import pytest

from kintone.client import KintoneClient
from kintone.deadline import Deadline
from kintone.errors import ConnectionFailedError, RevisionConflictError
from kintone.ledger import ONE_ENTRY, EntryState, Span, WriteLedger
from kintone.messages import Message
from kintone.operations import Answer, Operation, Repeat
from kintone.writing.appending import ListMode
from kintone.writing.attaching import attach
from kintone.writing.entries import Entry, read_entries
from kintone.writing.upsert import UpsertRequest, upsert
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
    """Make an empty app with a table and attachments."""
    return kintone.create_app("Stock", FORM)


@pytest.fixture
def client(kintone: LocalKintone, app: int, open_client: OpenClient) -> KintoneClient:
    """Open a client that may read, add and edit."""
    return open_client(kintone.token(app, "view", "add", "edit"))


class Meddler:
    """A client beside which somebody else edits the record before each write, so many times."""

    def __init__(self, client: KintoneClient, app: int, times: int) -> None:
        """Meddle through the same client."""
        self._client, self._app, self.times = client, app, times
        self.api_path, self.record_url = client.api_path, client.record_url

    @property
    def deadline(self) -> Deadline:
        """The client's."""
        return self._client.deadline

    def call(self, operation: Operation, deadline: Deadline | None = None) -> Answer:
        """Read as the client does."""
        return self._client.call(operation, deadline)

    def write[Result](
        self, operation: Operation, read: Callable[[Answer], Result], ledger: WriteLedger, span: Span
    ) -> Result:
        """Edit first."""
        if self.times:
            self.times -= 1
            record = {"name": {"value": f"edit {self.times}"}}
            body = {"app": self._app, "id": 1, "record": record}
            meddling = Operation(Message("meddling"), "PUT", "record", body, Repeat.UPDATE)
            self._client.write(meddling, lambda answer: answer, WriteLedger(1), ONE_ENTRY)
        return self._client.write(operation, read, ledger, span)


def line(quantity: int) -> dict[str, Any]:
    """Return a row to be sent."""
    return {"value": {"qty": {"value": str(quantity)}, "rank": {"value": "High"}}}


def entry(sku: str, *quantities: int) -> Entry:
    """Return an entry with rows."""
    [read] = read_entries([{"sku": sku, "lines": {"value": [line(quantity) for quantity in quantities]}}], "sku")
    return read


def appending(app: int, *entries: Entry) -> UpsertRequest:
    """Return a request in append mode."""
    return UpsertRequest(app, entries, table_mode=ListMode.APPEND, file_mode=ListMode.APPEND)


def quantities(kintone: LocalKintone, app: int) -> list[list[str]]:
    """Return the quantities of each record."""
    return [[row["value"]["qty"]["value"] for row in record["lines"]["value"]] for record in kintone.records(app)]


def files(kintone: LocalKintone, app: int) -> list[list[str]]:
    """Return the names of the files of each record."""
    return [[file["name"] for file in record["papers"]["value"]] for record in kintone.records(app)]


def uploaded(kintone: LocalKintone, name: str) -> str:
    """Put a file into temporary storage and return its key."""
    return kintone.site.files.upload(name, "text/plain", b"abc")


def test_rows_are_kept_with_their_ids_and_values(kintone: LocalKintone, app: int, client: KintoneClient) -> None:
    """Only new rows are added; a record that is not there yet is inserted."""
    rows = [
        {"qty": "1", "rank": None, "who": [{"code": "Administrator"}], "day": "2026-04-01"},
        {"qty": "2", "rank": "Low"},
    ]
    kintone.add_records(app, [{"sku": "A", "lines": rows}])
    before = kintone.records(app)[0]["lines"]["value"]
    report = upsert(client, appending(app, entry("A", 3), entry("B", 4)))

    assert quantities(kintone, app) == [["1", "2", "3"], ["4"]]
    after = kintone.records(app)[0]["lines"]["value"]
    assert [row["id"] for row in after[:2]] == [row["id"] for row in before]
    assert [row["value"]["day"] for row in after[:2]] == [row["value"]["day"] for row in before]
    assert (report.added, report.updated) == (1, 1)


def test_rows_are_replaced_unless_appending_is_asked_for(
    kintone: LocalKintone, app: int, client: KintoneClient
) -> None:
    """Replacing is what kintone does, and needs no reading."""
    kintone.add_records(app, [{"sku": "A", "lines": [{"qty": "1"}]}])
    upsert(client, UpsertRequest(app, [entry("A", 3)]))

    assert quantities(kintone, app) == [["3"]]
    assert len(kintone.requests) == 1


def test_files_are_kept(kintone: LocalKintone, app: int, client: KintoneClient) -> None:
    """A second file stands behind the first, by upsert and by attaching."""
    kintone.add_records(app, [{"sku": "A"}])
    for name in ("a.txt", "b.txt"):
        record = {"papers": {"value": [{"fileKey": uploaded(kintone, name)}]}}
        upsert(client, appending(app, Entry(1, record, None, "1")))
    attach(client, app, "1", "papers", [uploaded(kintone, "c.txt")], ListMode.APPEND)

    assert files(kintone, app) == [["a.txt", "b.txt", "c.txt"]]
    attach(client, app, "1", "papers", [uploaded(kintone, "d.txt")], ListMode.REPLACE)
    assert files(kintone, app) == [["d.txt"]]


def test_two_hundred_and_fifty_records_are_read_in_three_requests_and_written_in_one(
    kintone: LocalKintone, app: int, client: KintoneClient
) -> None:
    """A hundred keys go into each read."""
    kintone.add_records(app, [{"sku": f"A-{number}", "lines": [{"qty": str(number)}]} for number in range(250)])
    entries = [entry(f"A-{number}", 999) for number in range(250)]
    report = upsert(client, appending(app, *entries))

    assert report.updated == 250
    assert quantities(kintone, app) == [[str(number), "999"] for number in range(250)]
    assert len(kintone.requests) == 4


def test_one_edit_meanwhile_is_survived(kintone: LocalKintone, app: int, client: KintoneClient) -> None:
    """The record is read again; both the other person's edit and the new row are there."""
    kintone.add_records(app, [{"sku": "A", "lines": [{"qty": "1"}]}])
    upsert(Meddler(client, app, times=1), appending(app, entry("A", 2)))

    assert quantities(kintone, app) == [["1", "2"]]
    assert kintone.records(app)[0]["name"]["value"] == "edit 0"


def test_a_second_edit_meanwhile_is_left_to_people(kintone: LocalKintone, app: int, client: KintoneClient) -> None:
    """Nothing of ours is written."""
    kintone.add_records(app, [{"sku": "A", "lines": [{"qty": "1"}]}])
    with pytest.raises(RevisionConflictError, match="agree with those who edit them") as raised:
        upsert(Meddler(client, app, times=2), appending(app, entry("A", 2)))

    assert raised.value.ledger
    assert raised.value.ledger.state(1) is EntryState.REFUSED
    assert quantities(kintone, app) == [["1"]]


def test_rows_are_appended_once_when_the_answer_is_lost(kintone: LocalKintone, app: int, client: KintoneClient) -> None:
    """The write is not repeated, and the sentence says that sending it again would append twice."""
    kintone.add_records(app, [{"sku": "A", "lines": [{"qty": "1"}]}])
    kintone.fail(api="records", method="PUT", cut="after", times=None)
    with pytest.raises(ConnectionFailedError, match="would be appended twice") as raised:
        upsert(client, appending(app, entry("A", 2)))

    assert raised.value.ledger
    assert raised.value.ledger.state(1) is EntryState.UNKNOWN
    assert quantities(kintone, app) == [["1", "2"]]
