"""Texts: short printable previews for sentences, and the conversion of full-width characters."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal

MAX_PREVIEW = 80
SHOWN_ENTRIES = 5
SHOWN_DEPTH = 3
SHOWN_BITS = 256


def preview(value: object, max_length: int = MAX_PREVIEW) -> str:
    """Return a value much as JSON writes it, cut to ``max_length`` characters; never raises, whatever the value."""
    text = _rendered(value, max_length, SHOWN_DEPTH)
    return text if len(text) <= max_length else text[: max_length - 1] + "…"


def printable(text: str, max_length: int = 128) -> str:
    """Return a name without quotes, with escapes in place of its control characters and lone surrogates."""
    cut = text[:max_length]
    if not cut.isprintable():
        cut = "".join(character if character.isprintable() else _escape(character) for character in cut)
    return cut if len(text) <= max_length else cut + "…"


def previews(values: Iterable[object], max_count: int = SHOWN_ENTRIES) -> str:
    """Return previews of the first values joined by commas, and "…" where there are more."""
    parts: list[str] = []
    for value in values:
        if len(parts) == max_count:
            parts.append("…")
            break
        parts.append(preview(value))
    return ", ".join(parts)


def _rendered(value: object, max_length: int, depth: int) -> str:
    if isinstance(value, str):
        quoted = json.dumps(value[:max_length], ensure_ascii=False)
        return printable(quoted, len(quoted)) if len(value) <= max_length else printable(quoted[:-1], len(quoted)) + "…"
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int):
        return str(value) if value.bit_length() <= SHOWN_BITS else "a number of very many digits"
    if isinstance(value, float | Decimal):
        return str(value)[:max_length]
    return _rendered_container(value, max_length, depth)


def _rendered_container(value: object, max_length: int, depth: int) -> str:
    if isinstance(value, Mapping):
        if not depth:
            return "{…}"
        pairs = [
            f"{_rendered(key, max_length, 0)}: {_rendered(entry, max_length, depth - 1)}"
            for key, entry in _first(value.items())
        ]
        return "{" + ", ".join(pairs + ["…"] * (len(value) > SHOWN_ENTRIES)) + "}"
    if isinstance(value, list):
        if not depth:
            return "[…]"
        entries = [_rendered(entry, max_length, depth - 1) for entry in value[:SHOWN_ENTRIES]]
        return "[" + ", ".join(entries + ["…"] * (len(value) > SHOWN_ENTRIES)) + "]"
    return f"a value of the type {type(value).__name__}"


def _first[T](entries: Iterable[T]) -> list[T]:
    return [entry for _, entry in zip(range(SHOWN_ENTRIES), entries, strict=False)]


def _escape(character: str) -> str:
    """Return a character as JSON escapes it, so that a preview can be copied into JSON."""
    return json.dumps(character)[1:-1]


# Full-width characters, as Japanese input methods write them


_FIRST_FULL_WIDTH, _LAST_FULL_WIDTH, _OFFSET_TO_ASCII = 0xFF01, 0xFF5E, 0xFEE0
_HALF_WIDTH = {code: code - _OFFSET_TO_ASCII for code in range(_FIRST_FULL_WIDTH, _LAST_FULL_WIDTH + 1)} | {
    0x3000: " ",  # ideographic space
    0x2212: "-",  # minus sign, which Japanese keyboards give for a full-width hyphen
}


def to_half_width(text: str) -> str:
    """Return a text with full-width letters, digits and signs converted to ASCII, and without blanks around it.

    NFKC would also convert ``5²`` to ``52``.
    """
    return text.strip().translate(_HALF_WIDTH).strip()
