"""Names and MIME types of files, and reading a name from a ``Content-Disposition`` header."""

import re
import unicodedata
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from urllib.parse import unquote_to_bytes

from kintone.messages import NOTHING, Message

# MIME types


UNKNOWN_TYPE = "application/octet-stream"
MIME_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}", re.ASCII)
EXTENSION = re.compile(r"(?<=.)\.[\w+-]{1,20}\Z")
"""The last dot of a name and the characters after it, 20 at most; none where the name begins with that dot."""

OFFICE = "application/vnd.openxmlformats-officedocument"
# https://www.iana.org/assignments/media-types, and Python's names for types that it does not list.
TYPES = {
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".md": "text/markdown",
    ".html": "text/html",
    ".xml": "text/xml",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".rtf": "application/rtf",
    ".doc": "application/msword",
    ".docx": f"{OFFICE}.wordprocessingml.document",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": f"{OFFICE}.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroenabled.12",
    ".ppt": "application/vnd.ms-powerpoint",
    ".pptx": f"{OFFICE}.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".epub": "application/epub+zip",
    ".eml": "message/rfc822",
    ".msg": "application/vnd.ms-outlook",
    ".ics": "text/calendar",
    ".vcf": "text/vcard",
    ".vtt": "text/vtt",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".bmp": "image/bmp",
    ".tiff": "image/tiff",
    ".heic": "image/heic",
    ".heif": "image/heif",
    ".avif": "image/avif",
    ".mp3": "audio/mpeg",
    ".wav": "audio/x-wav",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".ogg": "audio/ogg",
    ".flac": "audio/flac",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".avi": "video/x-msvideo",
    ".mpeg": "video/mpeg",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".zip": "application/zip",
    ".gz": "application/gzip",
    ".tar": "application/x-tar",
    ".7z": "application/x-7z-compressed",
}
EXTENSIONS = {mime_type: extension for extension, mime_type in TYPES.items()} | {
    "application/xml": ".xml",
    "audio/wav": ".wav",
    "image/jpg": ".jpg",
    "application/x-zip-compressed": ".zip",
}
FURTHER_EXTENSIONS = {
    ".htm": "text/html",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".mpg": "video/mpeg",
    ".markdown": "text/markdown",
    ".log": "text/plain",
    ".jsonl": "text/plain",
    ".ndjson": "text/plain",
    ".yaml": "text/plain",
    ".yml": "text/plain",
}
"""Further extensions of these types, and texts whose own type Dify does not know."""
# JSON Lines (https://jsonlines.org) has no registered type; Dify stores files of these types as .bin.
JSON_LINES_TYPES = frozenset(
    {"application/x-ndjson", "application/jsonl", "application/x-jsonlines", "application/jsonlines"}
)


def extension_of(name: str) -> str:
    """Return the extension of a name with its dot, ``""`` if it has none."""
    match = EXTENSION.search(name)
    return match[0] if match else ""


def clean_type(mime_type: str | None, name: str = "") -> str:
    """Return the MIME type without its parameters; guessed from the name when it is missing or malformed."""
    bare = (mime_type or "").partition(";")[0].strip().lower()
    return bare if MIME_TYPE.fullmatch(bare) else _guessed(name)


def sent_type(mime_type: str, *names: str) -> str:
    """Return the type to hand to Dify, which stores files of types that it does not know as .bin.

    An unknown type is guessed from the first of the names whose extension is known. JSON Lines become plain text.
    """
    if mime_type in JSON_LINES_TYPES:
        return "text/plain"
    guesses = (guess for guess in map(_guessed, names) if guess != UNKNOWN_TYPE)
    return next(guesses, UNKNOWN_TYPE) if mime_type == UNKNOWN_TYPE else mime_type


def _guessed(name: str) -> str:
    extension = extension_of(name).lower()
    return TYPES.get(extension) or FURTHER_EXTENSIONS.get(extension) or UNKNOWN_TYPE


# File names


MAX_NAME_LENGTH = 255
"""Characters; the maximum of Dify's database and of common file systems."""
MAX_EXTENSION_LENGTH = 20
SEPARATORS = re.compile(r"[/\\]")
# Marks that change the direction of text, so that "gpj.exe" is shown as "exe.jpg", and the byte order mark.
DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
REMOVED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
REPLACEMENT_CHARACTER = "\ufffd"


def clean_name(name: str) -> str:
    """Return the name with ``_`` for each path separator, without control characters and direction marks.

    Returns ``""`` for a name of nothing but dots, blanks and separators. Quotes, semicolons, percent signs and
    characters of every script are kept. A name longer than 255 characters loses the end of its stem and keeps its
    extension.
    """
    half = 5 * MAX_NAME_LENGTH
    bounded = name if len(name) <= 2 * half else name[:half] + name[-half:]
    kept = "".join(character for character in bounded if _is_kept(character)).strip()
    return _shortened(SEPARATORS.sub("_", kept)) if kept.strip("./\\ ") else ""


def generated_name(mime_type: str, moment: datetime, extension: str = "") -> str:
    """Return a name for a file that has none, such as ``file-20260401-093000.pdf``."""
    cleaned = clean_name(extension[: 2 * MAX_EXTENSION_LENGTH]).removeprefix(".")
    suffix = f".{cleaned}" if 0 < len(cleaned) <= MAX_EXTENSION_LENGTH else EXTENSIONS.get(mime_type, ".bin")
    return f"file-{moment:%Y%m%d-%H%M%S}{suffix}"


def complete_name(name: str, mime_type: str) -> str:
    """Return the name, with the extension of its type added if it has none and does not begin with a dot.

    A name without a dot gets ``.bin`` if its type has no known extension, as Dify does.
    """
    if extension_of(name) or name.startswith("."):
        return name
    return _shortened(name + EXTENSIONS.get(mime_type, "" if "." in name else ".bin"))


def distinct_name(name: str, taken: set[str]) -> str:
    """Return the name, or ``name (2).pdf`` and so on if it is in ``taken``, and add it to ``taken``."""
    extension = extension_of(name)
    stem = name.removesuffix(extension)
    number, distinct = 1, name
    while distinct in taken:
        number += 1
        mark = f" ({number})"
        distinct = f"{stem[: MAX_NAME_LENGTH - len(mark) - len(extension)]}{mark}{extension}"
    taken.add(distinct)
    return distinct


def rename_note(original_name: str, name: str) -> Message:
    """Return a note with the original name of a file that was renamed, nothing for a file that was not."""
    if original_name.strip() in ("", name):
        return NOTHING
    visible = "".join(
        character if _is_kept(character) else REPLACEMENT_CHARACTER
        for character in original_name[: 2 * MAX_NAME_LENGTH]
    )
    return Message("the name was {original_name}", original_name=shown_name(visible))


def shown_name(name: str, max_length: int = 60) -> str:
    """Return the name in quotes for a sentence, cut when it is long."""
    return f'"{name}"' if len(name) <= max_length else f'"{name[:max_length]}…"'


def shown_size(size: int) -> str:
    """Return a size such as ``1.5 MB`` for people; one MB is 1,048,576 bytes, as in Dify's limits."""
    if size < 1024:  # noqa: PLR2004 - bytes of one KB
        return f"{size} byte" if size == 1 else f"{size} bytes"
    value, unit = (size / 1024, "KB") if size < 1024 * 1024 else (size / (1024 * 1024), "MB")
    return f"{value:.1f} {unit}"


def _is_kept(character: str) -> bool:
    return character not in DIRECTION_MARKS and unicodedata.category(character) not in REMOVED_CATEGORIES


def _shortened(name: str) -> str:
    extension = extension_of(name)
    return name[: MAX_NAME_LENGTH - len(extension)].rstrip() + extension if len(name) > MAX_NAME_LENGTH else name


# The Content-Disposition header


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
"""The charsets that are decoded. Python knows more codecs, but some are not charsets and some are slow."""
MAX_HEADER_LENGTH = 8_192


def name_in_disposition(header: str | None) -> str:
    """Return the file name in a ``Content-Disposition`` header, ``""`` if it has none.

    ``filename*`` (RFC 5987) comes before ``filename``. The latter may be quoted, percent-encoded, an encoded word, or
    UTF-8 that the HTTP library decoded as Latin-1 as RFC 9110 says. A backslash is part of the name unless it comes
    before another backslash or a quote.
    """
    parameters: dict[str, str] = {}
    for match in PARAMETER.finditer((header or "")[:MAX_HEADER_LENGTH]):
        quoted = match["quoted"]
        value = match["bare"].strip() if quoted is None else re.sub(r"\\([\\\"])", r"\1", quoted)
        parameters.setdefault(match["name"].lower(), value)
    return _decoded_extended(parameters.get("filename*", "")) or _decoded_plain(parameters.get("filename", ""))


def _decoded_extended(value: str) -> str:
    match = ENCODED_VALUE.fullmatch(value)
    if match is None:
        return _decoded_plain(value)
    return _decoded(unquote_to_bytes(match["value"]), match["charset"] or "utf-8") or ""


def _decoded_plain(value: str) -> str:
    """Return a ``filename`` with any encoding undone; servers encode it although it should be sent unchanged."""
    if not value.isascii():
        return _utf8_of_latin1(value)
    charsets = {match[1].lower() for match in ENCODED_WORD.finditer(value)}
    if charsets and charsets <= CHARSETS:
        try:
            return str(make_header(decode_header(value)))
        except (HeaderParseError, LookupError, ValueError):
            return value
    if "%" in value and PERCENT_ENCODED.fullmatch(value):
        return _decoded(unquote_to_bytes(value), "utf-8") or value
    return value


def _utf8_of_latin1(value: str) -> str:
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
