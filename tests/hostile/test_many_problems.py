"""Records with very many mistakes: what was meant is looked for only where it is told."""

from collections.abc import Iterable

import pytest

from kintone.forms import near_matches
from tests.hostile.tool_bench import told_by

ENTRIES = 200
STRANGERS = 20
MOST_SHOWN = 50


def test_upsert_when_entries_are_full_of_unknown_codes(
    credentials: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form of 3,000 fields takes 30 ms for each code, so 40,000 of them would outlast the time of the call."""
    looked_for: list[str] = []

    def nearest_codes(wanted: str, names: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        looked_for.append(wanted)
        return near_matches.nearest_codes(wanted, names)

    monkeypatch.setattr("kintone.records.checking.nearest_codes", nearest_codes)
    record = {f"stranger{number}": 1 for number in range(STRANGERS)}
    given = [{"record": record} for _ in range(ENTRIES)]
    failed = told_by("kintone_upsert_records", {"records_data": given}, credentials)

    assert failed.failure == "INVALID_INPUT"
    assert failed.text.count("entry ") == MOST_SHOWN
    assert "many more" in failed.text
    # Among the fields and among the columns of tables, and once more where the form was remembered.
    assert 0 < len(looked_for) <= 4 * MOST_SHOWN
