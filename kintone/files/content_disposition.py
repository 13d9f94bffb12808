"""The file name in a ``Content-Disposition`` header, whose form kintone does not document."""

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from urllib.parse import unquote_to_bytes

PARAMETER = re.compile(
    r';\s*(?P<name>[A-Za-z0-9_*-]+)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^;]*))', re.DOTALL
)
ENCODED_VALUE = re.compile(r"(?P<charset>[A-Za-z0-9_.:-]*)'[^']*'(?P<value>.*)", re.DOTALL)
PERCENT_ENCODED = re.compile(r"(?:[A-Za-z0-9!#$&+^_`|~.*'()@,-]|%[0-9A-Fa-f]{2})+", re.ASCII)
ENCODED_WORD = re.compile(r"=\?([A-Za-z0-9_-]+)\?[BbQq]\?[^?]*\?=")
CHARSETS = frozenset(
    [
        "utf-8",
        "utf8",
        "us-ascii",
        "ascii",
        "iso-8859-1",
        "windows-1252",
        "shift_jis",
        "shift-jis",
        "windows-31j",
        "cp932",
        "euc-jp",
        "iso-2022-jp",
        "gb2312",
        "gbk",
        "gb18030",
        "big5",
        "euc-kr",
    ]
)
"""Those that names travel in; Python knows others, of which some are no charsets and some take their time."""
LONGEST_HEADER = 8_192


def file_name(header: str | None) -> str:
    """Return the name a header tells, ``""`` when it tells none.

    ``filename*`` (RFC 5987) counts before ``filename``, which may be quoted, percent-encoded, an encoded word, or
    UTF-8 that the HTTP library read as Latin-1, as RFC 9110 has it. A backslash is part of the name unless it stands
    before another or before a quote.
    """
    parameters: dict[str, str] = {}
    for match in PARAMETER.finditer((header or "")[:LONGEST_HEADER]):
        quoted = match["quoted"]
        value = match["bare"].strip() if quoted is None else re.sub(r"\\([\\\"])", r"\1", quoted)
        parameters.setdefault(match["name"].lower(), value)
    return _extended(parameters.get("filename*", "")) or _plain(parameters.get("filename", ""))


def _extended(value: str) -> str:
    match = ENCODED_VALUE.fullmatch(value)
    if match is None:
        return _plain(value)
    return _decoded(unquote_to_bytes(match["value"]), match["charset"] or "utf-8") or ""


def _plain(value: str) -> str:
    """Undo what was done to a name that should have travelled as it is."""
    if not value.isascii():
        return _unmangled(value)
    charsets = {match[1].lower() for match in ENCODED_WORD.finditer(value)}
    if charsets and charsets <= CHARSETS:
        try:
            return str(make_header(decode_header(value)))
        except (HeaderParseError, LookupError, ValueError):
            return value
    if "%" in value and PERCENT_ENCODED.fullmatch(value):
        return _decoded(unquote_to_bytes(value), "utf-8") or value
    return value


def _unmangled(value: str) -> str:
    try:
        return _decoded(value.encode("latin-1"), "utf-8") or value
    except UnicodeEncodeError:
        return value


def _decoded(content: bytes, charset: str) -> str | None:
    if charset.lower() not in CHARSETS:
        return None
    try:
        return content.decode(charset)
    except (UnicodeError, LookupError):
        return None
