"""Serves requests: latency, injected failures, the concurrency limit, then the call itself."""

from __future__ import annotations

import contextlib
import logging
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_kintone.calls import routes
from local_kintone.paths import api_of
from local_kintone.refusals import RefusedError
from local_kintone.serving import control, front
from local_kintone.serving.failures import replacement_answer, send_damaged
from local_kintone.serving.in_process import InProcessConnection
from local_kintone.serving.messages import Head, ReceivedRequest, Response, json_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local_kintone.serving.failures import Failure
    from local_kintone.serving.in_process import Connection
    from local_kintone.serving.traffic import ActiveRequest
    from local_kintone.site import Site

LOGGER = logging.getLogger(__name__)

# The outer request while one of its hooks runs, per thread or greenlet.
_REQUEST_OF_HOOK: ContextVar[ActiveRequest | None] = ContextVar("request_of_hook", default=None)


@dataclass(slots=True)
class Progress:
    """The progress of a request.

    Attributes:
        received: whether its body was read.
        applied: whether it was executed and its changes are kept.
        keep_alive: whether the connection can be reused.
    """

    received: bool = False
    applied: bool = False
    keep_alive: bool = False


class Service:
    """Answers every request, over connections and in process."""

    def __init__(self, site: Site) -> None:
        """Work on the server's state."""
        self._site = site

    @contextlib.contextmanager
    def connection(self) -> Iterator[Callable[[Connection, Head], bool]]:
        """Provide a function that answers one request and returns whether the connection can be reused."""
        with contextlib.ExitStack() as counting:
            counted = False

            def answer(connection: Connection, head: Head) -> bool:
                nonlocal counted
                if head.path.startswith(control.PREFIX):
                    self._control(connection, head)
                    return True
                if not counted:
                    counting.enter_context(self._site.traffic.connection())
                    counted = True
                return self._serve(connection, head).keep_alive

            yield answer

    def exchange(self, head: Head, body: bytes) -> Response:
        """Answer one request in process.

        Raises:
            ConnectionCutError: the client got no complete response.
        """
        connection = InProcessConnection(body, self._site.clock)
        progress = Progress()
        if head.path.startswith(control.PREFIX):
            self._control(connection, head)
        elif (outer := _REQUEST_OF_HOOK.get()) is not None:
            # The requests of a hook are not counted and have no failures, latency and hooks.
            response = self._answer(_received(head, body, outer, connection))
            self._finish(response, head, outer.running)
            connection.send(response)
        else:
            progress = self._serve(connection, head)
        if connection.response is not None:
            return connection.response
        if connection.cut is None:
            connection.close_unanswered("closed", reset=False)
        cut = connection.cut
        assert cut is not None  # noqa: S101 - close_unanswered() has set it
        cut.applied, cut.received = progress.applied, progress.received
        raise cut

    def _control(self, connection: Connection, head: Head) -> None:
        connection.send(control.answer(self._site, _received(head, connection.read_body(head), None, connection)))

    def _serve(self, connection: Connection, head: Head) -> Progress:
        progress = Progress()
        call = f"{head.effective_method} {api_of(head.path) or head.path}"
        with self._site.traffic.running(call) as active:
            failure = self._site.failures.take(head, active.number)
            if failure is not None and failure.cut == "before":
                self._call_hooks(_received(head, b"", active, connection), active)
                connection.close_unanswered("cut", reset=failure.reset)
                return progress
            received = _received(head, connection.read_body(head), active, connection)
            progress.received = True
            self._site.traffic.note(received)
            late = failure.delay if failure is not None else 0.0
            # The delay precedes the execution, unless the failure is applied first.
            done_first = failure is not None and failure.applied is True
            self._pause(self._site.latency.request + (0.0 if done_first else late))
            if self._site.closed:
                return progress
            self._call_hooks(received, active)
            response = None
            if failure is None or not failure.replaces_answer:
                response = front.refusal(self._site, head.headers, connection.peer)
            if response is None:
                response = self._response(received, failure, active, progress)
                self._finish(response, head, active.running)
            self._pause(late if done_first else 0.0)
            self._send(connection, response, failure, progress)
        return progress

    def _pause(self, seconds: float) -> None:
        if seconds:
            self._site.clock.sleep(seconds)

    def _call_hooks(self, received: ReceivedRequest, active: ActiveRequest) -> None:
        if not self._site.before_request:
            return
        before = _REQUEST_OF_HOOK.set(active)
        try:
            for hook in tuple(self._site.before_request):
                hook(received)
        except Exception:
            LOGGER.exception("a hook of before_request failed")
            raise
        finally:
            _REQUEST_OF_HOOK.reset(before)

    def _response(
        self, received: ReceivedRequest, failure: Failure | None, active: ActiveRequest, progress: Progress
    ) -> Response:
        limit = self._site.settings.concurrency_limit
        if active.running > limit:
            refusal = RefusedError(429, "GAIA_TO04", "The number of requests to be processed has exceeded the limit.")
            response = json_response(refusal.body, refusal.status)
            response.headers["X-Cybozu-Error"] = "GAIA_TO04"
            return response
        if failure is None or failure.applies:
            response = self._answer(received)
            progress.applied = response.status < 300  # noqa: PLR2004 - HTTP's successes
        elif failure.sends_nothing or failure.replaces_answer:
            response = replacement_answer(failure)
        else:
            with self._site.rolled_back():
                response = self._answer(received)
        if failure is not None and failure.replaces_answer:
            return replacement_answer(failure)
        return response

    def _answer(self, received: ReceivedRequest) -> Response:
        try:
            return routes.answer(self._site, received)
        except Exception:
            # An internal error must be logged and must not look like an error of kintone.
            LOGGER.exception("the local kintone failed at %s %s", received.method, received.path)
            return json_response({"code": "LOCAL_FAULT", "message": "See the local kintone's log."}, 500)

    def _send(self, connection: Connection, response: Response, failure: Failure | None, progress: Progress) -> None:
        if failure is not None and failure.sends_nothing:
            self._pause(failure.hang or 0.0)
            if failure.garbage is not None:
                connection.send_raw(failure.garbage.encode("latin-1", "replace"))
            connection.close_unanswered("cut" if failure.hang is None else "hang", reset=failure.reset)
            return
        if failure is None:
            connection.send(response)
            progress.keep_alive = True
        else:
            progress.keep_alive = send_damaged(connection, response, failure)

    def _finish(self, response: Response, head: Head, running: int) -> None:
        if self._site.settings.gzip and "gzip" in head.headers.get("Accept-Encoding", ""):
            response.compress()
        response.headers["X-ConcurrencyLimit-Limit"] = str(self._site.settings.concurrency_limit)
        response.headers["X-ConcurrencyLimit-Running"] = str(running)


def _received(head: Head, body: bytes, active: ActiveRequest | None, connection: Connection) -> ReceivedRequest:
    number = 0 if active is None else active.number
    certificate = connection.peer.certificate
    return ReceivedRequest(head.method, head.path, head.query, head.headers, body, number, certificate)
