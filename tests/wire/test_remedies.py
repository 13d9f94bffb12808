"""The advice for a slow or an oversized answer depends on the request."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from kintone.client import KintoneClient
from kintone.errors import KintoneError
from kintone.files import FilesApi, MeasuredSource
from kintone.reading.reader import ReadRequest, RecordsApi
from kintone.writing.append import ListMode
from kintone.writing.entry_reading import read_entries
from kintone.writing.one_record import add_record
from kintone.writing.upserts import UpsertRequest
from kintone.writing.writer import upsert
from local_kintone import LocalKintone
from tests.unit.form_samples import columns, field, make_form
from tests.wire.conftest import OpenClient

APP = 1
FORM = make_form(field("SUBTABLE", "lines", fields=columns(field("NUMBER", "qty"))))
LATE_ANSWER: dict[str, Any] = {"delay": 2.0}
TIME_LIMITS: dict[str, dict[str, Any]] = {
    "TIMED_OUT": {"timeout": 0.05},
    "BUDGET_EXCEEDED": {"timeout": 30.0, "budget": 0.15},
}


def read(client: KintoneClient) -> None:
    """Read records."""
    for _ in RecordsApi(client).read(ReadRequest(APP, "limit 2")).pages():
        pass


def add(client: KintoneClient) -> None:
    """Add one record."""
    add_record(client, APP, {"sku": {"value": "NEW"}, "name": {"value": "n"}})


def change(client: KintoneClient, count: int) -> None:
    """Update so many records by their ids."""
    entries = read_entries([{"id": number, "record": {"name": "x"}} for number in range(1, count + 1)])
    upsert(client, UpsertRequest(APP, entries))


def append(client: KintoneClient) -> None:
    """Append rows to two records, which are read first."""
    rows = [{"value": {"qty": {"value": "1"}}}]
    entries = read_entries([{"id": number, "record": {"lines": {"value": rows}}} for number in (1, 2)])
    upsert(client, UpsertRequest(APP, entries, table_mode=ListMode.APPEND, form=FORM))


def read_form(client: KintoneClient) -> None:
    """Read the form."""
    client.forms.read(APP, fresh=True)


def upload_file(client: KintoneClient) -> None:
    """Upload a file."""

    def source() -> AbstractContextManager[MeasuredSource]:
        return nullcontext(MeasuredSource(iter([b"x"]), 1, RuntimeError))

    FilesApi(client, 10).upload(source, "a.txt", "text/plain")


def download_file(client: KintoneClient) -> None:
    """Download a file."""
    with FilesApi(client, 10).download("key"):
        pass


REQUEST_LESS, SEND_FEWER, NO_AMOUNT = "ask for", "send fewer", ""
CALLS: list[tuple[Callable[[KintoneClient], None], str]] = [
    (read, REQUEST_LESS),
    (add, NO_AMOUNT),
    (lambda client: change(client, 1), NO_AMOUNT),
    (lambda client: change(client, 2), SEND_FEWER),
    (append, SEND_FEWER),
    (read_form, NO_AMOUNT),
    (upload_file, NO_AMOUNT),
    (download_file, NO_AMOUNT),
]
NAMES = ["read", "add", "change one", "change two", "append", "form", "upload", "download"]


def remedy_of(call: Callable[[KintoneClient], None], client: KintoneClient, code: str) -> str:
    """Return the remedy of a call that fails with this code."""
    with pytest.raises(KintoneError) as failed:
        call(client)
    assert failed.value.code == code
    return str(failed.value.remedy)


def require_advice(remedy: str, advice: str) -> None:
    """Check that a remedy has this advice about amounts and no other."""
    assert [words for words in (REQUEST_LESS, SEND_FEWER) if words in remedy] == ([advice] if advice else [])


@pytest.mark.parametrize("code", TIME_LIMITS)
@pytest.mark.parametrize(("call", "advice"), CALLS, ids=NAMES)
def test_remedy_when_the_answer_is_late(
    kintone: LocalKintone, open_client: OpenClient, call: Callable[[KintoneClient], None], advice: str, code: str
) -> None:
    """A read of a list advises to request less, a write of several entries to send fewer; others advise neither."""
    kintone.fail(times=None, **LATE_ANSWER)
    remedy = remedy_of(call, open_client(**TIME_LIMITS[code]), code)

    require_advice(remedy, advice)
    assert ("request_timeout" if code == "TIMED_OUT" else "KINTONE_CALL_BUDGET") in remedy


@pytest.mark.parametrize(("call", "advice"), CALLS[:6], ids=NAMES[:6])
def test_remedy_when_the_answer_is_too_large(
    kintone: LocalKintone,
    open_client: OpenClient,
    call: Callable[[KintoneClient], None],
    advice: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The advice is the same; a huge answer for one record or form points to a wrong kintone_domain."""
    monkeypatch.setattr("kintone.execution.MAX_ANSWER_BYTES", 10_000)
    kintone.fail(times=None, bomb_bytes=1_000_000)
    remedy = remedy_of(call, open_client(), "TOO_LARGE")

    require_advice(remedy, advice)
    assert advice or "kintone_domain" in remedy


@pytest.mark.parametrize(
    ("options", "words"), [({"timeout": 0.2}, "[TIMED_OUT] "), ({"timeout": 30.0, "budget": 0.2}, "[BUDGET_EXCEEDED] ")]
)
def test_remedy_when_a_file_breaks_off_in_the_middle(
    kintone: LocalKintone, open_client: OpenClient, options: dict[str, Any], words: str
) -> None:
    """A failure after the file has begun has the same code and advice as one before."""
    attached = kintone.site.files.attach(kintone.site.files.upload("a.bin", "a/b", b"x" * 1_000), APP)
    assert attached
    file = [{"fileKey": attached[0], "name": "a.bin", "contentType": "a/b", "size": "1000"}]
    kintone.add_records(APP, [{"sku": "FILE", "name": "n", "attachment": file}])
    kintone.fail(api="file", times=None, delay_sending=1.0, pieces=4)
    files = FilesApi(open_client(**options), 2_000)

    with pytest.raises(KintoneError) as failed, files.download(attached[0]) as download:
        for _ in download.chunks():
            pass

    assert str(failed.value).startswith(words)
    require_advice(str(failed.value.remedy), NO_AMOUNT)
