"""Parsing of the statements about entries in the message of a failed write."""

import pytest

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
