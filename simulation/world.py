"""The kintone of one scenario: its apps and records, what is asked of it, and a log of what was applied and by whom."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_kintone import LocalKintone
from local_kintone.settings import Settings
from simulation.scenario import NUMBER, TEXT, Act, Record, Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_kintone.clock import Clock

PLUGIN, OTHERS = "plugin", "others"
INSERT, UPDATE, DELETE = "INSERT", "UPDATE", "DELETE"
FILE = b"content of a file"
_ACTIONS = {"add": INSERT, "update": UPDATE, "delete": DELETE}
_JSON = {"Content-Type": "application/json", "User-Agent": "others"}
SOURCE = {"code": {"type": TEXT, "unique": True}, "name": {"type": TEXT}}
MISTAKES = ("LOCAL_FAULT", "LOCAL_UNKNOWN_CALL")


@dataclass(frozen=True, slots=True)
class Applied:
    """One record that was written.

    Attributes:
        author: "plugin" or "others".
        request: number of the plugin's request, 0 for the others'.
        action: "INSERT", "UPDATE" or "DELETE".
        record: its id.
        before: the whole record before, None for an insert.
        after: the whole record afterwards, None for a deletion.
    """

    author: str
    request: int
    action: str
    record: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Reply:
    """Kintone's answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """Kintone's code of a refusal, that of the failing call for a bulk request; blank for none."""
        if self.status < 400:  # noqa: PLR2004 - where errors begin
            return ""
        try:
            told = json.loads(self.body)
        except ValueError:
            return ""
        if not isinstance(told, dict):
            return ""
        parts = [told, *told.get("results", [])]
        return next((part["code"] for part in parts if "code" in part), "")


class MistakeError(Exception):
    """The local kintone itself made a mistake, or was asked for what it does not have."""


def key_text(scenario: Scenario, number: int) -> str:
    """Return the value of the unique key that a number makes."""
    return str(number) if scenario.key_type == NUMBER else f"k{number}"


def form_of(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Return the fields of the app that is written to; the source of the lookup is app 1."""
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
    """A local kintone with the scenario's apps, asked in process."""

    def __init__(self, scenario: Scenario, clock: Clock | None = None) -> None:
        """Make the apps and their records; without a clock time is the machine's."""
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
        self.writes: list[Applied] = []

    def close(self) -> None:
        """Drop it."""
        self.kintone.stop()

    def exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes, request: int) -> Reply:
        """Ask as the plugin does; what was applied is logged under the number of the request."""
        response = self.kintone.exchange(method, target, headers, body)
        reply = Reply(response.status, {"Content-Type": response.content_type, **response.headers}, response.body)
        if reply.code in MISTAKES:
            raise MistakeError(f"{method} {target}: {reply.body.decode()}")
        self.log(request)
        return reply

    def log(self, request: int) -> None:
        """Take over what kintone has written since, under the number of the request that wrote it."""
        for write in self.kintone.writes[len(self.writes) :]:
            action = _ACTIONS[write.action]
            self.writes.append(Applied(write.author, request, action, write.record_id, write.before, write.after))

    def live_cursors(self) -> list[str]:
        """Return the ids of the cursors that are open."""
        return list(self.kintone.site.cursors._live)  # noqa: SLF001 - until the stand-in tells them

    def act(self, act: Act) -> int:
        """Do what another writer does and return the status of its last request."""
        mark = f"other{act.number}"
        if act.what == "insert":
            record = {"key": key_text(self.scenario, act.target), "mark": mark, "rows": [_row(mark)]}
            return self._ask("POST", "record", {"record": {code: {"value": value} for code, value in record.items()}})
        if act.what == "delete":
            return self._ask("DELETE", "records", {"ids": [act.target]})
        return self._change(act.target, self._changes(act, mark))

    def _changes(self, act: Act, mark: str) -> dict[str, Any]:
        found = self.kintone.records(self.app, f"$id = {act.target}")
        record = found[0] if found else None
        rows = [] if record is None else [{"id": row["id"]} for row in record["rows"]["value"]]
        files = [] if record is None else record["files"]["value"]
        if act.what == "row":
            return {"rows": {"value": [*rows, _row(mark)]}}
        if act.what == "change row":
            if rows:
                rows[0] = {**rows[0], "value": {"count": {"value": str(1000 + act.number)}}}
            return {"rows": {"value": rows}}
        if act.what == "file":
            key = self.kintone.site.files.upload(f"{mark}.txt", "text/plain", FILE)
            return {"files": {"value": [*({"fileKey": file["fileKey"]} for file in files), {"fileKey": key}]}}
        return {"note" if act.what == "note" else "other": {"value": mark}}

    def _change(self, number: int, changes: Mapping[str, Any]) -> int:
        return self._ask("PUT", "record", {"id": number, "record": changes})

    def _ask(self, method: str, api: str, payload: Mapping[str, Any]) -> int:
        body = json.dumps({"app": self.app, **payload}).encode()
        headers = {**_JSON, "X-Cybozu-API-Token": self._others}
        return self.exchange(method, f"/k/v1/{api}.json", headers, body, 0).status

    def _attached(self, name: str) -> dict[str, str]:
        upload = self.kintone.site.files.upload(name, "text/plain", FILE)
        attached = self.kintone.site.files.attach(upload, self.app)
        if attached is None:
            raise RuntimeError("an upload of the moment cannot be attached")
        return {"fileKey": attached[0], "name": name, "contentType": "text/plain", "size": str(len(FILE))}

    def _stored(self, number: int, record: Record) -> dict[str, Any]:
        files = []
        for place in range(1, record.files + 1):
            name = f"saved{number}.{place}.txt"
            upload = self.kintone.site.files.upload(name, "text/plain", FILE)
            attached = self.kintone.site.files.attach(upload, self.app if hasattr(self, "app") else 2)
            if attached is not None:
                files.append(
                    {"fileKey": attached[0], "name": name, "contentType": "text/plain", "size": str(len(FILE))}
                )
        rows = [
            # The source has another name by now, or no such record any more, the option was removed and the user is
            # gone: writing such a cell again would show.
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
