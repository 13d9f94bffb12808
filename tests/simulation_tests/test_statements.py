"""Parsing of the statements about entries and records in the message of a failed write."""

import pytest

from simulation.deletion_rules import GONE, MISSING, parse_deletion_states
from simulation.statements import SAVED, UNKNOWN, UNSAVED, StatementError, parse_entry_states, parse_single_state


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[X] failed · nothing is saved", [UNSAVED, UNSAVED, UNSAVED]),
        ("entry 1 is saved, entries 2 to 3 may have been saved", [SAVED, UNKNOWN, UNKNOWN]),
        ("Entries 1 to 2 are saved; entry 3 is not saved", [SAVED, SAVED, UNSAVED]),
        ("entries 1 to 2 are not saved · entry 3 may have been saved", [UNSAVED, UNSAVED, UNKNOWN]),
        ("writing entries 1 to 3 failed", None),
    ],
)
def test_line_when_it_is_read(line: str, expected: list[str] | None) -> None:
    """Every range of entries is read with its state; positions start at 1."""
    found = parse_entry_states(line, 3)

    assert (None if found is None else [found[position] for position in (1, 2, 3)]) == expected


@pytest.mark.parametrize(
    "line",
    [
        "entry 1 is saved",
        "entries 1 to 4 are saved",
        "entry 0 is saved, entries 1 to 3 are saved",
        "entries 1 to 2 are saved, entries 2 to 3 are not saved",
        "entry 1 is saved · nothing is saved",
    ],
)
def test_line_when_it_does_not_add_up(line: str) -> None:
    """A message that omits an entry, names one twice or names an unknown one is refused."""
    with pytest.raises(StatementError):
        parse_entry_states(line, 3)


def test_line_when_it_is_of_one_record() -> None:
    """For a single record there are two statements, which exclude each other."""
    assert parse_single_state("it failed · nothing is saved") == {1: UNSAVED}
    assert parse_single_state("the record may have been saved") == {1: UNKNOWN}
    assert parse_single_state("it failed") is None
    with pytest.raises(StatementError):
        parse_single_state("nothing is saved, or may have been saved")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("it failed; nothing was deleted", [UNSAVED] * 4),
        ("deleted: records 2, 3; not deleted by this call: records 5, 8", [SAVED, SAVED, UNSAVED, UNSAVED]),
        ("may have been deleted: 3 records from 2 to 5; not deleted by this call: record 8", [UNKNOWN] * 3 + [UNSAVED]),
        ("no longer there, or never were: record 5; nothing was deleted", [UNSAVED, UNSAVED, MISSING, UNSAVED]),
        ("no longer there, or never were: record 8; deleted: records 2 to 3; not deleted by this call: record 5",
         [SAVED, SAVED, UNSAVED, MISSING]),
        (("deleted: record 2; gone, or never there, after an answer that was lost, so whether this call deleted them "
          "is not known: records 3, 5; not deleted by this call: record 8"), [SAVED, GONE, GONE, UNSAVED]),
    ],
)  # fmt: skip
def test_line_when_it_is_of_a_deletion(line: str, expected: list[str]) -> None:
    """Records are named one by one or as a range of those that were to be deleted."""
    found = parse_deletion_states(line, [2, 3, 5, 8])

    assert [found[number] for number in (2, 3, 5, 8)] == expected


@pytest.mark.parametrize(
    "line",
    [
        "it failed",
        "deleted: records 2, 3",
        "deleted: records 2, 3, 5, 8, 9",
        "deleted: records 2, 3; not deleted by this call: records 3, 5, 8",
        "deleted: 2 records from 2 to 8; not deleted by this call: record 8",
        "deleted: records 2, 3, 5, 8; nothing was deleted",
    ],
)
def test_line_when_records_of_a_deletion_are_missing(line: str) -> None:
    """A message that omits a record, names one twice, names another one, or counts wrong is refused."""
    with pytest.raises(StatementError):
        parse_deletion_states(line, [2, 3, 5, 8])
