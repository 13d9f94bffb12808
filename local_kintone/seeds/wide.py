"""An app of twenty fields with any number of records, for measuring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone.loading import load_records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_kintone.apps import App
    from local_kintone.site import Site

TEXTS = tuple(f"text_{number}" for number in range(1, 9))
NUMBERS = tuple(f"number_{number}" for number in range(1, 5))
RANKS = ("High", "Middle", "Low")

FIELDS: dict[str, dict[str, Any]] = {
    "code": {"type": "SINGLE_LINE_TEXT", "required": True, "unique": True},
    **{code: {"type": "SINGLE_LINE_TEXT"} for code in TEXTS},
    **{code: {"type": "NUMBER"} for code in NUMBERS},
    "memo": {"type": "MULTI_LINE_TEXT"},
    "rank": {"type": "DROP_DOWN", "options": list(RANKS)},
    "tags": {"type": "CHECK_BOX", "options": ["red", "green", "blue"]},
    "day": {"type": "DATE"},
    "clock": {"type": "TIME"},
    "moment": {"type": "DATETIME"},
    "page": {"type": "LINK", "protocol": "WEB"},
}


def plant_wide(site: Site, count: int, gaps: int = 0) -> App:
    """Add the app with so many records; every `gaps`-th id is left out, none with 0."""
    app = site.apps.create("Wide", FIELDS)
    load_records(site, app, _records(count, gaps))
    return app


def _records(count: int, gaps: int) -> Iterator[dict[str, Any]]:
    number = 0
    for _ in range(count):
        number += 1
        if gaps and number % gaps == 0:
            number += 1
        yield _record(number)


def _record(number: int) -> dict[str, Any]:
    record: dict[str, Any] = {"$id": number, "code": f"W-{number:07}"}
    for index, code in enumerate(TEXTS):
        record[code] = f"値 {number % (10 * (index + 1))} of {code}"
    for index, code in enumerate(NUMBERS):
        record[code] = str(number * (index + 7) % 10_007)
    record["memo"] = f"Record {number} 東京都 test data"
    record["rank"] = RANKS[number % 3]
    record["tags"] = ["red", "blue"] if number % 2 else []
    record["day"] = f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}"
    record["clock"] = f"{number % 24:02}:{number % 60:02}"
    record["moment"] = f"{record['day']}T{record['clock']}:00Z"
    record["page"] = f"https://example.com/items/{number}"
    return record
