"""What a file holds, told by its first bytes: delimited text, JSON, or something that only has the name of either."""

import re
from collections.abc import Iterable, Iterator
from enum import Enum, auto

from kintone.errors import InvalidParameterError
from kintone.messages import Message

PARAMETER = "records_file"
HEAD_BYTES = 65_536
"""Bytes from which the kind of a file, its separator and its encoding are told."""

# The beginnings of files: https://en.wikipedia.org/wiki/List_of_file_signatures
_BINARY = (
    (b"PK\x03\x04", Message("this is a ZIP file or an Excel workbook (.xlsx); save the sheet as CSV and send that")),
    (b"PK\x05\x06", Message("this is an empty ZIP file; send the CSV or JSON file itself")),
    (b"\xd0\xcf\x11\xe0", Message("this is an old Excel workbook (.xls); save the sheet as CSV and send that")),
    (b"\x1f\x8b", Message("this file is compressed (gzip); unpack it and send what is inside")),
    (b"%PDF", Message("this is a PDF document; send a CSV or JSON file")),
)
_PAGE = re.compile(rb"\s*<(?:!doctype|html|head|body|\?xml|!--)", re.IGNORECASE)
_OBJECT = re.compile(r'\s*\{\s*(?:["}]|\Z)')
_LIST = re.compile(r'\s*\[\s*(?:[\[\]{"]|\Z)')
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
UTF_16 = ("utf-16-le", "utf-16-be")


class ContentKind(Enum):
    """The notation of a file."""

    DELIMITED = auto()
    """CSV, or the same with tabs or semicolons."""
    JSON_LIST = auto()
    """A list, or an object that holds one."""
    JSON_OBJECTS = auto()
    """One object after the other, as JSON Lines has them."""


def first_bytes(chunks: Iterable[bytes], size: int = HEAD_BYTES) -> tuple[bytes, Iterator[bytes]]:
    """Return at least ``size`` bytes of a file, fewer only where it ends before, and an iterator over the rest."""
    rest = iter(chunks)
    head = bytearray()
    for chunk in rest:
        head += chunk
        if len(head) >= size:
            break
    return bytes(head), rest


def require_text(head: bytes) -> None:
    """Raise ``InvalidParameterError`` for an empty file, a web page and files that programs alone can read."""
    if not head.removeprefix(b"\xef\xbb\xbf").strip():
        raise InvalidParameterError("{parameter}: the file is empty", parameter=PARAMETER)
    for signature, complaint in _BINARY:
        if head.startswith(signature):
            raise InvalidParameterError("{parameter}: {complaint}", parameter=PARAMETER, complaint=complaint)
    if _PAGE.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise InvalidParameterError(
            "{parameter}: this is a web page (HTML or XML), not a CSV or JSON file; perhaps its address leads to a "
            "page for signing in or for downloading",
            parameter=PARAMETER,
        )


def marked_encoding(head: bytes) -> tuple[str, int]:
    """Return the encoding that a byte order mark names and the length of the mark, ``("", 0)`` without one."""
    return next(((name, len(mark)) for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), ("", 0))


def unmarked_utf_16(head: bytes) -> str:
    """Return the UTF-16 of a text without byte order mark, by which of its bytes are zero; ``""`` for other texts."""
    zeros_before, zeros_behind = head[0::2].count(0), head[1::2].count(0)
    if zeros_before == zeros_behind:
        return ""
    return UTF_16[0] if zeros_behind > zeros_before else UTF_16[1]


def kind_of(text: str) -> ContentKind:
    """Tell what the beginning of a text is; a label may begin with a bracket too, as ``[必須]品名`` does."""
    text = text.lstrip("\ufeff")
    if _LIST.match(text):
        return ContentKind.JSON_LIST
    if not _OBJECT.match(text):
        return ContentKind.DELIMITED
    return ContentKind.JSON_LIST if _WRAPPED.match(text) else ContentKind.JSON_OBJECTS


_WRAPPED = re.compile(r'\s*\{\s*"(?:records|records_data)"\s*:\s*(?:[\[{]|\Z)')
