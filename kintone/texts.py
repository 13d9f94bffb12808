"""Texts: short printable previews for sentences, and full-width forms as Japanese input methods make them."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal

MAX_PREVIEW = 80
SHOWN_ENTRIES = 5
SHOWN_DEPTH = 3
SHOWN_BITS = 256


def preview(value: object, longest: int = MAX_PREVIEW) -> str:
    """Return a value as JSON would write it, cut to ``longest`` characters; never fails, whatever the value holds."""
    text = _rendered(value, longest, SHOWN_DEPTH)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def printable(text: str, longest: int = 128) -> str:
    """Return a name without quotes around it, its control characters and broken characters written as escapes."""
    cut = text[:longest]
    if not cut.isprintable():
        cut = "".join(character if character.isprintable() else _escape(character) for character in cut)
    return cut if len(text) <= longest else cut + "…"


def previews(values: Iterable[object], most: int = SHOWN_ENTRIES) -> str:
    """Return the first few values joined by commas, and "…" where there are more."""
    parts: list[str] = []
    for value in values:
        if len(parts) == most:
            parts.append("…")
            break
        parts.append(preview(value))
    return ", ".join(parts)


def _rendered(value: object, longest: int, depth: int) -> str:
    if isinstance(value, str):
        quoted = json.dumps(value[:longest], ensure_ascii=False)
        return printable(quoted, len(quoted)) if len(value) <= longest else printable(quoted[:-1], len(quoted)) + "…"
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int):
        return str(value) if value.bit_length() <= SHOWN_BITS else "a number of very many digits"
    if isinstance(value, float | Decimal):
        return str(value)[:longest]
    return _rendered_container(value, longest, depth)


def _rendered_container(value: object, longest: int, depth: int) -> str:
    if isinstance(value, Mapping):
        if not depth:
            return "{…}"
        pairs = [
            f"{_rendered(key, longest, 0)}: {_rendered(entry, longest, depth - 1)}"
            for key, entry in _first(value.items())
        ]
        return "{" + ", ".join(pairs + ["…"] * (len(value) > SHOWN_ENTRIES)) + "}"
    if isinstance(value, list):
        if not depth:
            return "[…]"
        entries = [_rendered(entry, longest, depth - 1) for entry in value[:SHOWN_ENTRIES]]
        return "[" + ", ".join(entries + ["…"] * (len(value) > SHOWN_ENTRIES)) + "]"
    return f"a value of the type {type(value).__name__}"


def _first[T](entries: Iterable[T]) -> list[T]:
    return [entry for _, entry in zip(range(SHOWN_ENTRIES), entries, strict=False)]


def _escape(character: str) -> str:
    """Return a character as JSON escapes it, so that what is shown can be copied into JSON."""
    return json.dumps(character)[1:-1]


_FIRST_WIDE, _LAST_WIDE, _WIDE_DISTANCE = 0xFF01, 0xFF5E, 0xFEE0
_HALF_WIDTH = {code: code - _WIDE_DISTANCE for code in range(_FIRST_WIDE, _LAST_WIDE + 1)} | {
    0x3000: " ",  # ideographic space
    0x2212: "-",  # minus sign, which Japanese keyboards give for a full-width hyphen
}


def to_half_width(text: str) -> str:
    """Return a text with full-width letters, digits and signs as their ASCII twins, and no blanks around it.

    Only those: a compatibility normalisation would also turn ``5²`` into ``52``.
    """
    return text.strip().translate(_HALF_WIDTH).strip()
