"""Records with very many mistakes: similar field codes are searched only for the problems shown."""

import re
from collections.abc import Iterable

import pytest

from kintone.forms import near_matches
from tests.hostile.tool_calls import call_tool

ENTRIES = 200
UNKNOWN_FIELDS = 20
MOST_SHOWN = 50


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that takes each code for which similar ones are searched."""
    wanted_codes: list[str] = []

    search = near_matches.nearest_codes

    def nearest_codes(wanted: str, names: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        wanted_codes.append(wanted)
        return search(wanted, names)

    monkeypatch.setattr(near_matches, "nearest_codes", nearest_codes)
    return wanted_codes


def test_upsert_when_entries_are_full_of_unknown_codes(credentials: dict[str, str], searched: list[str]) -> None:
    """Similar codes are searched for about as many unknown codes as are shown, since each search takes up to 30 ms."""
    given = [
        {"record": {f"unknown{number}of{entry}": 1 for number in range(UNKNOWN_FIELDS)}} for entry in range(ENTRIES)
    ]
    failed = call_tool("kintone_upsert_records", {"records_data": given}, credentials)

    assert failed.failure == "INVALID_INPUT"
    # The problems that are kept are those of the first entries, each of which has a line.
    assert len(re.findall(r"\bentry [0-9]+: unknown", failed.text)) == -(-MOST_SHOWN // UNKNOWN_FIELDS)
    assert "many more" in failed.text
    # Among fields and among table columns, and both again when a cached form is read anew.
    assert 0 < len(searched) <= 4 * MOST_SHOWN


def test_upsert_when_all_entries_have_the_same_unknown_codes(credentials: dict[str, str], searched: list[str]) -> None:
    """Each code is searched for once among fields and once among columns, with a cached and with a new form."""
    record = {f"unknown{number}": 1 for number in range(UNKNOWN_FIELDS)}
    failed = call_tool("kintone_upsert_records", {"records_data": [{"record": record}] * ENTRIES}, credentials)

    assert f"entries 1 to {ENTRIES}: unknown0" in failed.text
    assert 0 < len(searched) <= 4 * UNKNOWN_FIELDS
