"""Names of files: made harmless for whoever stores them, told apart, and never missing."""

import re
import unicodedata
from datetime import datetime

from kintone.files.mime_types import EXTENSIONS, extension_of
from kintone.messages import NOTHING, Message

LONGEST_NAME = 255
"""Characters; Dify's database and common file systems hold no more."""
LONGEST_EXTENSION = 20
SEPARATORS = re.compile(r"[/\\]")
# Marks that turn the direction of text, so that "gpj.exe" reads "exe.jpg", and the byte order mark.
DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
NO_CHARACTERS = frozenset({"Cc", "Cs", "Zl", "Zp"})
NOT_SHOWN = "\ufffd"


def clean_name(name: str) -> str:
    """Return the name with ``_`` for each separator of paths, without control characters and marks of direction.

    ``""`` when it is nothing but dots and separators. Quotes, semicolons, percent signs and every script stay. A name
    longer than 255 characters loses the end of its stem and keeps its extension.
    """
    longest = 5 * LONGEST_NAME
    bounded = name if len(name) <= 2 * longest else name[:longest] + name[-longest:]
    kept = "".join(character for character in bounded if _is_kept(character)).strip()
    return _shortened(SEPARATORS.sub("_", kept)) if kept.strip("./\\ ") else ""


def made_name(mime_type: str, moment: datetime, extension: str = "") -> str:
    """Return a name for a file that has none, such as ``file-20260401-093000.pdf``."""
    known = clean_name(extension[: 2 * LONGEST_EXTENSION]).removeprefix(".")
    end = f".{known}" if 0 < len(known) <= LONGEST_EXTENSION else EXTENSIONS.get(mime_type, ".bin")
    return f"file-{moment:%Y%m%d-%H%M%S}{end}"


def complete_name(name: str, mime_type: str) -> str:
    """Return the name, with the extension of its type where it has none and does not begin with a dot.

    ``.bin`` for a type without one, as Dify itself does with a name that has no dot.
    """
    if extension_of(name) or name.startswith("."):
        return name
    return _shortened(name + EXTENSIONS.get(mime_type, "" if "." in name else ".bin"))


def distinct_name(name: str, taken: set[str]) -> str:
    """Return the name, as ``name (2).pdf`` and so on where it is taken, and add it to those that are."""
    extension = extension_of(name)
    stem = name.removesuffix(extension)
    number, free = 1, name
    while free in taken:
        number += 1
        mark = f" ({number})"
        free = f"{stem[: LONGEST_NAME - len(mark) - len(extension)]}{mark}{extension}"
    taken.add(free)
    return free


def change_of(told: str, name: str) -> Message:
    """Return a remark for a file that was told under another name than it goes by, nothing for one that was not."""
    if told.strip() in ("", name):
        return NOTHING
    visible = "".join(character if _is_kept(character) else NOT_SHOWN for character in told[: 2 * LONGEST_NAME])
    return Message("the name was {told}", told=shown_name(visible))


def shown_name(name: str, longest: int = 60) -> str:
    """Return the name in quotes for a sentence, cut when it is long."""
    return f'"{name}"' if len(name) <= longest else f'"{name[:longest]}…"'


def shown_size(size: int) -> str:
    """Return a size as people read it: ``1.5 MB``, where one MB is 1,048,576 bytes as in Dify's limits."""
    if size < 1024:  # noqa: PLR2004 - bytes of one KB
        return f"{size} byte" if size == 1 else f"{size} bytes"
    value, unit = (size / 1024, "KB") if size < 1024 * 1024 else (size / (1024 * 1024), "MB")
    return f"{value:.1f} {unit}"


def _is_kept(character: str) -> bool:
    return character not in DIRECTION_MARKS and unicodedata.category(character) not in NO_CHARACTERS


def _shortened(name: str) -> str:
    extension = extension_of(name)
    return name[: LONGEST_NAME - len(extension)].rstrip() + extension if len(name) > LONGEST_NAME else name
