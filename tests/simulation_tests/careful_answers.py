"""What the careful client expects of an answer, and what it makes of one."""

import json
from typing import Any

from simulation.world import Reply

EXPECTED = {
    "GET app/form/fields": frozenset({"properties"}),
    "GET record": frozenset({"record"}),
    "GET records": frozenset({"records"}),
    "POST record": frozenset({"id"}),
    "PUT record": frozenset({"revision"}),
    "POST records": frozenset({"ids"}),
    "PUT records": frozenset({"records"}),
    "POST bulkRequest": frozenset({"results"}),
    "POST file": frozenset({"fileKey"}),
    "POST records/cursor": frozenset({"id"}),
    "GET records/cursor": frozenset({"records"}),
    "DELETE records/cursor": frozenset[str](),
}


class FailedError(Exception):
    """A request failed; `is_open` tells whether a write may have been applied."""

    def __init__(self, why: str, *, is_open: bool, reply: Reply | None = None) -> None:
        """Take the sentence and what is known."""
        super().__init__(why)
        self.is_open = is_open
        self.reply = reply


def parsed(reply: Reply) -> dict[str, Any] | None:
    """Return the object that an answer holds, or None."""
    try:
        told = json.loads(reply.body)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def results_of(told: dict[str, Any]) -> list[dict[str, str]]:
    """Return id, revision and operation of each record that was written."""
    if "ids" in told:
        pairs = zip(told["ids"], told["revisions"], strict=True)
        return [{"id": number, "revision": revision, "operation": "INSERT"} for number, revision in pairs]
    return [{"operation": "UPDATE", **result} for result in told["records"]]
