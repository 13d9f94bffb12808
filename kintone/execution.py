"""Execution of requests: sending with a slot of the limiter, reading the answer, retries by ``kintone.retry``.

No other module does these things.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from kintone.access.credentials import Access
from kintone.access.settings import OperatorSettings
from kintone.access.site_keys import site_keys
from kintone.api import Answer, EncodedRequest, Request
from kintone.deadline import Deadline
from kintone.errors import KintoneError, internal_error
from kintone.exchanges import is_readable
from kintone.limiter import RESERVED_SLOTS, WAITING_FOR_SLOT, Limiters
from kintone.limits import MAX_ANSWER_BYTES
from kintone.messages import Message
from kintone.replies import Reply, failure_sentence, json_object, not_json, not_kintone, refusal_of
from kintone.retry import AttemptError, Entries, FailureKind, RetryPolicy, name_for_log, retry, with_remedy
from kintone.runtime import PROCESS_RUNTIME, Runtime
from kintone.transport import HttpTransport, StreamedReply, Transport, UploadBody
from kintone.transport_failures import TransportError

logger = logging.getLogger(__name__)

limiters = Limiters()
"""Shared by all calls of the process; they hold no state of a single call."""

DEFAULT_TIMEOUT: Final = 30.0
CHUNK: Final = 1024 * 1024
MAX_SHARE_OF_PAUSE: Final = 0.1
"""Of the time that is left, the most that a pause after a conflict with another writer may take."""
MIN_SECONDS_FOR_WRITE: Final = 0.1
"""A write is sent only if at least this time is left until the deadline."""

type OpenBody = Callable[[], AbstractContextManager[UploadBody]]


@dataclass(frozen=True, slots=True)
class Engine:
    """Runtime and transport of a call; a simulation replaces both."""

    runtime: Runtime = PROCESS_RUNTIME
    transport: Transport | None = None


class Execution:
    """Carries out the requests of one tool call; safe to share between the threads of that call.

    ``request_timeout`` is in seconds and limits one HTTP request. ``deadline`` limits the whole call.
    """

    def __init__(
        self,
        access: Access,
        settings: OperatorSettings,
        request_timeout: float = DEFAULT_TIMEOUT,
        policy: RetryPolicy | None = None,
        engine: Engine | None = None,
    ) -> None:
        """Start the deadline of the call; nothing is connected yet."""
        engine = engine or Engine()
        origin, slots = str(access.site.origin), settings.max_concurrency
        self.deadline = Deadline(settings.call_budget, engine.runtime)
        self._access = access
        self._timeout = request_timeout
        self._policy = policy or RetryPolicy()
        self._runtime = engine.runtime
        self._keys = site_keys(access)
        self._redactor = access.redactor()
        self._limiter = limiters.limiter(origin, slots)
        self._transfers = limiters.limiter(f"files of {origin}", max(1, slots - RESERVED_SLOTS))
        self._transport = engine.transport or HttpTransport(slots)

    def run[Result](  # noqa: PLR0913 - the parts of one request
        self,
        request: Request,
        encoded: EncodedRequest,
        read: Callable[[Answer], Result],
        *,
        entries: Entries | None = None,
        deadline: Deadline | None = None,
        open_body: OpenBody | None = None,
    ) -> Result:
        """Send a request with a JSON answer, with retries where they are safe, and return the result of ``read``."""
        limit = deadline or self.deadline

        def attempt() -> Result:
            with ExitStack() as stack:
                if open_body:
                    stack.enter_context(self._transfers.slot(id(self), limit, request.description))
                body = stack.enter_context(open_body()) if open_body else None
                reply = self._send(request, encoded, limit, body)
            return self._read(request, reply, read)

        result = self.repeat(request, attempt, deadline=limit, entries=entries)
        if entries:
            entries.ledger.mark_saved(entries.span, result if isinstance(result, list) else ())
        return result

    @contextmanager
    def stream(self, request: Request, encoded: EncodedRequest) -> Iterator[StreamedReply]:
        """Open an answer that is not JSON as a stream; the slots are held until the block ends.

        Its method ``chunks`` raises ``KintoneError``.
        """
        with ExitStack() as stack:
            yield self.repeat(request, lambda: self._open(request, encoded, stack))

    def repeat[Result](
        self,
        request: Request,
        attempt: Callable[[], Result],
        *,
        entries: Entries | None = None,
        deadline: Deadline | None = None,
        policy: RetryPolicy | None = None,
    ) -> Result:
        """Run ``attempt``, and again after an ``AttemptError`` if the request and the policy allow it."""
        return retry(request, attempt, policy or self._policy, deadline or self.deadline, entries)

    def pause_after_conflict(self, conflicts: int) -> None:
        """Wait as the policy says, at most ``MAX_SHARE_OF_PAUSE`` of the time that is left."""
        most = self.deadline.remaining() * MAX_SHARE_OF_PAUSE
        self.deadline.wait(min(most, self._policy.pause_after_conflict(conflicts)))

    def _send(self, request: Request, encoded: EncodedRequest, deadline: Deadline, body: UploadBody | None) -> Reply:
        with self._limiter.slot(id(self), deadline, request.description), self._logged(encoded) as log:
            if request.retry_safety.writes and deadline.remaining() < MIN_SECONDS_FOR_WRITE:
                # The deadline would end before the answer arrives, and the outcome would be unknown.
                raise deadline.error(request.description, WAITING_FOR_SLOT)
            try:
                opened = self._transport.open(encoded, self._access, deadline, self._timeout, body)
                with opened as reply:
                    log.status = reply.status
                    content = _content(request, reply, MAX_ANSWER_BYTES)
            except TransportError as error:
                raise _transport_failure(request, error, deadline) from None
            log.size = len(content)
            return Reply(reply.status, reply.headers, content)

    def _open(self, request: Request, encoded: EncodedRequest, stack: ExitStack) -> StreamedReply:
        deadline = self.deadline
        with ExitStack() as attempt:
            for limiter in (self._transfers, self._limiter):
                attempt.enter_context(limiter.slot(id(self), deadline, request.description))
            with self._logged(encoded) as log:
                try:
                    opened = self._transport.open(encoded, self._access, deadline, self._timeout)
                    reply = attempt.enter_context(opened)
                    log.status = reply.status
                    if reply.status != HTTPStatus.OK:
                        body = _content(request, reply, CHUNK)
                        raise self._refusal(request, Reply(reply.status, reply.headers, body))
                    _require_readable(request, reply)
                except TransportError as error:
                    raise _transport_failure(request, error, deadline) from None
            stack.push(attempt.pop_all())
        return _MappedReply(reply, request, deadline)

    def _refusal(self, request: Request, reply: Reply) -> AttemptError:
        refusal = refusal_of(request, reply, self._redactor, self._keys)
        return AttemptError(refusal.kind, refusal.error, is_certain=refusal.is_certain, retry_after=refusal.retry_after)

    def _read[Result](self, request: Request, reply: Reply, read: Callable[[Answer], Result]) -> Result:
        if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            raise self._refusal(request, reply)
        body = json_object(reply.body)
        if body is None:
            raise AttemptError(FailureKind.FINAL, not_json(request, reply, self._keys))
        warning = reply.headers.get("X-Cybozu-Warning")
        answer = Answer(body, self._redactor.mask(warning) if warning else None, reply.body)
        try:
            return read(answer)
        except KintoneError as error:
            raise AttemptError(FailureKind.FINAL, error) from None
        except Exception as error:  # noqa: BLE001 - raised again as one of ours
            # Whatever ``read`` raises, a write that was answered must not be reported as one that was not sent. The
            # text of the exception may hold data of the answer, so only its class is logged.
            logger.warning("%s: reading the answer raised %s", name_for_log(request), type(error).__name__)
            raise AttemptError(FailureKind.FINAL, internal_error(type(error).__name__)) from None

    @contextmanager
    def _logged(self, encoded: EncodedRequest) -> Iterator["_LogEntry"]:
        log = _LogEntry()
        started = self._runtime.monotonic()
        try:
            yield log
        finally:
            logger.info(
                "%s %s %s %.3f s %d bytes",
                encoded.headers.get("X-HTTP-Method-Override", encoded.method),
                encoded.path,
                log.status or "no answer",
                self._runtime.monotonic() - started,
                log.size,
            )


@dataclass(slots=True)
class _LogEntry:
    """Status and size in bytes of an answer, for the log; status 0 without an answer."""

    status: int = 0
    size: int = 0


class _MappedReply:
    """A streamed reply that raises ``KintoneError`` instead of ``TransportError``."""

    def __init__(self, reply: StreamedReply, request: Request, deadline: Deadline) -> None:
        self.status = reply.status
        self.headers = reply.headers
        self._reply = reply
        self._request = request
        self._deadline = deadline

    def chunks(self, most: int) -> Iterator[bytes]:
        try:
            yield from self._reply.chunks(most)
        except TransportError as error:
            failure = _transport_failure(self._request, error, self._deadline)
            raise with_remedy(failure.error, self._request, None) from None


def _transport_failure(request: Request, error: TransportError, deadline: Deadline) -> AttemptError:
    failure = error.failure
    kintone_error = failure.ending(request.description, deadline)
    if kintone_error is None:
        kintone_error = failure.error(failure_sentence(request, failure.problem), remedy=failure.remedy)
    return AttemptError(error.kind, kintone_error, sent=error.sent)


def _content(request: Request, reply: StreamedReply, most: int) -> bytes:
    """Return the whole body; of an answer other than 2xx nothing if it cannot be decoded, since its status suffices."""
    if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        _require_readable(request, reply)
    return b"".join(reply.chunks(most)) if is_readable(reply.headers) else b""


def _require_readable(request: Request, reply: StreamedReply) -> None:
    if not is_readable(reply.headers):
        error = not_kintone(request, Message("the answer is compressed in a way that was not requested"))
        raise AttemptError(FailureKind.FINAL, error)
