"""The local kintone of one scenario: its apps and records, requests to it, and the log of applied writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_kintone import LocalKintone
from local_kintone.settings import Settings
from simulation.scenario import MOVE, NUMBER, TEXT, CompetingWrite, Record, Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_kintone.clock import Clock

PLUGIN, OTHERS = "plugin", "others"
INSERT, UPDATE, DELETE = "INSERT", "UPDATE", "DELETE"
MOVED, ASSIGNED, COMMENTED, UNCOMMENTED = "MOVED", "ASSIGNED", "COMMENTED", "UNCOMMENTED"
FILE = b"content of a file"
STATUS_FIELD, ASSIGNEE_FIELD = "ステータス", "作業者"
MATCHING_AMOUNT, OTHER_AMOUNT = 3, 7
"""Amounts of records that the query of a deletion matches and does not match."""
_ACTIONS = {
    "add": INSERT,
    "update": UPDATE,
    "delete": DELETE,
    "status": MOVED,
    "assignees": ASSIGNED,
    "comment": COMMENTED,
    "uncomment": UNCOMMENTED,
}
ADMINISTRATOR, ASSIGNEES = "Administrator", ("sato", "suzuki")
OPEN, WORKING, CHECKING, CHOSEN, DONE = "open", "working", "checking", "chosen", "done"
ACTIONS = {
    (OPEN, "advance"): WORKING,
    (WORKING, "advance"): DONE,
    (DONE, "advance"): OPEN,
    (OPEN, "choose"): CHOSEN,
    (CHECKING, "pass"): DONE,
    (WORKING, "finish"): DONE,
}
"""The status that follows an action; two calls of the same action move a record twice."""
_JSON = {"Content-Type": "application/json", "User-Agent": "others"}
ALL_PERMISSIONS = ("view", "add", "edit", "delete", "manage")
STAND_IN_ERRORS = ("LOCAL_FAULT", "LOCAL_UNKNOWN_CALL")


@dataclass(frozen=True, slots=True)
class AppliedWrite:
    """One applied write of a record or of a comment.

    Attributes:
        author: "plugin" or "others".
        request: number of the plugin's request; 0 for other writers.
        action: "INSERT", "UPDATE", "DELETE", "MOVED" (its status), "ASSIGNED", "COMMENTED" or "UNCOMMENTED".
        record: the record id.
        before: the record, or the comment, before the write; None for an insert.
        after: the record, or the comment, after the write; None for a deletion.
    """

    author: str
    request: int
    action: str
    record: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Reply:
    """A response of kintone."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """Kintone's error code, for a bulk request that of the failing call; blank for none."""
        if self.status < 400:  # noqa: PLR2004 - the first error status
            return ""
        try:
            error_body = json.loads(self.body)
        except ValueError:
            return ""
        if not isinstance(error_body, dict):
            return ""
        parts = [error_body, *error_body.get("results", [])]
        return next((part["code"] for part in parts if "code" in part), "")


class StandInError(Exception):
    """An internal error of the local kintone, or a request that it does not support."""


def key_text(scenario: Scenario, number: int) -> str:
    """Return the value of the unique key with a number."""
    return str(number) if scenario.key_type == NUMBER else f"k{number}"


def comment_text(number: int) -> str:
    """Return the text of a comment that exists before the call; its id is its number."""
    return f"comment no. {number}"


def form_of(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Return the fields of the target app; the source of its lookup is app 1."""
    lookup = {
        "relatedApp": {"app": "1", "code": ""},
        "relatedKeyField": "code",
        "fieldMappings": [{"field": "named", "relatedField": "name"}],
        "lookupPickerFields": [],
        "filterCond": "",
        "sort": "",
    }
    columns: dict[str, dict[str, Any]] = {
        "cell": {"type": TEXT},
        "count": {"type": NUMBER},
        "product": {"type": TEXT, "lookup": lookup},
        "named": {"type": TEXT},
        "grade": {"type": "DROP_DOWN", "options": ["A"]},
        "who": {"type": "USER_SELECT"},
    }
    return {
        "key": {"type": scenario.key_type, "unique": True},
        "mark": {"type": TEXT, "required": True},
        "note": {"type": TEXT},
        "other": {"type": TEXT},
        "amount": {"type": NUMBER},
        "rows": {"type": "SUBTABLE", "fields": columns},
        "files": {"type": "FILE"},
    }


def process_of() -> dict[str, Any]:
    """Return the process management of the target app.

    In "checking" all assignees must act, so the first one moves nothing; "chosen" wants one assignee to be named.
    """
    checking = {"type": "ALL", "entities": [ADMINISTRATOR, ASSIGNEES[0]]}
    assignees = {CHECKING: checking, CHOSEN: {"type": "ONE", "entities": ASSIGNEES}}
    names = (OPEN, WORKING, CHECKING, CHOSEN, DONE)
    states = {name: {"assignee": assignees[name]} if name in assignees else {} for name in names}
    actions = [{"name": name, "from": before, "to": after} for (before, name), after in ACTIONS.items()]
    return {"states": states, "actions": actions}


def _row(text: str) -> dict[str, Any]:
    return {"value": {"cell": {"value": text}}}


class World:
    """A local kintone in process with the scenario's apps."""

    def __init__(self, scenario: Scenario, clock: Clock | None = None) -> None:
        """Create the apps and their records; the default clock is the system's."""
        self.scenario = scenario
        settings = Settings(gzip=False, write_batch=scenario.batch)
        self.kintone = (
            LocalKintone(seed="none", settings=settings, clock=clock)
            if clock
            else LocalKintone(seed="none", settings=settings)
        )
        self.source = self.kintone.create_app(
            "source", {"code": {"type": TEXT, "unique": True}, "name": {"type": TEXT}}
        )
        self.kintone.add_records(
            self.source, [{"code": f"c{number}", "name": f"new name {number}"} for number in (1, 2)]
        )
        process = process_of() if scenario.tool == MOVE else None
        self.app = self.kintone.create_app("target", form_of(scenario), process=process)
        self.kintone.add_records(
            self.app, [self._stored(number, each) for number, each in enumerate(scenario.records, 1)]
        )
        for number, each in enumerate(scenario.records, 1):
            if each.status != OPEN:
                assignees = (ADMINISTRATOR, ASSIGNEES[0]) if each.status == CHECKING else ()
                self.kintone.set_status(self.app, number, each.status, assignees)
        for number in range(1, scenario.comments + 1):
            self.kintone.add_comment(self.app, scenario.record, comment_text(number), ADMINISTRATOR)
        own = self.kintone.token(self.app, "view", "add", "edit", "delete")
        self.token = f"{own},{self.kintone.token(self.source, 'view')}"
        others = (self.kintone.token(app, *ALL_PERMISSIONS, author=OTHERS) for app in (self.app, self.source))
        self._others = ",".join(others)
        self.writes: list[AppliedWrite] = []

    def close(self) -> None:
        """Stop the local kintone."""
        self.kintone.stop()

    def exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes, request: int) -> Reply:
        """Send a request of the plugin; applied writes are logged with the number of the request."""
        response = self.kintone.exchange(method, target, headers, body)
        reply = Reply(response.status, {"Content-Type": response.content_type, **response.headers}, response.body)
        if reply.code in STAND_IN_ERRORS:
            raise StandInError(f"{method} {target}: {reply.body.decode()}")
        self.log(request)
        return reply

    def log(self, request: int) -> None:
        """Log kintone's new writes with the number of the request."""
        for write in self.kintone.writes[len(self.writes) :]:
            action = _ACTIONS[write.action]
            self.writes.append(AppliedWrite(write.author, request, action, write.record_id, write.before, write.after))

    def live_cursors(self) -> list[str]:
        """Return the ids of the live cursors."""
        return list(self.kintone.site.cursors._live)  # noqa: SLF001 - the local kintone has no public list of them

    def apply_competing(self, competing: CompetingWrite) -> int:
        """Apply a competing write and return the status of its last request."""
        mark = f"other{competing.number}"
        if competing.what == "insert":
            key = key_text(self.scenario, competing.target)
            record = {"key": key, "mark": mark, "rows": [_row(mark)], "amount": MATCHING_AMOUNT}
            return self._ask("POST", "record", {"record": {code: {"value": value} for code, value in record.items()}})
        method, api, payload = self._request_of(competing, mark)
        return self._ask(method, api, payload)

    def _request_of(self, competing: CompetingWrite, mark: str) -> tuple[str, str, dict[str, Any]]:
        """Return the method, the API and the parameters of a write to what exists."""
        record = competing.target
        requests: dict[str, tuple[str, str, dict[str, Any]]] = {
            "delete": ("DELETE", "records", {"ids": [record]}),
            "comment": ("POST", "record/comment", {"record": record, "comment": {"text": mark}}),
            "uncomment": ("DELETE", "record/comment", {"record": self.scenario.record, "comment": record}),
            "act": ("PUT", "record/status", {"id": record, "action": self._action(record)}),
            "assign": ("PUT", "record/assignees", {"id": record, "assignees": [ASSIGNEES[1]]}),
        }
        found = requests.get(competing.what)
        return found or ("PUT", "record", {"id": record, "record": self._changes(competing, mark)})

    def _action(self, number: int) -> str:
        """Return an action that moves a record on without an assignee."""
        found = self.kintone.records(self.app, f"$id = {number}")
        status = found[0].get(STATUS_FIELD, {}).get("value") if found else OPEN
        return "pass" if status == CHECKING else "advance"

    def _changes(self, competing: CompetingWrite, mark: str) -> dict[str, Any]:
        found = self.kintone.records(self.app, f"$id = {competing.target}")
        record = found[0] if found else None
        rows = [] if record is None else [{"id": row["id"]} for row in record["rows"]["value"]]
        files = [] if record is None else record["files"]["value"]
        if competing.what == "row":
            return {"rows": {"value": [*rows, _row(mark)]}}
        if competing.what == "change row":
            if rows:
                rows[0] = {**rows[0], "value": {"count": {"value": str(1000 + competing.number)}}}
            return {"rows": {"value": rows}}
        if competing.what == "file":
            key = self.kintone.site.files.upload(f"{mark}.txt", "text/plain", FILE)
            return {"files": {"value": [*({"fileKey": file["fileKey"]} for file in files), {"fileKey": key}]}}
        return {"note" if competing.what == "note" else "other": {"value": mark}}

    def _ask(self, method: str, api: str, payload: Mapping[str, Any]) -> int:
        body = json.dumps({"app": self.app, **payload}).encode()
        headers = {**_JSON, "X-Cybozu-API-Token": self._others}
        return self.exchange(method, f"/k/v1/{api}.json", headers, body, 0).status

    def _stored(self, number: int, record: Record) -> dict[str, Any]:
        files = []
        for index in range(1, record.files + 1):
            name = f"saved{number}.{index}.txt"
            upload = self.kintone.site.files.upload(name, "text/plain", FILE)
            attached = self.kintone.site.files.attach(upload, self.app if hasattr(self, "app") else 2)
            if attached is not None:
                files.append(
                    {"fileKey": attached[0], "name": name, "contentType": "text/plain", "size": str(len(FILE))}
                )
        rows = [
            # The lookup's source has another name or no such record, and the option and the user do not exist, so
            # writing these cells again would fail or change them.
            {
                "cell": f"saved{number}.{row}",
                "count": str(row),
                "product": f"c{1 + 8 * (row % 2)}",
                "named": "old name",
                "grade": "removed",
                "who": [{"code": "left", "name": "Left"}],
            }
            for row in range(1, record.rows + 1)
        ]
        return {
            "key": key_text(self.scenario, record.key),
            "mark": f"old{number}",
            "note": f"note{number}",
            "other": f"other{number}.0",
            "amount": str(record.amount),
            "rows": rows,
            "files": files,
        }
