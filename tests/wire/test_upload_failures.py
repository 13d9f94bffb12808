"""Failed uploads: each has its own message, and kintone never stores part of a file."""

import re
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.wire.file_transfers import FileTransfers, running_file_transfers

MIB = 1024 * 1024
MAX_FILE_BYTES = 3 * MIB
CONTENT = bytes(range(256)) * 8192  # 2 MiB
MAX_WAIT_SECONDS = 30.0
"""Longest wait for something that should happen."""


@pytest.fixture(scope="module")
def transfers() -> Iterator[FileTransfers]:
    """Run one kintone and one plugin with a small size limit for all tests of this module."""
    with running_file_transfers(KINTONE_MAX_FILE_BYTES=str(MAX_FILE_BYTES)) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _reset_site(transfers: FileTransfers) -> None:
    transfers.reset()


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (b"", {}, "is empty (0 bytes)"),
        (b"", {"with_length": False}, "is empty (0 bytes)"),
        (
            b"x" * (MAX_FILE_BYTES + 1),
            {},
            f"has {MAX_FILE_BYTES + 1:,} bytes, and at most {MAX_FILE_BYTES:,} bytes are uploaded",
        ),
        (b"x" * (MAX_FILE_BYTES + 1), {"with_size": False}, f"has {MAX_FILE_BYTES + 1:,} bytes, and at most"),
        (b"x" * (MAX_FILE_BYTES + 1), {"with_size": False, "with_length": False}, "has more, and at most"),
        (CONTENT, {"expired": True}, "the link to the file is no longer valid"),
        (CONTENT, {"status": 401}, "HTTP 401"),
        (CONTENT, {"status": 404}, "no longer valid, or never was (127.0.0.1 answered HTTP 404)"),
        (CONTENT, {"status": 500}, "could not be fetched (127.0.0.1 answered HTTP 500)"),
        (CONTENT, {"status": 503}, "could not be fetched (127.0.0.1 answered HTTP 503)"),
        (CONTENT, {"cut_after": MIB}, "broke off: the connection broke"),
        (CONTENT, {"cut_after": MIB, "with_length": False}, f"has fewer than the {len(CONTENT):,} bytes"),
        (CONTENT, {"length": len(CONTENT) - 1}, "fewer than"),
        (CONTENT, {"length": len(CONTENT) + 1}, "more than"),
        (CONTENT, {"length": len(CONTENT) + 1, "with_size": False}, "the connection broke"),
        (CONTENT, {"redirect_to": "http://localhost:1/"}, "redirects to another place"),
        (CONTENT, {"redirect_to": "http://169.254.169.254/"}, "redirects to another place"),
        (CONTENT, {"delay": 5.0}, "the file store did not answer in time"),
        (CONTENT, {"pause": 5.0}, "did not arrive from Dify within the time for one request"),
    ],
)
def test_upload_when_the_source_fails(
    transfers: FileTransfers, content: bytes, options: dict[str, Any], words: str
) -> None:
    """Each failure of the file that Dify provides has its own message, and kintone receives no upload."""
    refused = transfers.refused_upload(transfers.host.serve("a.bin", content, **options), request_timeout=1)

    assert refused.code == "INVALID_INPUT"
    assert words in refused.message
    assert transfers.uploads_received() == 0


@pytest.mark.parametrize("options", [{}, {"with_size": False}, {"with_size": False, "with_length": False}])
def test_upload_when_the_file_is_as_large_as_allowed(transfers: FileTransfers, options: dict[str, Any]) -> None:
    """A file as large as the limit is uploaded, however its size is known."""
    content = b"x" * MAX_FILE_BYTES
    outcome = transfers.upload(transfers.host.serve("a.bin", content, **options))

    assert transfers.stored_file(outcome.variables["file_keys"][0]).content == content


def _refused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


SIGNED = "timestamp=1&nonce=2&sign=3"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"/files/1/file-preview?{SIGNED}", "set FILES_URL"),
        (f"http://127.0.0.1:{_refused_port()}/files/1?{SIGNED}", "inside the network"),
        (f"http://no-such-host.invalid/files/1?{SIGNED}", "no such host (DNS); if that is Dify's own"),
        (f"http://169.254.169.254/latest/meta-data?{SIGNED}", "never read from"),
        ("http://localhost/files/1", "inside the network"),
        ("ftp://example.com/a", "neither with http:// nor with https://"),
    ],
)
def test_upload_when_the_address_cannot_be_used(transfers: FileTransfers, url: str, words: str) -> None:
    """A refused or unreachable address is reported with the setting to check."""
    refused = transfers.refused_upload({"dify_model_identity": "__dify__file__", "type": "document", "url": url})

    assert refused.code == "INVALID_INPUT"
    assert words in refused.message
    assert transfers.site.requests == []


@pytest.mark.parametrize("value", [None, "", [], "a.pdf", {"name": "a.pdf"}, [1]])
def test_upload_when_the_value_is_no_file(transfers: FileTransfers, value: object) -> None:
    """The message says that an agent cannot pass files."""
    parameters = {} if value is None else {"upload_file": value}
    with pytest.raises(Exception, match="an agent cannot pass files"):
        transfers.host.invoke("kintone_upload_file", parameters, transfers.credentials)


@pytest.mark.parametrize("with_size", [True, False])
def test_upload_when_the_length_is_not_announced(transfers: FileTransfers, with_size: bool) -> None:  # noqa: FBT001 - a parameter
    """Without Content-Length Dify's size is used; without that, the file is read once more to count it."""
    requests_before = len(transfers.host.files.requests)
    outcome = transfers.upload(transfers.host.serve("a.bin", CONTENT, with_length=False, with_size=with_size))

    assert transfers.stored_file(outcome.variables["file_keys"][0]).content == CONTENT
    assert len(transfers.host.files.requests) - requests_before == (1 if with_size else 2)


def test_upload_when_kintone_fails_once(transfers: FileTransfers) -> None:
    """After a 503 the whole file is read from its source and sent again."""
    requests_before = len(transfers.host.files.requests)
    transfers.site.fail(api="file", status=503)
    outcome = transfers.upload(transfers.host.serve("a.bin", CONTENT))

    assert transfers.stored_file(outcome.variables["file_keys"][0]).content == CONTENT
    assert len(transfers.host.files.requests) - requests_before == 2


@pytest.mark.parametrize("failure", [{"cut": "before"}, {"cut": "after"}, {"status": 429, "code": "GAIA_TO04"}])
def test_upload_when_kintone_does_not_complete_it(transfers: FileTransfers, failure: dict[str, Any]) -> None:
    """An upload without an answer or with a 429 is retried."""
    transfers.site.fail(api="file", **failure)
    outcome = transfers.upload(transfers.host.serve("a.bin", CONTENT))

    assert transfers.stored_file(outcome.variables["file_keys"][0]).content == CONTENT


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_upload_when_kintone_redirects(transfers: FileTransfers, status: int) -> None:
    """A streamed body cannot be sent a second time, so a redirect is an error."""
    transfers.site.fail(api="file", status=status, redirect="/k/v1/file.json")
    refused = transfers.refused_upload(transfers.host.serve("a.bin", b"content"))

    assert refused.code == "NOT_KINTONE"
    assert len(transfers.site.requests) == 1


def test_upload_when_the_token_is_refused(transfers: FileTransfers) -> None:
    """Kintone's refusal keeps kintone's error code."""
    transfers.site.fail(api="file", status=400, code="GAIA_IA02", times=None)
    refused = transfers.refused_upload(transfers.host.serve("a.bin", CONTENT))

    assert refused.message.startswith("[GAIA_IA02]")


def test_upload_when_one_of_several_fails(transfers: FileTransfers) -> None:
    """The error names the failed file and lists the keys of the uploaded ones; the others are stopped."""
    started, test_ended = threading.Semaphore(0), threading.Event()

    def ends_early() -> Iterator[bytes]:
        # Three uploads run in parallel: when two of the later ones have started, the first three are done.
        for _ in range(2):
            assert started.acquire(timeout=MAX_WAIT_SECONDS)
        yield b"cont"

    def continue_until_end() -> Iterator[bytes]:
        started.release()
        yield b"cont"
        test_ended.wait(MAX_WAIT_SECONDS)

    good = [transfers.host.serve(f"{n}.bin", b"content") for n in range(3)]
    bad = transfers.host.serve("bad.bin", ends_early, length=7)
    later = [transfers.host.serve(f"later{n}.bin", continue_until_end, length=7) for n in range(4)]
    try:
        refused = transfers.refused_upload(*good, bad, *later)
    finally:
        test_ended.set()

    assert 'file 4 of 8, "bad.bin"' in refused.message
    keys = re.findall(r'"(\d\.bin)" fileKey ([0-9a-f-]{36})', refused.message)
    assert [name for name, _ in keys] == ["0.bin", "1.bin", "2.bin"]
    assert all(transfers.stored_file(key).content == b"content" for _, key in keys)
    assert transfers.uploads_received() == 3


def test_upload_when_kintone_fails_for_one_of_several(transfers: FileTransfers) -> None:
    """Kintone's error keeps its code and reports the other files too."""
    transfers.site.fail(api="file", status=400, code="GAIA_IA02", times=None)
    refused = transfers.refused_upload(*[transfers.host.serve(f"{n}.bin", b"content") for n in range(2)])

    # Both run in parallel, and either may be refused first.
    assert re.match(r"\[GAIA_IA02\] file [12] of 2", refused.message)
    assert "no other file was uploaded" in refused.message
