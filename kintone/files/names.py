"""Names of files: made harmless for whoever stores them, and never missing."""

import mimetypes
import re
import unicodedata
from datetime import datetime

LONGEST_NAME = 255
"""Characters; Dify's database and common file systems hold no more."""
LONGEST_EXTENSION = 20
MIME_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}", re.ASCII)
UNKNOWN_TYPE = "application/octet-stream"
# Marks that turn the direction of text, so that "gpj.exe" reads "exe.jpg", and the byte order mark.
DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
NO_CHARACTERS = frozenset({"Cc", "Cs", "Zl", "Zp"})


def clean_name(name: str) -> str:
    """Return the name without path, control characters and marks of direction; ``""`` when nothing is left.

    Quotes, semicolons, percent signs and every script stay. A name longer than 255 characters loses the end of its
    stem and keeps its extension.
    """
    last_part = re.split(r"[/\\]", name[-10 * LONGEST_NAME :])[-1]
    kept = "".join(
        character
        for character in last_part
        if character not in DIRECTION_MARKS and unicodedata.category(character) not in NO_CHARACTERS
    ).strip()
    return "" if kept.strip(". ") == "" else _shortened(kept)


def made_name(mime_type: str, moment: datetime, extension: str = "", suffix: str = "") -> str:
    """Return a name for a file that has none, such as ``file-20260401-093000.pdf``; ``suffix`` tells two apart."""
    known = clean_name(extension[: 2 * LONGEST_EXTENSION]).removeprefix(".")
    end = f".{known}" if 0 < len(known) <= LONGEST_EXTENSION else mimetypes.guess_extension(mime_type) or ".bin"
    return f"file-{moment:%Y%m%d-%H%M%S}{suffix}{end}"


def clean_type(mime_type: str | None, name: str = "") -> str:
    """Return the MIME type without its parameters; guessed from the name when it is missing or makes no sense."""
    bare = (mime_type or "").partition(";")[0].strip().lower()
    if MIME_TYPE.fullmatch(bare):
        return bare
    return mimetypes.guess_type(f"x{_extension(name)}")[0] or UNKNOWN_TYPE


def shown_name(name: str, longest: int = 60) -> str:
    """Return the name in quotes for a sentence, cut when it is long."""
    return f'"{name}"' if len(name) <= longest else f'"{name[:longest]}…"'


def shown_size(size: int) -> str:
    """Return a size as people read it: ``1.5 MB``, where one MB is 1,048,576 bytes as in Dify's limits."""
    if size < 1024:  # noqa: PLR2004 - bytes of one KB
        return f"{size} byte" if size == 1 else f"{size} bytes"
    value, unit = (size / 1024, "KB") if size < 1024 * 1024 else (size / (1024 * 1024), "MB")
    return f"{value:.1f} {unit}"


def _shortened(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    extension = _extension(name)
    return name[: LONGEST_NAME - len(extension)] + extension


def _extension(name: str) -> str:
    stem, dot, end = name.rpartition(".")
    return dot + end if stem and dot and 0 < len(end) <= LONGEST_EXTENSION else ""
