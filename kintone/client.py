"""The one client that all tools share: it carries out operations, again where that is safe, and maps failures."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from types import TracebackType
from typing import Self

from pydantic_core import from_json

from kintone.access.credentials import Tokens
from kintone.access.redaction import Redactor
from kintone.access.settings import OperatorSettings
from kintone.access.sites import Site
from kintone.errors import CursorLimitError, KintoneError, LockedError, RateLimitedError
from kintone.exchange.deadline import Deadline
from kintone.exchange.error_mapping import fate, map_error, not_kintone, transport_failure
from kintone.exchange.gates import Gates
from kintone.exchange.retry import Mishap, RetryPolicy, read_retry_after
from kintone.exchange.wire_format import WireRequest, api_path, build
from kintone.forms.forms_api import FormCache, FormKey, FormsApi
from kintone.operations import Answer, Operation
from kintone.transport import Incoming, Received, Transport, TransportError, UploadBody

logger = logging.getLogger(__name__)

# Shared by all calls of the process: neither holds anything of one call.
gates = Gates()
form_cache = FormCache()

DEFAULT_TIMEOUT = 30.0
PLACES_WITHOUT_FILES = 2
"""Places at the gate that files, which take long, leave to the other requests."""
UNAVAILABLE = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)

type OpenBody = Callable[[], AbstractContextManager[UploadBody]]


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks what: the site, the tokens and, where the app lives in one, the guest space."""

    site: Site
    tokens: Tokens
    guest_space: int | None = None


class AttemptError(Exception):
    """One try that did not succeed: what happened, the error to raise in the end, and how long to wait at least."""

    def __init__(self, mishap: Mishap, error: KintoneError, retry_after: float | None = None) -> None:
        """Keep the parts."""
        super().__init__(mishap.name)
        self.mishap = mishap
        self.error = error
        self.retry_after = retry_after


class KintoneClient:
    """Carries out operations for one call of a tool; safe to share between the threads of that call.

    ``request_timeout`` is in seconds and holds for one HTTP request; the operator's call budget holds for all of them.
    """

    def __init__(
        self,
        access: Access,
        settings: OperatorSettings,
        *,
        request_timeout: float = DEFAULT_TIMEOUT,
        policy: RetryPolicy | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare the client; nothing is connected yet."""
        self.access = access
        self.settings = settings
        self.deadline = Deadline(settings.call_budget)
        self._timeout = request_timeout
        self._policy = policy or RetryPolicy()
        self._sleep = sleep
        self._redactor = Redactor(access.tokens.secrets())
        self._gate = gates.gate(str(access.site.origin), settings.max_concurrency)
        transfers = max(1, settings.max_concurrency - PLACES_WITHOUT_FILES)
        self._transfers = gates.gate(f"files of {access.site.origin}", transfers)
        self._transport = Transport(access.site, access.tokens, settings.max_concurrency)

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._transport.close()

    @property
    def forms(self) -> FormsApi:
        """The forms of the apps, as this credential sees them."""
        return FormsApi(self, form_cache, self._form_key)

    def _form_key(self, app: str) -> FormKey:
        access = self.access
        return form_cache.key(str(access.site), access.guest_space, app, access.tokens.secrets())

    def api_path(self, api: str) -> str:
        """Return the path of an API on this site, the guest space included."""
        return api_path(api, self.access.guest_space)

    def record_url(self, app: int, record_id: str) -> str:
        """Return the address where a person opens the record."""
        space = f"/guest/{self.access.guest_space}" if self.access.guest_space else ""
        return self.access.site.url(f"/k{space}/{app}/show#record={record_id}")

    def call(self, operation: Operation) -> Answer:
        """Carry out an operation that is asked and answered in JSON."""
        request = build(operation, self.api_path(operation.api), len(str(self.access.site)))
        return self._repeated(operation, lambda: self._answer(operation, self._exchange(operation, request)))

    def upload(self, operation: Operation, open_body: OpenBody) -> Answer:
        """Send a body that is opened anew for every try, so that it never has to be kept."""
        request = WireRequest("POST", self.api_path(operation.api))

        def attempt() -> Answer:
            with self._transfers.place(id(self), self.deadline, operation.description), open_body() as body:
                return self._answer(operation, self._exchange(operation, request, body))

        return self._repeated(operation, attempt)

    @contextmanager
    def download(self, operation: Operation) -> Iterator[Incoming]:
        """Hand over an answer that is no JSON while it arrives; a place at the gate is held until it is read."""
        request = build(operation, self.api_path(operation.api), len(str(self.access.site)))
        # Compressed, the length announced would not be that of the file.
        request = replace(request, headers={**request.headers, "Accept-Encoding": "identity"})
        with ExitStack() as stack:
            yield self._repeated(operation, lambda: self._opened(operation, request, stack))

    def _repeated[T](self, operation: Operation, attempt: Callable[[], T]) -> T:
        tries = 0
        maybe_saved = False
        while True:
            tries += 1
            if self.deadline.remaining() <= 0:
                raise self.deadline.error(operation.description, maybe_saved=maybe_saved)
            try:
                return attempt()
            except KintoneError as error:
                _own_up(error, operation, earlier=maybe_saved)
                raise
            except AttemptError as failed:
                maybe_saved = _own_up(failed.error, operation, earlier=maybe_saved)
                pause = self._pause(operation, failed, tries)
                if pause is None:
                    raise failed.error from None
            self._sleep(pause)

    def _pause(self, operation: Operation, failed: AttemptError, tries: int) -> float | None:
        """Return the seconds before the next try, or None when there must be none."""
        pause = self._policy.pause(tries, failed.retry_after)
        if not self._policy.may_repeat(operation.repeat, failed.mishap, tries) or pause >= self.deadline.remaining():
            if tries > 1:
                failed.error.failed += f" (tried {tries} times)"
            return None
        logger.info("%s: %s on try %d, next in %.1f s", operation.description, failed.mishap.name.lower(), tries, pause)
        return pause

    def _exchange(self, operation: Operation, request: WireRequest, body: UploadBody | None = None) -> Received:
        started = time.monotonic()
        status, size = 0, 0
        with self._gate.place(id(self), self.deadline, operation.description):
            try:
                received = self._transport.exchange(request, self._timeout, self.deadline, body)
                status, size = received.status, len(received.body)
            except TransportError as error:
                raise self._attempt_error(operation, error) from None
            finally:
                self._log(request, status, started, size)
        return received

    def _opened(self, operation: Operation, request: WireRequest, stack: ExitStack) -> Incoming:
        started = time.monotonic()
        with ExitStack() as attempt:
            for gate in (self._transfers, self._gate):
                attempt.enter_context(gate.place(id(self), self.deadline, operation.description))
            try:
                incoming = attempt.enter_context(self._transport.open(request, self._timeout, self.deadline))
                self._log(request, incoming.status, started, 0)
                if incoming.status != HTTPStatus.OK:
                    body = b"".join(incoming.chunks(1024 * 1024))
                    raise self._refused(operation, Received(incoming.status, incoming.headers, body))
            except TransportError as error:
                raise self._attempt_error(operation, error) from None
            stack.push(attempt.pop_all())
        return incoming

    def _attempt_error(self, operation: Operation, error: TransportError) -> AttemptError:
        return AttemptError(error.mishap, transport_failure(operation, error.kind, error.what, error.remedy))

    def _answer(self, operation: Operation, received: Received) -> Answer:
        if not HTTPStatus.OK <= received.status < HTTPStatus.MULTIPLE_CHOICES:
            raise self._refused(operation, received)
        try:
            body = from_json(received.body, allow_inf_nan=False)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise not_kintone(operation, "the answer is not kintone's JSON")
        warning = received.headers.get("X-Cybozu-Warning")
        return Answer(body, self._redactor.mask(warning) if warning else None, received.body)

    def _refused(self, operation: Operation, received: Received) -> AttemptError:
        error = map_error(operation, received.status, received.body, self._redactor)
        return AttemptError(
            _mishap(received.status, error), error, read_retry_after(received.headers.get("Retry-After"))
        )

    def _log(self, request: WireRequest, status: int, started: float, size: int) -> None:
        logger.info(
            "%s %s %s %.3f s %d bytes",
            request.headers.get("X-HTTP-Method-Override", request.method),
            request.path,
            status or "no answer",
            time.monotonic() - started,
            size,
        )


def _own_up(error: KintoneError, operation: Operation, *, earlier: bool) -> bool:
    """Have the error say that an earlier try may have been carried out, whatever is said of this one."""
    if earlier and not error.maybe_saved:
        error.failed += fate(operation)
        error.maybe_saved = True
    return error.maybe_saved


def _mishap(status: int, error: KintoneError) -> Mishap:
    if isinstance(error, CursorLimitError):
        return Mishap.FINAL
    if isinstance(error, RateLimitedError):
        return Mishap.RATE_LIMITED
    if isinstance(error, LockedError):
        return Mishap.LOCKED
    return Mishap.UNAVAILABLE if status in UNAVAILABLE else Mishap.FINAL
