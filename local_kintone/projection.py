"""Records cut down to the fields that a call asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_kintone.record_text import FieldReader

if TYPE_CHECKING:
    from collections.abc import Iterable


def projected(texts: list[bytes], codes: Iterable[str] | None) -> list[bytes]:
    """Return stored JSON texts with only these fields; with None, or for unknown codes, nothing is added or lost."""
    if codes is None:
        return texts
    reader = FieldReader(list(codes))
    return [reader.cut(text.decode()).encode() for text in texts]
