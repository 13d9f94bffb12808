"""Parser for the statements about entries in the message of a failed write, independent of the plugin's code."""

from __future__ import annotations

import re

SAVED, UNKNOWN, UNSAVED = "saved", "unknown", "not saved"

_STATES = {
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
_NOTHING_SAVED = re.compile(r"\bnothing is saved\b", re.IGNORECASE)
_MAY_BE_SAVED = re.compile(r"\bmay have been saved\b", re.IGNORECASE)


class StatementError(Exception):
    """A message names no state or two states of an entry, or an entry that does not exist."""


def parse_entry_states(line: str, count: int) -> dict[int, str] | None:
    """Return the state of each entry by its position; None if the message contains no statement.

    Raises:
        StatementError: The message omits an entry, names one twice or names one that does not exist.
    """
    states: dict[int, str] = {}
    for match in _ENTRY.finditer(line):
        single, state, first, last, plural_state = match.groups()
        span = range(int(single), int(single) + 1) if single else range(int(first), int(last) + 1)
        if not span or span[0] < 1 or span[-1] > count:
            raise StatementError(f"“{match.group()}” names entries that do not exist")
        for position in span:
            if position in states:
                raise StatementError(f"entry {position} is named twice")
            states[position] = _STATES[(state or plural_state).lower()]
    if _NOTHING_SAVED.search(line):
        if states:
            raise StatementError("“nothing is saved” contradicts the other statements")
        return dict.fromkeys(range(1, count + 1), UNSAVED)
    if states and len(states) < count:
        missing = next(position for position in range(1, count + 1) if position not in states)
        raise StatementError(f"entry {missing} is not named")
    return states or None


def parse_single_state(line: str) -> dict[int, str] | None:
    """Return the state of the only entry of a call; None if the message contains no statement.

    Raises:
        StatementError: The message names both states.
    """
    nothing, maybe = _NOTHING_SAVED.search(line), _MAY_BE_SAVED.search(line)
    if nothing and maybe:
        raise StatementError("the message says “nothing is saved” and “may have been saved”")
    if nothing or maybe:
        return {1: UNSAVED if nothing else UNKNOWN}
    return None
