"""Records cut down to the fields that a call asks for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local_kintone.record_store import serialised

if TYPE_CHECKING:
    from collections.abc import Iterable


def projected(texts: list[bytes], codes: Iterable[str] | None) -> list[bytes]:
    """Return stored JSON texts with only these fields; with None, or for unknown codes, nothing is added or lost."""
    if codes is None:
        return texts
    wanted = frozenset(codes)
    cut = []
    for text in texts:
        record = json.loads(text)
        cut.append(serialised({code: record[code] for code in record if code in wanted}).encode())
    return cut
