"""The local kintone of one scenario: its apps and records, requests to it, and the log of applied writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_kintone import LocalKintone
from local_kintone.settings import Settings
from simulation.scenario import NUMBER, TEXT, CompetingWrite, Record, Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_kintone.clock import Clock

PLUGIN, OTHERS = "plugin", "others"
INSERT, UPDATE, DELETE = "INSERT", "UPDATE", "DELETE"
FILE = b"content of a file"
_ACTIONS = {"add": INSERT, "update": UPDATE, "delete": DELETE}
_JSON = {"Content-Type": "application/json", "User-Agent": "others"}
STAND_IN_ERRORS = ("LOCAL_FAULT", "LOCAL_UNKNOWN_CALL")


@dataclass(frozen=True, slots=True)
class AppliedWrite:
    """One applied write of a record.

    Attributes:
        author: "plugin" or "others".
        request: number of the plugin's request; 0 for other writers.
        action: "INSERT", "UPDATE" or "DELETE".
        record: the record id.
        before: the record before the write; None for an insert.
        after: the record after the write; None for a deletion.
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
        self.app = self.kintone.create_app("target", form_of(scenario))
        self.kintone.add_records(
            self.app, [self._stored(number, each) for number, each in enumerate(scenario.records, 1)]
        )
        self.token = f"{self.kintone.token(self.app, 'view', 'add', 'edit')},{self.kintone.token(self.source, 'view')}"
        others = (self.kintone.token(app, author=OTHERS) for app in (self.app, self.source))
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
            record = {"key": key_text(self.scenario, competing.target), "mark": mark, "rows": [_row(mark)]}
            return self._ask("POST", "record", {"record": {code: {"value": value} for code, value in record.items()}})
        if competing.what == "delete":
            return self._ask("DELETE", "records", {"ids": [competing.target]})
        return self._change(competing.target, self._changes(competing, mark))

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

    def _change(self, number: int, changes: Mapping[str, Any]) -> int:
        return self._ask("PUT", "record", {"id": number, "record": changes})

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
