"""The requests of the reference client: which answers count, and what is sent again."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from simulation.network import BrokenError, Network, OutgoingRequest
from simulation.scenario import Scenario
from simulation.scheduler import Scheduler
from tests.simulation_tests.reference_answers import EXPECTED, FailedError, parsed

WRITING_APIS = ("record", "records", "bulkRequest", "record/comment", "records/status")
LOCKS = ("GAIA_DA02", "GAIA_RE18", "GAIA_LT01")
TRIES = 4


class Requests(NamedTuple):
    """Sends the requests of one call; `mistakes` names what it does wrong."""

    scenario: Scenario
    network: Network
    scheduler: Scheduler
    mistakes: frozenset[str]

    def json(self, method: str, api: str, payload: Mapping[str, Any], *, cleaning: bool = False) -> Any:  # noqa: ANN401 - JSON
        """Send a request with a JSON body about the app and return the response."""
        body = json.dumps({"app": self.network.world.app, **payload}).encode()
        return self.ask(method, api, body, "application/json", cleaning=cleaning)

    def ask(self, method: str, api: str, body: bytes, content_type: str, *, cleaning: bool = False) -> Any:  # noqa: ANN401 - JSON
        """Send a request, repeat it if it was certainly not applied, and return the response."""
        headers = {
            "Content-Type": content_type,
            "X-Cybozu-API-Token": self.network.world.token,
            "User-Agent": "careful",
            "X-HTTP-Method-Override": method,
        }
        if method in ("POST", "PUT"):
            headers.pop("X-HTTP-Method-Override")
        outgoing = OutgoingRequest("PUT" if method == "PUT" else "POST", f"/k/v1/{api}.json", headers, body)
        was_open = False
        for number in range(1, TRIES + 1):
            left = self.scenario.budget - self.scheduler.now()
            try:
                seconds = min(self.scenario.request_timeout, 2.0 if cleaning else max(left, 0.0))
                return self._once(outgoing, seconds, EXPECTED[f"{method} {api}"])
            except FailedError as failed:
                was_open = was_open or (failed.is_open and "forgets open tries" not in self.mistakes)
                safe = method == "GET" and api != "records/cursor"
                was_open = was_open and api in WRITING_APIS and method != "GET"
                again = self._is_repeated(failed) or (failed.is_open and (safe or "repeats blindly" in self.mistakes))
                wait = self._wait_of(failed, number)
                too_long = wait > self.scenario.budget - self.scheduler.now() and "overruns" not in self.mistakes
                if not again or number == TRIES or too_long or cleaning:
                    raise FailedError(str(failed), is_open=was_open, reply=failed.reply) from None
                self.scheduler.sleep(wait)
        raise AssertionError

    def _is_repeated(self, failed: FailedError) -> bool:
        reply = failed.reply
        if reply is None:
            return not failed.is_open
        if reply.status >= 400 and "repeats refusals" in self.mistakes:
            return True
        return reply.status == 429 or reply.code in LOCKS

    def _wait_of(self, failed: FailedError, number: int) -> float:
        seconds = failed.reply.headers.get("Retry-After") if failed.reply else None
        return float(seconds) if seconds else 0.5 * number

    def _once(self, outgoing: OutgoingRequest, seconds: float, expected: frozenset[str]) -> Any:  # noqa: ANN401 - JSON
        if seconds <= 0 and "overruns" not in self.mistakes:
            raise FailedError("[BUDGET_EXCEEDED] the time of the call is over", is_open=False)
        try:
            reply = self.network.send(outgoing, 1000.0 if "overruns" in self.mistakes else seconds)
        except BrokenError as broken:
            raise FailedError(f"[UNREACHABLE] {broken}", is_open=broken.sent) from None
        answer = parsed(reply)
        if reply.status == 200 and answer is not None and (not expected or answer.keys() & expected):
            return answer
        certain = reply.status in {429, 407} or "WWW-Authenticate" in reply.headers
        certain = certain or (bool(reply.code) and (reply.status < 500 or reply.code in LOCKS))
        if "calls a 5xx unsaved" in self.mistakes and reply.status >= 500:
            certain = True
        raise FailedError(f"[{reply.code or 'UNAVAILABLE'}] status {reply.status}", is_open=not certain, reply=reply)
