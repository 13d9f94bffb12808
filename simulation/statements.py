"""What a failed write says of its entries, read by a grammar of its own."""

from __future__ import annotations

import re

SAVED, UNKNOWN, UNSAVED = "saved", "unknown", "not saved"

_FATES = {
    "is saved": SAVED,
    "are saved": SAVED,
    "may have been saved": UNKNOWN,
    "is not saved": UNSAVED,
    "are not saved": UNSAVED,
}
_ENTRY = re.compile(
    r"\bentry (\d+) (is saved|may have been saved|is not saved)\b"
    r"|\bentries (\d+) to (\d+) (are saved|may have been saved|are not saved)\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"\bnothing is saved\b", re.IGNORECASE)
_MAYBE = re.compile(r"\bmay have been saved\b", re.IGNORECASE)


class StatementError(Exception):
    """A line says nothing of an entry, or two things, or speaks of an entry that is none."""


def told_of_entries(line: str, count: int) -> dict[int, str] | None:
    """Return what a line says of each entry by its position, None where it says nothing at all.

    Raises:
        StatementError: it names some entries only, or one twice.
    """
    told: dict[int, str] = {}
    for match in _ENTRY.finditer(line):
        single, fate, first, last, fates = match.groups()
        span = range(int(single), int(single) + 1) if single else range(int(first), int(last) + 1)
        if not span or span[0] < 1 or span[-1] > count:
            raise StatementError(f"“{match.group()}” names entries that there are not")
        for position in span:
            if position in told:
                raise StatementError(f"entry {position} is named twice")
            told[position] = _FATES[(fate or fates).lower()]
    if _NOTHING.search(line):
        if told:
            raise StatementError("“nothing is saved” stands beside other words about entries")
        return dict.fromkeys(range(1, count + 1), UNSAVED)
    if told and len(told) < count:
        missing = next(position for position in range(1, count + 1) if position not in told)
        raise StatementError(f"nothing is said of entry {missing}")
    return told or None


def restated_for_one(line: str) -> dict[int, str] | None:
    """Return what a line says of the one thing that a call writes, None where it says nothing.

    Raises:
        StatementError: it says both.
    """
    nothing, maybe = _NOTHING.search(line), _MAYBE.search(line)
    if nothing and maybe:
        raise StatementError("it says “nothing is saved” and “may have been saved”")
    if nothing or maybe:
        return {1: UNSAVED if nothing else UNKNOWN}
    return None
