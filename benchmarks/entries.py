"""Entries to write: each inserts a record that is not there yet."""

from collections.abc import Iterator
from typing import Any

RANKS = ("High", "Middle", "Low")


def entries(prefix: str, count: int) -> Iterator[dict[str, Any]]:
    """Yield so many entries in the shape that kintone and the plugin both take; the keys begin with the prefix."""
    for number in range(count):
        record = {
            "text_1": {"value": f"値 {number}"},
            "number_1": {"value": str(number)},
            "rank": {"value": RANKS[number % len(RANKS)]},
            "day": {"value": f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}"},
        }
        yield {"updateKey": {"field": "code", "value": f"{prefix}{number:06}"}, "record": record}
