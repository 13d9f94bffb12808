"""Ids of records in a text: consecutive ones as a range."""

from collections.abc import Sequence

from kintone.messages import Joined, Message

MAX_SHOWN = 100
"""Ids and ranges."""
MIN_RANGE = 4
"""So many ids in a row are shown as a range."""


def shown_ids(ids: Sequence[str], most: int = MAX_SHOWN) -> Message:
    """Return the ids in their order, each run of consecutive ones as "13 to 2012", and how many more there are.

    ``most`` are the ids and ranges that are shown.
    """
    runs = _runs(ids)
    parts: list[str | Message] = []
    left = len(ids)
    for run in runs:
        new: list[str | Message] = list(run)
        if len(run) >= MIN_RANGE:
            new = [Message("{first} to {last}", first=run[0], last=run[-1])]
        if len(parts) + len(new) > most:
            break
        parts += new
        left -= len(run)
    shown = Joined(parts, ", ")
    return Message("{ids} and {left} more", ids=shown, left=left) if left else shown


def _runs(ids: Sequence[str]) -> list[list[str]]:
    runs: list[list[str]] = []
    for record_id in ids:
        if runs and int(record_id) == int(runs[-1][-1]) + 1:
            runs[-1].append(record_id)
        else:
            runs.append([record_id])
    return runs
