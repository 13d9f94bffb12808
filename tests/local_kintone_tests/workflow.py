"""An app with a workflow, and a client for it without sockets."""

from __future__ import annotations

from typing import Any

from local_kintone import LocalKintone, Response
from tests.local_kintone_tests.in_process_client import InProcessClient, ManualClock, body_of, values_of
from tests.process_samples import action, person, state

FIELDS: dict[str, Any] = {
    "code": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "price": {"type": "NUMBER"},
    "boss": {"type": "USER_SELECT"},
    "team": {"type": "ORGANIZATION_SELECT"},
}


# Chosen: one of two must be chosen. Any: one of two acts. All: both act. Free: nobody in particular.
PROCESS: dict[str, Any] = {
    "states": {
        "New": state("ONE"),
        "Chosen": state("ONE", person("Administrator"), person("sato")),
        "Any": state("ANY", person("suzuki"), person("Administrator")),
        "All": state("ALL", person("suzuki"), person("Administrator")),
        "Free": state("ONE"),
    },
    "actions": [
        action("着手する", "New", "Chosen"),
        action("Ask any", "New", "Any"),
        action("Ask all", "New", "All"),
        action("Close", "New", "Free"),
        action("Close", "Chosen", "Free"),
        action("Close", "Any", "Free"),
        action("Close", "All", "Free"),
        action("Send back", "Free", "Chosen"),
    ],
}


class Workflow:
    """One app with PROCESS and three records, and a client with view and edit.

    Attributes:
        kintone: the server; it is not started.
        app: the app's id.
        client: a client without sockets.
    """

    def __init__(self) -> None:
        """Create the app and its records."""
        self.kintone = LocalKintone(seed="none", clock=ManualClock())
        self.app = self.kintone.create_app("Requests", FIELDS, process=PROCESS)
        self.kintone.add_records(self.app, [{"code": "A"}, {"code": "B"}, {"code": "C"}])
        self.client = self.with_permissions("view", "edit")

    def with_permissions(self, *permissions: str) -> InProcessClient:
        """Return a client with a token of exactly these permissions."""
        return InProcessClient(self.kintone, self.kintone.token(self.app, *permissions))

    def act(self, record: int, name: str, **more: object) -> Response:
        """Send an action for one record."""
        return self.client.send("PUT", "record/status", {"app": self.app, "id": record, "action": name, **more})

    def assign(self, record: int, *codes: str, **more: object) -> Response:
        """Replace a record's assignees, with a token that manages the app."""
        given = {"app": self.app, "id": record, "assignees": list(codes), **more}
        return self.with_permissions("view", "manage").send("PUT", "record/assignees", given)

    def place(self, record: int) -> tuple[str, list[str], str]:
        """Return a record's status, the login names of its assignees and its revision."""
        values = values_of(self.kintone, self.app, record)
        return values["ステータス"], [person["code"] for person in values["作業者"]], values["$revision"]


def revision_of(answer: Response) -> str:
    """Return the revision in a successful answer."""
    assert answer.status == 200, answer.body
    return str(body_of(answer)["revision"])
