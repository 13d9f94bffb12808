"""Serves connections: latency, failures on demand, the limit on concurrency, then the call itself."""

from __future__ import annotations

import contextlib
import logging
import time
from typing import TYPE_CHECKING

from local_kintone import control, routes
from local_kintone.breakage import broken_answer, send_broken
from local_kintone.paths import api_of
from local_kintone.refusals import RefusedError
from local_kintone.wire.request import Head, Received
from local_kintone.wire.response import Response, json_response

if TYPE_CHECKING:
    from local_kintone.failures import Failure
    from local_kintone.site import Site
    from local_kintone.wire.connection import Connection

LOGGER = logging.getLogger(__name__)


class Service:
    """Answers every request of every connection."""

    def __init__(self, site: Site) -> None:
        """Work on the server's whole state."""
        self._site = site

    def serve(self, connection: Connection) -> None:
        """Answer the requests of one connection until it ends."""
        with contextlib.ExitStack() as counting:
            counted = False
            while (head := connection.read_head()) is not None:
                if head.path.startswith(control.PREFIX):
                    going_on = self._control(connection, head)
                else:
                    if not counted:
                        counting.enter_context(self._site.traffic.connection())
                        counted = True
                    going_on = self._exchange(connection, head)
                if not going_on:
                    return

    def _control(self, connection: Connection, head: Head) -> bool:
        received = _received(head, connection.read_body(head))
        connection.send(control.answer(self._site, received))
        return head.keep_alive

    def _exchange(self, connection: Connection, head: Head) -> bool:
        failure = self._site.failures.take(head)
        call = f"{head.effective_method} {api_of(head.path) or head.path}"
        with self._site.traffic.running(call) as running:
            if failure is not None and failure.cut == "before":
                return _broken_off(connection, failure)
            received = _received(head, connection.read_body(head))
            self._site.traffic.note(received)
            time.sleep(self._site.latency.request + (failure.delay if failure else 0.0))
            if self._site.closed:
                return False
            response = self._response(received, failure, running)
            if failure is not None and failure.cut == "after":
                return _broken_off(connection, failure)
            self._finish(response, head, running)
            if failure is not None:
                return send_broken(connection, response, failure) and head.keep_alive
            connection.send(response)
            return head.keep_alive

    def _response(self, received: Received, failure: Failure | None, running: int) -> Response:
        limit = self._site.settings.concurrency_limit
        if running > limit:
            refusal = RefusedError(429, "GAIA_TO04", "The number of requests to be processed has exceeded the limit.")
            response = json_response(refusal.body, refusal.status)
            response.headers["X-Cybozu-Error"] = "GAIA_TO04"
            return response
        if failure is not None and failure.replaces_answer:
            if failure.applied:
                self._answer(received)
            return broken_answer(failure)
        return self._answer(received)

    def _answer(self, received: Received) -> Response:
        try:
            return routes.answer(self._site, received)
        except Exception:
            # A fault of this server must be seen by whoever runs it, and must not look like kintone's doing.
            LOGGER.exception("the local kintone failed at %s %s", received.method, received.path)
            return json_response({"code": "LOCAL_FAULT", "message": "See the local kintone's log."}, 500)

    def _finish(self, response: Response, head: Head, running: int) -> None:
        if self._site.settings.gzip and "gzip" in head.headers.get("Accept-Encoding", ""):
            response.compress()
        response.headers["X-ConcurrencyLimit-Limit"] = str(self._site.settings.concurrency_limit)
        response.headers["X-ConcurrencyLimit-Running"] = str(running)


def _received(head: Head, body: bytes) -> Received:
    return Received(head.method, head.path, head.query, head.headers, body)


def _broken_off(connection: Connection, failure: Failure) -> bool:
    if failure.reset:
        connection.reset()
    return False
