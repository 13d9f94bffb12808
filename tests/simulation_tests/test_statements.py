"""The grammar of what a failed write says of its entries."""

import pytest

from simulation.statements import SAVED, UNKNOWN, UNSAVED, StatementError, restated_for_one, told_of_entries


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("[X] failed · nothing is saved", [UNSAVED, UNSAVED, UNSAVED]),
        ("entry 1 is saved, entries 2 to 3 may have been saved", [SAVED, UNKNOWN, UNKNOWN]),
        ("Entries 1 to 2 are saved; entry 3 is not saved", [SAVED, SAVED, UNSAVED]),
        ("entries 1 to 2 are not saved · entry 3 may have been saved", [UNSAVED, UNSAVED, UNKNOWN]),
        ("writing entries 1 to 3 failed", None),
    ],
)
def test_line_when_it_is_read(line: str, told: list[str] | None) -> None:
    """Every range of entries is read with its fate, from 1."""
    found = told_of_entries(line, 3)

    assert (None if found is None else [found[position] for position in (1, 2, 3)]) == told


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
    """A line that leaves an entry out, names one twice or one that is none is refused."""
    with pytest.raises(StatementError):
        told_of_entries(line, 3)


def test_line_when_it_is_of_one_record() -> None:
    """For a single record there are two sentences, and not both at once."""
    assert restated_for_one("it failed · nothing is saved") == {1: UNSAVED}
    assert restated_for_one("the record may have been saved") == {1: UNKNOWN}
    assert restated_for_one("it failed") is None
    with pytest.raises(StatementError):
        restated_for_one("nothing is saved, or may have been saved")
