"""The one place that sends, waits, takes slots, tries again and notes what became of a write."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from kintone.access.credentials import Access
from kintone.access.redaction import Redactor
from kintone.access.settings import OperatorSettings
from kintone.api import Answer, EncodedRequest, Request
from kintone.deadline import Deadline
from kintone.errors import BudgetExceededError, KintoneError, unexpected
from kintone.exchanges import is_readable
from kintone.ledger import Span, WriteLedger
from kintone.limiter import RESERVED_SLOTS, Limiters
from kintone.limits import MAX_ANSWER_BYTES
from kintone.messages import Joined, Message
from kintone.remedies import for_one, for_write
from kintone.replies import Reply, json_object, not_kintone, refusal_of
from kintone.retry import FailureKind, RetryPolicy
from kintone.runtime import PROCESS, Runtime
from kintone.transport import HttpTransport, StreamedReply, Transport, UploadBody
from kintone.transport_failures import TransportError

logger = logging.getLogger(__name__)

limiters = Limiters()
"""Shared by all calls of the process; they hold nothing of one call."""

DEFAULT_TIMEOUT: Final = 30.0
CHUNK: Final = 1024 * 1024
MIN_SECONDS_FOR_WRITE: Final = 0.1
"""Seconds that must be left of the time of a call for a write to begin."""

LISTS: Final = ("records", "records/cursor")
"""The APIs that answer as much as is asked for."""

type OpenBody = Callable[[], AbstractContextManager[UploadBody]]


@dataclass(frozen=True, slots=True)
class Engine:
    """What a call runs on; a simulation brings its own clock and its own way to kintone."""

    runtime: Runtime = PROCESS
    transport: Transport | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """Which entries a request writes, in the ledger of their call."""

    ledger: WriteLedger
    span: Span


class AttemptError(Exception):
    """One try that did not succeed: the error to raise in the end, and what is known of the request.

    ``is_certain`` tells that nothing was done; ``sent`` that bytes of it have left.
    """

    def __init__(
        self,
        kind: FailureKind,
        error: KintoneError,
        *,
        sent: bool = True,
        is_certain: bool = False,
        retry_after: float | None = None,
    ) -> None:
        """Keep the parts."""
        super().__init__(kind.name)
        self.kind = kind
        self.error = error
        self.sent = sent
        self.is_certain = is_certain
        self.retry_after = retry_after


class Execution:
    """Carries out the requests of one call of a tool; safe to share between the threads of that call.

    ``request_timeout`` is in seconds and holds for one HTTP request; ``deadline`` holds for all of them.
    """

    def __init__(
        self,
        access: Access,
        settings: OperatorSettings,
        request_timeout: float = DEFAULT_TIMEOUT,
        policy: RetryPolicy | None = None,
        engine: Engine | None = None,
    ) -> None:
        """Start the time of the call; nothing is connected yet."""
        engine = engine or Engine()
        origin, slots = str(access.site.origin), settings.max_concurrency
        self.deadline = Deadline(settings.call_budget, engine.runtime)
        self._access = access
        self._timeout = request_timeout
        self._policy = policy or RetryPolicy()
        self._runtime = engine.runtime
        self._redactor = Redactor(access.tokens.secrets())
        self._limiter = limiters.limiter(origin, slots)
        self._transfers = limiters.limiter(f"files of {origin}", max(1, slots - RESERVED_SLOTS))
        self._transport = engine.transport or HttpTransport(slots)

    def run[Result](  # noqa: PLR0913 - each says something else of the one request
        self,
        request: Request,
        encoded: EncodedRequest,
        read: Callable[[Answer], Result],
        *,
        entries: Entries | None = None,
        deadline: Deadline | None = None,
        open_body: OpenBody | None = None,
    ) -> Result:
        """Send a request that is answered in JSON, again where that is safe, and return what ``read`` makes of it."""
        within = deadline or self.deadline

        def attempt() -> Result:
            with ExitStack() as stack:
                if open_body:
                    stack.enter_context(self._transfers.slot(id(self), within, request.description))
                body = stack.enter_context(open_body()) if open_body else None
                received = self._exchanged(request, encoded, within, body)
            return self._read(request, received, read)

        result = self._repeated(request, attempt, within, entries)
        if entries:
            entries.ledger.save(entries.span, result if isinstance(result, list) else ())
        return result

    @contextmanager
    def stream(self, request: Request, encoded: EncodedRequest) -> Iterator[StreamedReply]:
        """Hand over an answer that is no JSON while it arrives; the slots are held until it is read.

        Its ``chunks`` raise a ``KintoneError``.
        """
        with ExitStack() as stack:
            yield self._repeated(request, lambda: self._opened(request, encoded, stack), self.deadline, None)

    def repeat[Result](
        self,
        request: Request,
        attempt: Callable[[], Result],
        *,
        deadline: Deadline | None = None,
        policy: RetryPolicy | None = None,
    ) -> Result:
        """Run an attempt, which raises ``AttemptError``, again where the operation and the policy allow it."""
        return self._repeated(request, attempt, deadline or self.deadline, None, policy)

    def _repeated[Result](
        self,
        request: Request,
        attempt: Callable[[], Result],
        deadline: Deadline,
        entries: Entries | None,
        policy: RetryPolicy | None = None,
    ) -> Result:
        patience = policy or self._policy
        tries = 0
        before: KintoneError | None = None
        while True:
            try:
                deadline.check(request.description)
                tries += 1
                return attempt()
            except AttemptError as failed:
                _note(failed, entries)
                pause = _pause(patience, request, failed, tries, deadline)
                if pause is None:
                    raise _advised(_after(_told(failed, tries, deadline), before), request, entries) from None
                before = failed.error
            except KintoneError as error:
                # Certain before anything was sent in this try: the time is over, or a body cannot be had.
                raise _advised(_after(error, before), request, entries) from None
            deadline.wait(pause)

    def _exchanged(
        self, request: Request, encoded: EncodedRequest, deadline: Deadline, body: UploadBody | None
    ) -> Reply:
        with self._limiter.slot(id(self), deadline, request.description), self._logged(encoded) as log:
            if request.retry_safety.writes and deadline.remaining() < MIN_SECONDS_FOR_WRITE:
                # It would be sent, and nobody would wait for the answer.
                raise deadline.error(
                    request.description, Message("waiting for other requests to the same kintone site")
                )
            try:
                opened = self._transport.open(encoded, self._access, deadline, self._timeout, body)
                with opened as reply:
                    log.status = reply.status
                    content = _content(request, reply, MAX_ANSWER_BYTES)
            except TransportError as error:
                raise self._failed(request, error, deadline) from None
            log.size = len(content)
            return Reply(reply.status, reply.headers, content)

    def _opened(self, request: Request, encoded: EncodedRequest, stack: ExitStack) -> StreamedReply:
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
                        raise self._refused(request, Reply(reply.status, reply.headers, body))
                    _require_readable(request, reply)
                except TransportError as error:
                    raise self._failed(request, error, deadline) from None
            stack.push(attempt.pop_all())
        return _Told(reply, lambda error: _advised(self._failed(request, error, deadline).error, request, None))

    def _failed(self, request: Request, error: TransportError, deadline: Deadline) -> AttemptError:
        failure = error.failure
        told = failure.ending(request.description, deadline)
        if told is None:
            problem = Message("{doing} failed: {what}", doing=request.description, what=failure.what)
            told = failure.error(problem, remedy=failure.remedy)
        return AttemptError(error.kind, told, sent=error.sent)

    def _refused(self, request: Request, received: Reply) -> AttemptError:
        refusal = refusal_of(request, received, self._redactor)
        return AttemptError(refusal.kind, refusal.error, is_certain=refusal.is_certain, retry_after=refusal.retry_after)

    def _read[Result](self, request: Request, received: Reply, read: Callable[[Answer], Result]) -> Result:
        if not HTTPStatus.OK <= received.status < HTTPStatus.MULTIPLE_CHOICES:
            raise self._refused(request, received)
        body = json_object(received.body)
        if body is None:
            error = not_kintone(request, Message("the answer is not kintone's JSON"))
            raise AttemptError(FailureKind.FINAL, error)
        warning = received.headers.get("X-Cybozu-Warning")
        answer = Answer(body, self._redactor.mask(warning) if warning else None)
        try:
            return read(answer)
        except KintoneError as error:
            raise AttemptError(FailureKind.FINAL, error) from None
        except Exception as error:  # noqa: BLE001 - raised again as one of ours
            # Whatever the reader stumbles over, a write that was answered must not be told as one that was not sent.
            # Its text may hold anything of the answer, so only its kind is logged.
            logger.warning("%s: reading the answer raised %s", _logged_as(request), type(error).__name__)
            raise AttemptError(FailureKind.FINAL, unexpected(type(error).__name__)) from None

    @contextmanager
    def _logged(self, encoded: EncodedRequest) -> Iterator["_Log"]:
        log = _Log()
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
class _Log:
    """What a line of the log tells of an exchange."""

    status: int = 0
    size: int = 0


class _Told:
    """A reply whose failures are told as errors of the operation."""

    def __init__(self, reply: StreamedReply, told: Callable[[TransportError], KintoneError]) -> None:
        self.status = reply.status
        self.headers = reply.headers
        self._reply = reply
        self._told = told

    def chunks(self, most: int) -> Iterator[bytes]:
        try:
            yield from self._reply.chunks(most)
        except TransportError as error:
            raise self._told(error) from None


def _content(request: Request, reply: StreamedReply, most: int) -> bytes:
    """Return the whole body, nothing for that of a failure that cannot be read; its status tells enough."""
    if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        _require_readable(request, reply)
    return b"".join(reply.chunks(most)) if is_readable(reply.headers) else b""


def _require_readable(request: Request, reply: StreamedReply) -> None:
    if not is_readable(reply.headers):
        error = not_kintone(request, Message("the answer is packed in a way that was not asked for"))
        raise AttemptError(FailureKind.FINAL, error)


def _pause(policy: RetryPolicy, request: Request, failed: AttemptError, tries: int, deadline: Deadline) -> float | None:
    """Return the seconds before the next try, or None when there must be none."""
    if not policy.may_repeat(request.retry_safety, failed.kind, tries):
        return None
    pause = policy.pause(failed.kind, tries, failed.retry_after)
    if pause >= deadline.remaining():
        return None
    logger.info("%s: %s on try %d, next in %.1f s", _logged_as(request), failed.kind.name.lower(), tries, pause)
    return pause


def _logged_as(request: Request) -> str:
    """Name an operation for the log; its description may name a file."""
    return f"{request.method} {request.api}"


def _note(failed: AttemptError, entries: Entries | None) -> None:
    """Note in the ledger what a try that failed proves of its entries."""
    if entries is None or not failed.sent:
        return
    if failed.is_certain:
        entries.ledger.refuse(entries.span)
    else:
        entries.ledger.leave_unknown(entries.span)


def _told(failed: AttemptError, tries: int, deadline: Deadline) -> KintoneError:
    error = failed.error
    if tries > 1:
        error = error.copy_with(problem=Message("{problem} (tried {tries} times)", problem=error.problem, tries=tries))
    if failed.retry_after and failed.retry_after >= deadline.remaining():
        note = Message(
            "it asks to be tried again after {seconds:,.0f} s, which is more than is left of the time for one call",
            seconds=failed.retry_after,
        )
        error = error.copy_with(notes=[*error.notes, note])
    return error


def _after(error: KintoneError, before: KintoneError | None) -> KintoneError:
    """Return the error with what the try before met, where it only says that the time is over."""
    if before is None or not isinstance(error, BudgetExceededError):
        return error
    return error.copy_with(notes=[*error.notes, _try_before(before)])


def _try_before(error: KintoneError) -> Message:
    if error.reply is None:
        return Message("the try before failed: {failure}", failure=error.problem)
    answer = Joined([Message("HTTP {status}", status=error.reply.status), error.reply.code], ", ")
    return Message("the try before was answered with {answer}", answer=answer)


def _advised(error: KintoneError, request: Request, entries: Entries | None) -> KintoneError:
    """Return the error with the ledger of its entries, and a remedy that suits what was asked."""
    if entries:
        return error.copy_with(ledger=entries.ledger, remedy=for_write(error.remedy, len(entries.ledger)))
    return error if request.api in LISTS else error.copy_with(remedy=for_one(error.remedy))
