"""MIME types of files and the extensions that belong to them; one table, so that every machine gives the same."""

import re

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
