"""Reads a file that Dify passes to a tool, as a stream that is checked, limited in size, counted and never kept."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

from kintone.access.proxies import proxy_variable, shown_proxy
from kintone.api import Request, RetrySafety
from kintone.deadline import Deadline
from kintone.errors import KintoneError, ResultTooLargeError, TimedOutError
from kintone.exchanges import MAX_REDIRECTS, CheckedAddress, HttpReply, fetch
from kintone.execution import Execution
from kintone.files import MeasuredSource
from kintone.messages import Message
from kintone.retry import UNAVAILABLE_STATUSES, AttemptError, FailureKind, RetryPolicy, read_retry_after
from kintone.transport_failures import TransportError
from tools.dify_files import failures
from tools.dify_files.addresses import FileAddress, read_address, stays_at_origin

TEMPORARY_STATUSES = UNAVAILABLE_STATUSES | {HTTPStatus.TOO_MANY_REQUESTS}
READ_RETRIES = RetryPolicy(tries=3, tries_after_time_out=1, first_pause=0.5, longest_pause=1.0)
"""Few tries and short pauses: Dify's own store answers at once or not at all."""
FILE_REQUEST = Request(failures.READING, "GET", "file of Dify", {}, RetrySafety.READ)


@dataclass(frozen=True, slots=True)
class DifyFile:
    """A file as Dify passes it; ``size`` is in bytes, None if Dify does not know it.

    ``original_name`` is the name it came with, ``name`` the name for kintone.
    """

    url: str = field(repr=False)
    name: str
    mime_type: str
    size: int | None = None
    original_name: str = ""


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """How a file is read: seconds to wait for the next bytes, the largest size in bytes, and what repeats requests.

    ``deadline`` ends early when another file of the call failed, so that the upload of this one stops.
    """

    read_seconds: float
    max_bytes: int
    execution: Execution
    deadline: Deadline


class FileSource:
    """One file, which may be opened any number of times; raises ``InvalidParameterError`` for a file it cannot read."""

    def __init__(self, file: DifyFile, limits: SourceLimits) -> None:
        """Keep the arguments; nothing is connected yet."""
        self.file = file
        self.size = 0
        self._limits = limits
        self._counted: int | None = None

    def check(self) -> None:
        """Check what can be checked without fetching the file: its address and the size that Dify states."""
        if self.file.size is not None:
            self._check_size(self.file.size)
        self._address(self.file.url)

    @contextmanager
    def open(self) -> Iterator[MeasuredSource]:
        """Request the file and yield it as a stream with its length.

        The length is what the answer announces, else the size that Dify states of a file in its own store, else it is
        counted: the file is read once and discarded, then requested again.
        """
        with ExitStack() as stack:
            reply, known = stack.enter_context(self._answer())
            if known is None:
                known = self._counted = sum(map(len, self._chunks(reply)))
                self._check_size(known)
                stack.close()
                reply, _ = stack.enter_context(self._answer())
            self._check_size(known)
            self.size = known
            yield MeasuredSource(self._chunks(reply), known, self._wrong_length)

    @contextmanager
    def stream(self) -> Iterator[Iterator[bytes]]:
        """Request the file and yield its bytes as they arrive.

        Their number need not be known; where it is, a file that is shorter or longer is refused at its end.
        """
        with self._answer() as (reply, known):
            yield self._counted_chunks(reply, known)

    def _counted_chunks(self, reply: HttpReply, known: int | None) -> Iterator[bytes]:
        received = 0
        for chunk in self._chunks(reply):
            received += len(chunk)
            yield chunk
        if known is not None and received != known:
            raise failures.wrong_length(self.file.name, known, is_short=received < known)

    @contextmanager
    def _answer(self) -> Iterator[tuple[HttpReply, int | None]]:
        """Follow redirects within the origin; yield the answer with the file, and its length if known."""
        url = self.file.url
        for _ in range(MAX_REDIRECTS + 1):
            address = self._address(url)
            with self._request(address.checked) as reply:
                location = reply.redirect(address.checked.url)
                if location is None:
                    self._require_file(address.checked, reply)
                    yield reply, self._length(address, reply)
                    return
            if not stays_at_origin(address, location):
                break
            url = location
        raise failures.refused_redirect(address.checked.origin.host)

    def _address(self, url: str) -> FileAddress:
        return read_address(url, self._limits.deadline, self._limits.read_seconds)

    def _require_file(self, address: CheckedAddress, reply: HttpReply) -> None:
        """Raise ``InvalidParameterError`` for an answer that is not the file."""
        if reply.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED and address.proxy:
            raise _proxy_failed(address, address.proxy)
        if reply.status != HTTPStatus.OK:
            raise failures.refused_by_store(address.origin.host, reply.status)
        if not reply.is_readable:
            raise failures.broken(self.file.name, Message("its content encoding was not asked for"))

    def _length(self, address: FileAddress, reply: HttpReply) -> int | None:
        """Return the length if known; outside of Dify's store, Dify's size may be that of a compressed answer."""
        announced = reply.length
        in_store = self.file.size if address.is_store else None
        if announced is not None and in_store is not None and announced != in_store:
            raise failures.wrong_length(self.file.name, in_store, is_short=announced < in_store)
        known = (announced, self._counted, in_store)
        return next((size for size in known if size is not None), None)

    @contextmanager
    def _request(self, address: CheckedAddress) -> Iterator[HttpReply]:
        """Request the file, with retries after a temporary failure, and yield the answer."""
        with ExitStack() as stack:
            yield self._limits.execution.repeat(
                FILE_REQUEST, lambda: self._attempt(address, stack), deadline=self._limits.deadline, policy=READ_RETRIES
            )

    def _attempt(self, address: CheckedAddress, stack: ExitStack) -> HttpReply:
        limits = self._limits
        with ExitStack() as attempt:
            try:
                reply = attempt.enter_context(fetch(address, limits.deadline, limits.read_seconds))
            except TransportError as error:
                # Only one retry for a store that does not accept a connection in time.
                kind = FailureKind.TIMED_OUT if error.failure.error is TimedOutError else error.kind
                failure = error.failure.ending(failures.READING, limits.deadline) or _unreachable(address, error)
                raise AttemptError(kind, failure) from None
            if reply.status in TEMPORARY_STATUSES:
                refused = failures.refused_by_store(address.origin.host, reply.status)
                pause = read_retry_after(reply.headers.get("Retry-After"))
                raise AttemptError(FailureKind.UNAVAILABLE, refused, retry_after=pause)
            stack.push(attempt.pop_all())
        return reply

    def _chunks(self, reply: HttpReply) -> Iterator[bytes]:
        try:
            yield from reply.chunks(self._limits.max_bytes)
        except TransportError as error:
            raise self._broken(error) from None

    def _broken(self, error: TransportError) -> KintoneError:
        """Return the error for a transfer that broke off."""
        ending = error.failure.ending(failures.READING, self._limits.deadline)
        if ending is not None:
            return ending
        if error.failure.error is ResultTooLargeError:
            return failures.too_large(self.file.name, None, self._limits.max_bytes)
        if error.failure.error is TimedOutError:
            return failures.too_slow(self.file.name)
        return failures.broken(self.file.name, error.failure.problem)

    def _check_size(self, size: int) -> None:
        if size > self._limits.max_bytes:
            raise failures.too_large(self.file.name, size, self._limits.max_bytes)
        if size == 0:
            raise failures.empty(self.file.name)

    def _wrong_length(self, is_short: bool) -> Exception:  # noqa: FBT001 - the signature of ``MeasuredSource``
        return failures.wrong_length(self.file.name, self.size, is_short=is_short)


def _unreachable(address: CheckedAddress, error: TransportError) -> KintoneError:
    """Return the error for an address that gave no answer, or for the proxy in front of it."""
    if address.proxy and error.failure.with_variable:
        return _proxy_failed(address, address.proxy)
    return failures.unreachable(address.origin.host, error.failure.problem)


def _proxy_failed(address: CheckedAddress, proxy: str) -> KintoneError:
    return failures.proxy_failed(address.origin.host, shown_proxy(proxy), proxy_variable(address.origin.scheme))
