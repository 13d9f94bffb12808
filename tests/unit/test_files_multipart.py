"""The body of an upload, read from its source while it is sent."""

from collections.abc import Iterator
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintone.files import FileBody, MeasuredSource


class WrongLengthError(Exception):
    """Stands for whatever the caller makes of a wrong length."""


def _wrong(is_short: bool) -> Exception:  # noqa: FBT001 - the shape of the callback
    return WrongLengthError("short" if is_short else "long")


def _source(pieces: list[bytes], length: int) -> MeasuredSource:
    return MeasuredSource(iter(pieces), length, _wrong)


def _read_all(body: FileBody, size: int) -> Iterator[bytes]:
    while piece := body.read(size):
        yield piece


@given(st.lists(st.binary(max_size=50), max_size=20), st.integers(1, 64))
def test_source_when_it_has_the_length_told(pieces: list[bytes], size: int) -> None:
    """Whatever the sizes of pieces and reads, the bytes come out as they came in."""
    content = b"".join(pieces)
    source = _source(pieces, len(content))
    out = b""
    while source.len:
        out += source.read(size)

    assert out == content
    assert source.read(size) == b""


def test_source_when_it_ends_too_early() -> None:
    """A source with fewer bytes than told fails instead of ending."""
    source = _source([b"abc"], 4)

    with pytest.raises(WrongLengthError, match="short"):
        source.read()


def test_source_when_it_goes_on_too_long() -> None:
    """A source with more bytes than told fails before its last byte is given away."""
    source = _source([b"abcd", b"e"], 4)

    assert source.read(3) == b"abc"
    with pytest.raises(WrongLengthError, match="long"):
        source.read(3)
    assert source.len == 1


def test_source_when_one_piece_holds_more_than_told() -> None:
    """More bytes in the very piece that completes the length are noticed as well."""
    with pytest.raises(WrongLengthError, match="long"):
        _source([b"abcde"], 4).read()


@pytest.mark.parametrize("name", ["見積書😀.pdf", "semi;colon 100%25.txt", "長" * 196 + ".pdf"])
def test_body_when_it_is_read(name: str) -> None:
    """The body has one part named file with the raw UTF-8 name, and is exactly as long as it says."""
    content = bytes(range(256)) * 100
    body = FileBody(_source([content], len(content)), name, "application/pdf")
    told = body.len
    sent = b"".join(_read_all(body, 1000))

    assert len(sent) == told
    assert f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode() in sent
    message = BytesParser().parsebytes(f"Content-Type: {body.content_type}\r\n\r\n".encode() + sent)
    parts = list(message.walk())[1:]
    assert [part.get_content_type() for part in parts] == ["application/pdf"]
    assert content in sent


def test_body_when_the_name_holds_quotes() -> None:
    """A quote travels as browsers send it, so that it cannot end the name."""
    sent = FileBody(_source([b"x"], 1), 'a"b.txt', "text/plain").read()

    assert b'filename="a%22b.txt"' in sent
