"""Rules for comments: each is added once, and each is read once and in order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from simulation.scenario import READ_COMMENTS
from simulation.tool_parameters import COMMENT_TEXT
from simulation.world import COMMENTED, DELETE, PLUGIN, UNCOMMENTED, comment_text

if TYPE_CHECKING:
    from simulation.entry_evidence import EntryEvidence
    from simulation.trace import Run


def comment_writes(run: Run) -> Iterator[str]:
    """Yield writes of the plugin that are not the one comment of the call."""
    mine = [write for write in run.writes if write.author == PLUGIN]
    if len(mine) > 1:
        yield f"the call wrote {len(mine)} times"
    for write in mine:
        text = write.after["text"] if write.after and write.action == COMMENTED else None
        if write.record != run.scenario.record or text != f"{COMMENT_TEXT} ":
            yield f"the write is {write.action} at record {write.record} with the text {text!r}"


def comment_told(run: Run, entries: list[EntryEvidence]) -> Iterator[str]:
    """Check the id that the call returns."""
    for write in entries[0].applied:
        claimed = run.outcome.variables.get("comment_id")
        if write.after and claimed != write.after["id"]:
            yield f"comment {write.after['id']} was added, and comment_id is {claimed!r}"


def read_comment_violations(run: Run) -> Iterator[str]:
    """Yield missing, repeated, unknown, changed and misplaced comments in the result of a reading."""
    if run.scenario.tool != READ_COMMENTS or run.outcome.failure or run.outcome.internal_error:
        return
    comments = run.outcome.variables.get("comments")
    if not isinstance(comments, list):
        yield f"comments is {comments!r}"
        return
    ids = [int(comment["id"]) for comment in comments]
    if run.outcome.variables.get("comment_count") != len(ids):
        yield f"comment_count is {run.outcome.variables.get('comment_count')}, and {len(ids)} are returned"
    sign = -1 if run.scenario.descending else 1
    if any(sign * first >= sign * second for first, second in pairwise(ids)):
        yield f"the comments are not in order, or repeated: {ids}"
    here = [write for write in run.writes if write.record == run.scenario.record]
    gone = {int(write.before["id"]) for write in here if write.action == UNCOMMENTED and write.before}
    texts = {number: comment_text(number) for number in range(1, run.scenario.comments + 1)}
    stable = set() if any(write.action == DELETE for write in here) else set(texts) - gone
    texts |= {
        int(write.after["id"]): write.after["text"][:-1] for write in here if write.action == COMMENTED and write.after
    }
    if missing := stable - set(ids):
        yield f"the comments {sorted(missing)} are missing"
    for comment in comments:
        if comment["text"] != texts.get(int(comment["id"])):
            yield f"comment {comment['id']} has the text {comment['text']!r}"
