"""A client and a clock for tests without sockets."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from local_kintone import LocalKintone, Response

STARTED = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)


class ManualClock:
    """A clock that only sleep() advances."""

    def __init__(self) -> None:
        """Start at a fixed time."""
        self.passed = 0.0

    def monotonic(self) -> float:
        """Return the seconds slept so far."""
        return self.passed

    def sleep(self, seconds: float) -> None:
        """Advance the clock immediately, and let other threads run."""
        self.passed += seconds
        time.sleep(0)

    def now(self) -> datetime:
        """Return the current time of the clock."""
        return STARTED + timedelta(seconds=self.passed)


class InProcessClient:
    """A client of one server with a token header, without sockets."""

    def __init__(self, kintone: LocalKintone, *tokens: str) -> None:
        """Take the server and the tokens to send."""
        self.kintone = kintone
        self.headers = {"User-Agent": "test", "X-Cybozu-API-Token": ",".join(tokens)}

    def send(self, method: str, api: str, body: object) -> Response:
        """Send a JSON body."""
        headers = {**self.headers, "Content-Type": "application/json"}
        return self.kintone.exchange(method, f"/k/v1/{api}.json", headers, json.dumps(body).encode())

    def get(self, api: str, query: str) -> Response:
        """Send a GET with a query string."""
        return self.kintone.exchange("GET", f"/k/v1/{api}.json?{query}", self.headers)

    def add(self, app: int, **values: object) -> int:
        """Add a record and return its id."""
        answer = self.send("POST", "record", {"app": app, "record": cells(**values)})
        assert answer.status == 200, answer.body
        return int(body_of(answer)["id"])

    def update(self, app: int, number: int, **values: object) -> Response:
        """Update a record."""
        return self.send("PUT", "record", {"app": app, "id": number, "record": cells(**values)})


def cells(**values: object) -> dict[str, Any]:
    """Return a field map for a write."""
    return {code: {"value": value} for code, value in values.items()}


def body_of(response: Response) -> dict[str, Any]:
    """Return the JSON of a response."""
    parsed: dict[str, Any] = json.loads(response.body)
    return parsed


def refusal_of(response: Response) -> tuple[int, str, set[str]]:
    """Return the status, the code and the keys of `errors`."""
    body = body_of(response)
    return response.status, str(body.get("code")), set(body.get("errors", {}))


def values_of(kintone: LocalKintone, app: int, number: int) -> dict[str, Any]:
    """Return a record's values by code."""
    record = kintone.records(app, f"$id = {number}")[0]
    return {code: cell["value"] for code, cell in record.items()}
