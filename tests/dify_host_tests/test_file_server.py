"""Files that the host passes to a tool."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from dify_host.file_delivery import DeliveryOptions
from dify_host.file_server import FileServer

SECONDS = 10.0


@pytest.fixture
def files() -> Iterator[FileServer]:
    """Run a file server."""
    server = FileServer()
    yield server
    server.close()


def test_file_argument_is_what_dify_passes(files: FileServer) -> None:
    """The argument has the keys of a Dify file and a signed URL."""
    argument = files.offer("写真.png", b"abc", "image/png")

    assert {key: argument[key] for key in argument if key != "url"} == {
        "dify_model_identity": "__dify__file__",
        "mime_type": "image/png",
        "filename": "写真.png",
        "extension": ".png",
        "size": 3,
        "type": "image",
    }
    assert all(part in argument["url"] for part in ("http://127.0.0.1:", "?timestamp=", "&nonce=", "&sign="))


@pytest.mark.parametrize(("mime_type", "kind"), [("text/csv", "document"), ("audio/mpeg", "audio"), (None, "custom")])
def test_kind_of_a_file_follows_its_type(files: FileServer, mime_type: str | None, kind: str) -> None:
    """Dify's file types are image, audio, video, document and custom."""
    assert files.offer("a", b"", mime_type)["type"] == kind


def test_content_comes_whole_from_bytes_path_and_function(files: FileServer, tmp_path: Path) -> None:
    """Bytes, a path and a function deliver the same content."""
    content = bytes(range(256)) * 1000
    (tmp_path / "a").write_bytes(content)

    for source in (content, tmp_path / "a", lambda: io.BytesIO(content)):
        response = requests.get(files.offer("a.bin", source, None)["url"], timeout=SECONDS)

        assert response.content == content
        assert response.headers["Content-Type"] == "application/octet-stream"


def test_length_is_sent_unless_it_is_left_out(files: FileServer) -> None:
    """Content-Length is correct by default and can be omitted; the body is complete in both cases."""
    with_length = requests.get(files.offer("a", b"abc", None)["url"], timeout=SECONDS)
    without = requests.get(files.offer("a", b"abc", None, with_length=False)["url"], timeout=SECONDS)

    assert (with_length.headers["Content-Length"], with_length.content) == ("3", b"abc")
    assert ("Content-Length" in without.headers, without.content) == (False, b"abc")


@pytest.mark.parametrize("options", [{"cut_after": 2}, {"length": 4}])
def test_delivery_can_be_cut(files: FileServer, options: DeliveryOptions) -> None:
    """Fewer bytes than announced arrive if the connection is cut or the length is wrong."""
    url = files.offer("a", b"abc", None, **options)["url"]

    with pytest.raises(requests.RequestException):
        requests.get(url, timeout=SECONDS)


def test_status_is_the_one_asked_for(files: FileServer) -> None:
    """A response with another status does not contain the file."""
    response = requests.get(files.offer("a", b"abc", None, status=500)["url"], timeout=SECONDS)

    assert (response.status_code, b"abc" in response.content) == (500, False)


def test_redirect_has_the_given_target(files: FileServer) -> None:
    """A redirect has the given target."""
    url = files.offer("a", b"abc", None, redirect_to="http://127.0.0.1:1/x")["url"]

    response = requests.get(url, timeout=SECONDS, allow_redirects=False)

    assert (response.status_code, response.headers["Location"]) == (302, "http://127.0.0.1:1/x")


def test_request_is_forbidden_when_its_signature_is_missing_wrong_or_old(files: FileServer) -> None:
    """The file requires its signed URL, which expires."""
    url = files.offer("a", b"abc", None)["url"]
    expired = files.offer("a", b"abc", None, expired=True)["url"]
    refused = [url.partition("?")[0], url[:-1] + ("0" if url[-1] != "0" else "1"), expired]

    assert [requests.get(each, timeout=SECONDS).status_code for each in refused] == [403, 403, 403]
    assert requests.get(url, timeout=SECONDS).status_code == 200


def test_unsigned_file_opens_without_a_query(files: FileServer) -> None:
    """A file can be served without a signature, like a user's own URL."""
    url = files.offer("a", b"abc", None, signed=False)["url"]

    assert "?" not in url
    assert requests.get(url, timeout=SECONDS).content == b"abc"


def test_unknown_file_is_not_found(files: FileServer) -> None:
    """An unknown file is answered with 404, and the request is logged."""
    url = files.offer("a", b"", None)["url"].replace("file-preview", "other")

    assert requests.get(url, timeout=SECONDS).status_code == 404
    assert len(files.requests) == 1


def test_delivery_can_be_slow(files: FileServer) -> None:
    """Delay and pauses slow the delivery down."""
    url = files.offer("a", b"x" * 200_000, None, delay=0.1, pause=0.05)["url"]
    started = time.monotonic()

    requests.get(url, timeout=SECONDS)

    assert time.monotonic() - started >= 0.2


def test_size_is_left_out_of_the_argument_when_dify_does_not_know_it(files: FileServer) -> None:
    """The argument contains the size, unless it is omitted or unknown before the delivery."""
    assert files.offer("a", b"abc", None, with_size=False)["size"] is None
    assert files.offer("a", lambda: iter([b"abc"]), None)["size"] is None
