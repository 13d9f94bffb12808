"""Serves requests: latency, failures on demand, the limit on concurrency, then the call itself."""

from __future__ import annotations

import contextlib
import logging
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_kintone.calls import routes
from local_kintone.paths import api_of
from local_kintone.refusals import RefusedError
from local_kintone.serving import control
from local_kintone.serving.failures import broken_answer, send_broken
from local_kintone.serving.in_process import InProcessConnection
from local_kintone.serving.messages import Head, Received, Response, json_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local_kintone.serving.failures import Failure
    from local_kintone.serving.in_process import Connection
    from local_kintone.serving.traffic import Turn
    from local_kintone.site import Site

LOGGER = logging.getLogger(__name__)

# The request before which a hook runs now, in this thread or greenlet.
_HOOKED: ContextVar[Turn | None] = ContextVar("hooked", default=None)


@dataclass(slots=True)
class Passage:
    """How far a request came.

    Attributes:
        received: whether its body was read.
        applied: whether what it asked was done and stays done.
        going_on: whether the connection can take another request.
    """

    received: bool = False
    applied: bool = False
    going_on: bool = False


class Service:
    """Answers every request, of connections and of the same process."""

    def __init__(self, site: Site) -> None:
        """Work on the server's whole state."""
        self._site = site

    @contextlib.contextmanager
    def connection(self) -> Iterator[Callable[[Connection, Head], bool]]:
        """Give what answers one request of a connection and tells whether the connection can take another."""
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
                return self._pass(connection, head).going_on

            yield answer

    def exchange(self, head: Head, body: bytes) -> Response:
        """Answer one request of the same process.

        Raises:
            ConnectionCutError: a failure left it without a whole answer.
        """
        connection = InProcessConnection(body, self._site.clock)
        passage = Passage()
        if head.path.startswith(control.PREFIX):
            self._control(connection, head)
        elif (hooked := _HOOKED.get()) is not None:
            # A hook's own requests are no part of the traffic: they meet no failure, no latency and no hook.
            response = self._answer(_received(head, body, hooked))
            self._finish(response, head, hooked.running)
            connection.send(response)
        else:
            passage = self._pass(connection, head)
        if connection.response is not None:
            return connection.response
        if connection.cut is None:
            connection.break_off("closed", reset=False)
        cut = connection.cut
        assert cut is not None  # noqa: S101 - break_off() has seen to it
        cut.applied, cut.received = passage.applied, passage.received
        raise cut

    def _control(self, connection: Connection, head: Head) -> None:
        connection.send(control.answer(self._site, _received(head, connection.read_body(head), None)))

    def _pass(self, connection: Connection, head: Head) -> Passage:
        passage = Passage()
        call = f"{head.effective_method} {api_of(head.path) or head.path}"
        with self._site.traffic.running(call) as turn:
            failure = self._site.failures.take(head, turn.number)
            if failure is not None and failure.cut == "before":
                self._call_hooks(_received(head, b"", turn), turn)
                connection.break_off("cut", reset=failure.reset)
                return passage
            received = _received(head, connection.read_body(head), turn)
            passage.received = True
            self._site.traffic.note(received)
            late = failure.delay if failure is not None else 0.0
            # A delay lies before the work, unless that is to be done first.
            done_first = failure is not None and failure.applied is True
            self._pause(self._site.latency.request + (0.0 if done_first else late))
            if self._site.closed:
                return passage
            self._call_hooks(received, turn)
            response = self._response(received, failure, turn, passage)
            self._pause(late if done_first else 0.0)
            self._send(connection, head, response, failure, turn, passage)
        return passage

    def _pause(self, seconds: float) -> None:
        if seconds:
            self._site.clock.sleep(seconds)

    def _call_hooks(self, received: Received, turn: Turn) -> None:
        if not self._site.before_request:
            return
        before = _HOOKED.set(turn)
        try:
            for hook in tuple(self._site.before_request):
                hook(received)
        except Exception:
            LOGGER.exception("what was to be called before a request failed")
            raise
        finally:
            _HOOKED.reset(before)

    def _response(self, received: Received, failure: Failure | None, turn: Turn, passage: Passage) -> Response:
        limit = self._site.settings.concurrency_limit
        if turn.running > limit:
            refusal = RefusedError(429, "GAIA_TO04", "The number of requests to be processed has exceeded the limit.")
            response = json_response(refusal.body, refusal.status)
            response.headers["X-Cybozu-Error"] = "GAIA_TO04"
            return response
        if failure is None or failure.applies:
            response = self._answer(received)
            passage.applied = response.status < 300  # noqa: PLR2004 - HTTP's successes
        elif failure.silent or failure.replaces_answer:
            response = broken_answer(failure)
        else:
            with self._site.undone():
                response = self._answer(received)
        if failure is not None and failure.replaces_answer:
            return broken_answer(failure)
        return response

    def _answer(self, received: Received) -> Response:
        try:
            return routes.answer(self._site, received)
        except Exception:
            # A fault of this server must be seen by whoever runs it, and must not look like kintone's doing.
            LOGGER.exception("the local kintone failed at %s %s", received.method, received.path)
            return json_response({"code": "LOCAL_FAULT", "message": "See the local kintone's log."}, 500)

    def _send(  # noqa: PLR0913, PLR0917 - all that an answer depends on
        self,
        connection: Connection,
        head: Head,
        response: Response,
        failure: Failure | None,
        turn: Turn,
        passage: Passage,
    ) -> None:
        if failure is not None and failure.silent:
            self._pause(failure.hang or 0.0)
            if failure.garbage is not None:
                connection.send_raw(failure.garbage.encode("latin-1", "replace"))
            connection.break_off("cut" if failure.hang is None else "hang", reset=failure.reset)
            return
        self._finish(response, head, turn.running)
        if failure is None:
            connection.send(response)
            passage.going_on = True
        else:
            passage.going_on = send_broken(connection, response, failure)

    def _finish(self, response: Response, head: Head, running: int) -> None:
        if self._site.settings.gzip and "gzip" in head.headers.get("Accept-Encoding", ""):
            response.compress()
        response.headers["X-ConcurrencyLimit-Limit"] = str(self._site.settings.concurrency_limit)
        response.headers["X-ConcurrencyLimit-Running"] = str(running)


def _received(head: Head, body: bytes, turn: Turn | None) -> Received:
    number = 0 if turn is None else turn.number
    return Received(head.method, head.path, head.query, head.headers, body, number)
