"""The responses that the reference client expects, and functions that read them."""

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
    "POST record/comment": frozenset({"id"}),
    "GET record/comments": frozenset({"comments"}),
    "PUT records/status": frozenset({"records"}),
    "DELETE records": frozenset[str](),
}


class FailedError(Exception):
    """A request failed; `is_open` tells whether a write may have been applied."""

    def __init__(self, why: str, *, is_open: bool, reply: Reply | None = None) -> None:
        """Take the message, whether a write may have been applied, and the response."""
        super().__init__(why)
        self.is_open = is_open
        self.reply = reply


def parsed(reply: Reply) -> dict[str, Any] | None:
    """Return the JSON object of a response; None if there is none."""
    try:
        answer = json.loads(reply.body)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def results_of(answer: dict[str, Any]) -> list[dict[str, str]]:
    """Return the id, revision and operation of each written record."""
    if "ids" in answer:
        pairs = zip(answer["ids"], answer["revisions"], strict=True)
        return [{"id": number, "revision": revision, "operation": "INSERT"} for number, revision in pairs]
    return [{"operation": "UPDATE", **result} for result in answer["records"]]
