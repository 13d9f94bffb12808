"""Many large files at once through one plugin process: memory stays small and other calls get their turn."""

import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from local_kintone import ReceivedRequest
from tests.wire.file_desk import FileDesk, open_desk

MIB = 1024 * 1024
SIZE = 10 * MIB
EACH_WAY = 5
MOST_MEMORY = EACH_WAY * SIZE
"""What the files of one direction take, beside the plugin itself."""
PLACES_FOR_FILES = 1
"""Of three."""
LONGEST_HEARTBEAT_GAP = 15.0


@pytest.fixture(scope="module")
def narrow() -> Iterator[FileDesk]:
    """Run a plugin that may ask kintone three things at once."""
    with open_desk(KINTONE_MAX_CONCURRENCY="3") as opened:
        yield opened


@pytest.fixture
def desk(narrow: FileDesk) -> Iterator[FileDesk]:
    """Return that plugin with an app of its own, and have kintone hold nothing back afterwards."""
    narrow.site.reset()
    yield FileDesk(narrow.host, narrow.site)
    narrow.site.before_request.clear()


def test_transfers_when_they_would_take_all_places(desk: FileDesk) -> None:
    """Files leave places to other requests: a query is answered while files wait for a slow kintone."""
    released = threading.Event()
    desk.site.before_request.append(_holding(released))
    files = [desk.host.serve(f"{number}.txt", b"content") for number in range(4)]
    threads = [threading.Thread(target=desk.upload, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    while desk.site.stats.running < PLACES_FOR_FILES:
        time.sleep(0.01)
    # Time for another to take the last place, if it can get it.
    time.sleep(0.3)
    try:
        found = desk.host.invoke("kintone_query", {"query": "limit 1"}, desk.credentials, timeout=20)
        are_waiting = [thread.is_alive() for thread in threads]
    finally:
        released.set()
        for thread in threads:
            thread.join()

    assert found.variables["record_count"] == 0
    assert all(are_waiting)


def test_downloads_when_they_would_take_all_places(desk: FileDesk) -> None:
    """Downloads leave places too, and an upload waits for one of the places that files have."""
    released = threading.Event()
    records = [_stored(desk, b"content") for _ in range(4)]
    desk.site.before_request.append(_holding(released))
    threads = [
        threading.Thread(target=desk.download, kwargs={"record_id": record_id, "attachment_field": "photos"})
        for record_id in records
    ]
    for thread in threads:
        thread.start()
    while not any(request.path.endswith("/file.json") for request in desk.site.requests):
        time.sleep(0.01)
    # Time for the others to take whatever places they can get.
    time.sleep(0.5)
    try:
        at_once = sum(request.path.endswith("/file.json") for request in desk.site.requests)
        found = desk.host.invoke("kintone_query", {"query": "limit 1"}, desk.credentials, timeout=20)
        are_waiting = [thread.is_alive() for thread in threads]
    finally:
        released.set()
        for thread in threads:
            thread.join()

    assert at_once == 1
    assert found.variables["record_count"] == 1
    assert all(are_waiting)


def test_transfers_when_ten_large_files_move_at_once() -> None:
    """Five uploads and five downloads at once take no more memory than half of them, and a query is answered."""
    # A process of its own: one that has worked holds memory in reserve.
    with open_desk() as desk:
        _move_ten_files(desk)


def _move_ten_files(desk: FileDesk) -> None:
    content = os.urandom(SIZE)
    sources = [_stored(desk, content) for _ in range(EACH_WAY)]
    targets = [desk.record() for _ in range(EACH_WAY)]
    failures: list[str] = []

    def upload(record_id: str) -> None:
        desk.upload(desk.host.serve("big.bin", content), record_id=record_id, attachment_field="photos")

    def download(record_id: str) -> None:
        files = desk.download(record_id=record_id, attachment_field="photos").files
        if [file.content for file in files] != [content]:
            failures.append(f"record {record_id} came back as something else")

    work = [(upload, record_id) for record_id in targets] + [(download, record_id) for record_id in sources]
    threads = [threading.Thread(target=_carefully, args=(failures, *job)) for job in work]
    before = desk.host.resources.memory_bytes
    desk.host.resources.reset_peak()
    for thread in threads:
        thread.start()
    answered = _queries_until_the_end(desk, threads)

    assert failures == []
    assert answered > 1
    assert [desk.names(record_id) for record_id in targets] == [["big.bin"]] * EACH_WAY
    peak = desk.host.resources.peak_memory_bytes
    assert before is None or peak is None or peak - before < MOST_MEMORY
    assert desk.host.heartbeat_gap < LONGEST_HEARTBEAT_GAP


def _holding(released: threading.Event) -> Callable[[ReceivedRequest], None]:
    """Let kintone answer nothing about files until then."""

    def hold(received: ReceivedRequest) -> None:
        if received.path.endswith("/file.json"):
            released.wait(60)

    return hold


def _stored(desk: FileDesk, content: bytes) -> str:
    """Put a record with the file straight into kintone."""
    files = desk.site.site.files
    attached = files.attach(files.upload("big.bin", "application/octet-stream", content), desk.app)
    assert attached is not None
    value = [{"fileKey": attached[0], "name": "big.bin", "contentType": "a/b", "size": str(len(content))}]
    return str(desk.site.add_records(desk.app, [{"title": f"source {attached[0]}"[:60], "photos": value}])[0])


def _carefully(failures: list[str], work: Callable[[str], None], record_id: str) -> None:
    try:
        work(record_id)
    except Exception as error:  # noqa: BLE001 - told by the test's own thread
        failures.append(f"{type(error).__name__}: {error}")


def _queries_until_the_end(desk: FileDesk, threads: list[threading.Thread]) -> int:
    answered = 0
    while any(thread.is_alive() for thread in threads):
        found = desk.host.invoke("kintone_query", {"query": "limit 1"}, desk.credentials, timeout=60)
        assert found.variables["record_count"] == 1
        answered += 1
    return answered
