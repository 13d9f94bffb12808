"""What can go wrong on the way up: each has its sentence, and kintone never keeps half a file."""

import re
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.wire.file_desk import FileDesk, open_desk

MIB = 1024 * 1024
LIMIT = 3 * MIB
CONTENT = bytes(range(256)) * 8192  # 2 MiB
SECONDS = 30.0
"""After which something that should have happened is given up."""


@pytest.fixture(scope="module")
def desk() -> Iterator[FileDesk]:
    """Run one kintone and one plugin with a small limit for all tests of this module."""
    with open_desk(KINTONE_MAX_FILE_BYTES=str(LIMIT)) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _fresh(desk: FileDesk) -> None:
    desk.site.clear_failures()
    desk.site.reset()


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (b"", {}, "is empty (0 bytes)"),
        (b"", {"with_length": False}, "is empty (0 bytes)"),
        (b"x" * (LIMIT + 1), {}, f"has {LIMIT + 1:,} bytes, and at most {LIMIT:,} bytes are uploaded"),
        (b"x" * (LIMIT + 1), {"with_size": False}, f"has {LIMIT + 1:,} bytes, and at most"),
        (b"x" * (LIMIT + 1), {"with_size": False, "with_length": False}, "has more, and at most"),
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
def test_upload_when_the_source_fails(desk: FileDesk, content: bytes, options: dict[str, Any], words: str) -> None:
    """Whatever is wrong with the file that Dify hands over has its own sentence, and kintone keeps nothing."""
    refused = desk.refused_upload(desk.host.serve("a.bin", content, **options), request_timeout=1)

    assert refused.code == "INVALID_INPUT"
    assert words in refused.message
    assert desk.uploads_received() == 0


@pytest.mark.parametrize("options", [{}, {"with_size": False}, {"with_size": False, "with_length": False}])
def test_upload_when_the_file_has_exactly_the_most_bytes(desk: FileDesk, options: dict[str, Any]) -> None:
    """The limit itself is within it, however the size becomes known."""
    content = b"x" * LIMIT
    outcome = desk.upload(desk.host.serve("a.bin", content, **options))

    assert desk.stored(outcome.variables["file_keys"][0]).content == content


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
def test_upload_when_the_address_cannot_be_used(desk: FileDesk, url: str, words: str) -> None:
    """An address that is refused or leads nowhere is told with the setting to look at."""
    refused = desk.refused_upload({"dify_model_identity": "__dify__file__", "type": "document", "url": url})

    assert refused.code == "INVALID_INPUT"
    assert words in refused.message
    assert desk.site.requests == []


@pytest.mark.parametrize("value", [None, "", [], "a.pdf", {"name": "a.pdf"}, [1]])
def test_upload_when_the_value_is_no_file(desk: FileDesk, value: object) -> None:
    """What is no file is told, and what an agent can do about it."""
    parameters = {} if value is None else {"upload_file": value}
    with pytest.raises(Exception, match="an agent cannot pass files"):
        desk.host.invoke("kintone_upload_file", parameters, desk.credentials)


@pytest.mark.parametrize("with_size", [True, False])
def test_upload_when_the_length_is_not_announced(desk: FileDesk, with_size: bool) -> None:  # noqa: FBT001 - a parameter
    """Without Content-Length Dify's size counts, and without that the file is read once more to count it."""
    asked = len(desk.host.files.requests)
    outcome = desk.upload(desk.host.serve("a.bin", CONTENT, with_length=False, with_size=with_size))

    assert desk.stored(outcome.variables["file_keys"][0]).content == CONTENT
    assert len(desk.host.files.requests) - asked == (1 if with_size else 2)


def test_upload_when_kintone_is_away_for_a_moment(desk: FileDesk) -> None:
    """After a 503 the file is read anew from its source and sent again, whole."""
    asked = len(desk.host.files.requests)
    desk.site.fail(api="file", status=503)
    outcome = desk.upload(desk.host.serve("a.bin", CONTENT))

    assert desk.stored(outcome.variables["file_keys"][0]).content == CONTENT
    assert len(desk.host.files.requests) - asked == 2


@pytest.mark.parametrize("failure", [{"cut": "before"}, {"cut": "after"}, {"status": 429, "code": "GAIA_TO04"}])
def test_upload_when_kintone_cuts_the_connection(desk: FileDesk, failure: dict[str, Any]) -> None:
    """A connection that breaks in the middle or at the end of the body costs a second try and nothing else."""
    desk.site.fail(api="file", **failure)
    outcome = desk.upload(desk.host.serve("a.bin", CONTENT))

    assert desk.stored(outcome.variables["file_keys"][0]).content == CONTENT


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_upload_when_kintone_redirects(desk: FileDesk, status: int) -> None:
    """A body that is sent as it is read cannot be sent a second time at another address."""
    desk.site.fail(api="file", status=status, redirect="/k/v1/file.json")
    refused = desk.refused_upload(desk.host.serve("a.bin", b"content"))

    assert refused.code == "NOT_KINTONE"
    assert len(desk.site.requests) == 1


def test_upload_when_the_token_is_refused(desk: FileDesk) -> None:
    """A refusal of kintone is kintone's error, not one of the file."""
    desk.site.fail(api="file", status=400, code="GAIA_IA02", times=None)
    refused = desk.refused_upload(desk.host.serve("a.bin", CONTENT))

    assert refused.message.startswith("[GAIA_IA02]")


def test_upload_when_one_of_several_fails(desk: FileDesk) -> None:
    """The error names the file that failed and lists the keys already obtained; the others are stopped."""
    on_their_way, over = threading.Semaphore(0), threading.Event()

    def ends_early() -> Iterator[bytes]:
        # Three go at once: with two of the later ones on their way, the first three are there.
        for _ in range(2):
            assert on_their_way.acquire(timeout=SECONDS)
        yield b"cont"

    def goes_on() -> Iterator[bytes]:
        on_their_way.release()
        yield b"cont"
        over.wait(SECONDS)

    good = [desk.host.serve(f"{n}.bin", b"content") for n in range(3)]
    bad = desk.host.serve("bad.bin", ends_early, length=7)
    later = [desk.host.serve(f"later{n}.bin", goes_on, length=7) for n in range(4)]
    try:
        refused = desk.refused_upload(*good, bad, *later)
    finally:
        over.set()

    assert 'file 4 of 8, "bad.bin"' in refused.message
    keys = re.findall(r'"(\d\.bin)" fileKey ([0-9a-f-]{36})', refused.message)
    assert [name for name, _ in keys] == ["0.bin", "1.bin", "2.bin"]
    assert all(desk.stored(key).content == b"content" for _, key in keys)
    assert desk.uploads_received() == 3


def test_upload_when_kintone_fails_for_one_of_several(desk: FileDesk) -> None:
    """Kintone's own error keeps its code and tells of the other files as well."""
    desk.site.fail(api="file", status=400, code="GAIA_IA02", times=None)
    refused = desk.refused_upload(*[desk.host.serve(f"{n}.bin", b"content") for n in range(2)])

    # Both go at once, and either may be refused first.
    assert re.match(r"\[GAIA_IA02\] file [12] of 2", refused.message)
    assert "no other file was uploaded" in refused.message
