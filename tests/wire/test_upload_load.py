"""Many large files in parallel in one plugin process: memory stays small and other calls are answered."""

import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from local_kintone import ReceivedRequest
from tests.wire.file_transfers import FileTransfers, running_file_transfers

MIB = 1024 * 1024
SIZE = 10 * MIB
FILES_PER_DIRECTION = 5
MAX_MEMORY_BYTES = FILES_PER_DIRECTION * SIZE
"""Bytes of the files of one direction, in addition to the plugin itself."""
SLOTS_FOR_FILES = 1
"""Of three concurrency slots."""
LONGEST_HEARTBEAT_GAP = 15.0


@pytest.fixture(scope="module")
def shared_transfers() -> Iterator[FileTransfers]:
    """Run a plugin with three concurrency slots."""
    with running_file_transfers(KINTONE_MAX_CONCURRENCY="3") as opened:
        yield opened


@pytest.fixture
def transfers(shared_transfers: FileTransfers) -> Iterator[FileTransfers]:
    """Return that plugin with an app of its own; afterwards kintone answers without delay again."""
    shared_transfers.site.reset()
    yield FileTransfers(shared_transfers.host, shared_transfers.site)
    shared_transfers.site.before_request.clear()


def test_transfers_when_they_would_take_all_slots(transfers: FileTransfers) -> None:
    """Transfers leave slots to other requests: a query is answered while files wait for a slow kintone."""
    released = threading.Event()
    transfers.site.before_request.append(_delay_file_answers(released))
    files = [transfers.host.serve(f"{number}.txt", b"content") for number in range(4)]
    threads = [threading.Thread(target=transfers.upload, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    while transfers.site.stats.running < SLOTS_FOR_FILES:
        time.sleep(0.01)
    # Time for another transfer to take a further slot, if it could.
    time.sleep(0.3)
    try:
        found = transfers.host.invoke("kintone_query", {"query": "limit 1"}, transfers.credentials, timeout=20)
        are_waiting = [thread.is_alive() for thread in threads]
    finally:
        released.set()
        for thread in threads:
            thread.join()

    assert found.variables["record_count"] == 0
    assert all(are_waiting)


def test_downloads_when_they_would_take_all_slots(transfers: FileTransfers) -> None:
    """Downloads leave slots to other requests too: one of them runs at a time."""
    released = threading.Event()
    records = [_record_with_stored_file(transfers, b"content") for _ in range(4)]
    transfers.site.before_request.append(_delay_file_answers(released))
    threads = [
        threading.Thread(target=transfers.download, kwargs={"record_id": record_id, "attachment_field": "photos"})
        for record_id in records
    ]
    for thread in threads:
        thread.start()
    while not any(request.path.endswith("/file.json") for request in transfers.site.requests):
        time.sleep(0.01)
    # Time for the others to take further slots, if they could.
    time.sleep(0.5)
    try:
        at_once = sum(request.path.endswith("/file.json") for request in transfers.site.requests)
        found = transfers.host.invoke("kintone_query", {"query": "limit 1"}, transfers.credentials, timeout=20)
        are_waiting = [thread.is_alive() for thread in threads]
    finally:
        released.set()
        for thread in threads:
            thread.join()

    assert at_once == 1
    assert found.variables["record_count"] == 1
    assert all(are_waiting)


def test_transfers_when_ten_large_files_run_in_parallel() -> None:
    """Memory grows by less than half of the files' size, and queries are answered meanwhile."""
    # A process of its own, since a used one may have free memory left.
    with running_file_transfers() as transfers:
        _move_ten_files(transfers)


def _move_ten_files(transfers: FileTransfers) -> None:
    content = os.urandom(SIZE)
    sources = [_record_with_stored_file(transfers, content) for _ in range(FILES_PER_DIRECTION)]
    targets = [transfers.new_record() for _ in range(FILES_PER_DIRECTION)]
    failures: list[str] = []

    def upload(record_id: str) -> None:
        transfers.upload(transfers.host.serve("big.bin", content), record_id=record_id, attachment_field="photos")

    def download(record_id: str) -> None:
        files = transfers.download(record_id=record_id, attachment_field="photos").files
        if [file.content for file in files] != [content]:
            failures.append(f"record {record_id} came back as something else")

    work = [(upload, record_id) for record_id in targets] + [(download, record_id) for record_id in sources]
    threads = [threading.Thread(target=_run_and_keep_failure, args=(failures, *job)) for job in work]
    before = transfers.host.resources.memory_bytes
    transfers.host.resources.reset_peak()
    for thread in threads:
        thread.start()
    answered = _queries_until_the_end(transfers, threads)

    assert failures == []
    assert answered > 1
    assert [transfers.attached_names(record_id) for record_id in targets] == [["big.bin"]] * FILES_PER_DIRECTION
    peak = transfers.host.resources.peak_memory_bytes
    assert before is None or peak is None or peak - before < MAX_MEMORY_BYTES
    assert transfers.host.heartbeat_gap < LONGEST_HEARTBEAT_GAP


def _delay_file_answers(released: threading.Event) -> Callable[[ReceivedRequest], None]:
    """Return a hook that delays kintone's answers about files until the event is set."""

    def delay(received: ReceivedRequest) -> None:
        if received.path.endswith("/file.json"):
            released.wait(60)

    return delay


def _record_with_stored_file(transfers: FileTransfers, content: bytes) -> str:
    """Add a record with a file directly to kintone's storage."""
    files = transfers.site.site.files
    attached = files.attach(files.upload("big.bin", "application/octet-stream", content), transfers.app)
    assert attached is not None
    value = [{"fileKey": attached[0], "name": "big.bin", "contentType": "a/b", "size": str(len(content))}]
    return str(transfers.site.add_records(transfers.app, [{"title": f"source {attached[0]}"[:60], "photos": value}])[0])


def _run_and_keep_failure(failures: list[str], work: Callable[[str], None], record_id: str) -> None:
    try:
        work(record_id)
    except Exception as error:  # noqa: BLE001 - reported by the test's own thread
        failures.append(f"{type(error).__name__}: {error}")


def _queries_until_the_end(transfers: FileTransfers, threads: list[threading.Thread]) -> int:
    answered = 0
    while any(thread.is_alive() for thread in threads):
        found = transfers.host.invoke("kintone_query", {"query": "limit 1"}, transfers.credentials, timeout=60)
        assert found.variables["record_count"] == 1
        answered += 1
    return answered
