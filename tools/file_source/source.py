"""Reading a file that Dify hands over, as a stream: checked, capped, counted, never kept."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

from kintone.access.proxies import proxy_variable, shown_proxy
from kintone.deadline import Deadline
from kintone.errors import InvalidParameterError, KintoneError
from kintone.execution import AttemptError, Execution
from kintone.fetching import CheckedAddress, Fetched, FetchError, fetch
from kintone.files.multipart import MeasuredSource
from kintone.messages import Message
from kintone.operations import Operation, Repeat
from kintone.retry import FailureKind, RetryPolicy, read_retry_after
from tools.file_source import failures
from tools.file_source.address import FileAddress, read_address

MOST_REDIRECTS = 3
PASSING = frozenset({429, 502, 503, 504})
PASSING_KINDS = frozenset({"refused", "connection"})
PATIENCE = RetryPolicy(tries=3, first_pause=0.5, longest_pause=1.0)
"""Dify's own store answers at once or not at all."""
READING = Operation(Message("reading the files from Dify"), "GET", "file of Dify", {}, Repeat.READ)
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A file as Dify hands it over; ``size`` is in bytes, None where Dify does not know it."""

    url: str = field(repr=False)
    name: str
    mime_type: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """Seconds to wait for the next bytes, most bytes of one file, and who waits and tries again.

    ``deadline`` ends early when another file of the call failed, so that this one is not sent any further.
    """

    read_seconds: float
    most_bytes: int
    execution: Execution
    deadline: Deadline


class FileSource:
    """One file, which may be opened any number of times; raises ``InvalidParameterError`` for all that is wrong."""

    def __init__(self, file: HandedFile, limits: SourceLimits) -> None:
        """Keep what is told; nothing is connected yet."""
        self.file = file
        self.size = 0
        self._limits = limits
        self._counted: int | None = None

    def check(self) -> None:
        """Refuse what can be told without asking for the file: its address and the size that Dify tells."""
        if self.file.size is not None:
            self._check_size(self.file.size)
        read_address(self.file.url)

    @contextmanager
    def open(self) -> Iterator[MeasuredSource]:
        """Ask for the file and hand it over while it arrives.

        Its length is what the answer announces, else what Dify knows of a file in its own store, else counted by
        reading the file once before and throwing it away.
        """
        with ExitStack() as stack:
            response, known = stack.enter_context(self._answer())
            if known is None:
                known = self._counted = sum(map(len, self._pieces(response)))
                self._check_size(known)
                stack.close()
                response, _ = stack.enter_context(self._answer())
            self._check_size(known)
            self.size = known
            yield MeasuredSource(self._pieces(response), known, self._wrong_length)

    @contextmanager
    def _answer(self) -> Iterator[tuple[Fetched, int | None]]:
        """Follow redirects on the same host up to an answer with the file; yield it with the length if known."""
        address = read_address(self.file.url)
        for _ in range(MOST_REDIRECTS + 1):
            with self._asked(address.checked) as response:
                if response.status == HTTPStatus.OK:
                    yield response, self._length(address, response)
                    return
                if response.status not in REDIRECTS:
                    raise failures.refused_by_store(address.checked.host, response.status)
                following = address.followed(response.headers.get("Location", ""))
            if following is None:
                raise failures.refused_redirect(address.checked.host)
            address = following
        raise failures.refused_redirect(address.checked.host)

    def _length(self, address: FileAddress, response: Fetched) -> int | None:
        """Return the length if it is known; of files elsewhere Dify may know the size of a compressed answer only."""
        announced = response.length
        in_store = self.file.size if address.is_store else None
        if announced is not None and in_store is not None and announced != in_store:
            raise failures.wrong_length(self.file.name, in_store, is_short=announced < in_store)
        known = (announced, self._counted, in_store)
        return next((size for size in known if size is not None), None)

    @contextmanager
    def _asked(self, address: CheckedAddress) -> Iterator[Fetched]:
        """Ask, again after a passing failure as long as no answer was handed over."""
        with ExitStack() as stack:
            yield self._limits.execution.repeat(
                READING, lambda: self._attempt(address, stack), deadline=self._limits.deadline, policy=PATIENCE
            )

    def _attempt(self, address: CheckedAddress, stack: ExitStack) -> Fetched:
        seconds = min(self._limits.read_seconds, self._remaining())
        with ExitStack() as attempt:
            try:
                response = attempt.enter_context(fetch(address, seconds))
            except FetchError as error:
                kind = FailureKind.BROKEN if error.kind in PASSING_KINDS else FailureKind.FINAL
                raise AttemptError(kind, self._told(_unreachable(address, error.kind))) from None
            if response.status in PASSING:
                refused = failures.refused_by_store(address.host, response.status)
                pause = read_retry_after(response.headers.get("Retry-After"))
                raise AttemptError(FailureKind.UNAVAILABLE, refused, retry_after=pause)
            stack.push(attempt.pop_all())
        return response

    def _told(self, failure: InvalidParameterError) -> KintoneError:
        """Return the failure, or that the time of the call is over where that was the cause."""
        deadline = self._limits.deadline
        return deadline.error(READING.description) if deadline.remaining() <= 0 else failure

    def _pieces(self, response: Fetched) -> Iterator[bytes]:
        received = 0
        while piece := self._piece(response):
            received += len(piece)
            if received > self._limits.most_bytes:
                raise failures.too_large(self.file.name, None, self._limits.most_bytes)
            yield piece

    def _piece(self, response: Fetched) -> bytes:
        self._limits.deadline.check(READING.description)
        try:
            return response.piece()
        except FetchError as error:
            self._limits.deadline.check(READING.description)
            if error.kind == "timeout":
                raise failures.too_slow(self.file.name) from None
            raise failures.broken(self.file.name, Message("the connection was cut")) from None

    def _remaining(self) -> float:
        self._limits.deadline.check(READING.description)
        return self._limits.deadline.remaining()

    def _check_size(self, size: int) -> None:
        if size > self._limits.most_bytes:
            raise failures.too_large(self.file.name, size, self._limits.most_bytes)
        if size == 0:
            raise failures.empty(self.file.name)

    def _wrong_length(self, is_short: bool) -> Exception:  # noqa: FBT001 - the one question that is asked
        return failures.wrong_length(self.file.name, self.size, is_short=is_short)


def _unreachable(address: CheckedAddress, kind: str) -> InvalidParameterError:
    """Return the error for an address that gave no answer, or for the proxy in front of it."""
    if kind == "proxy" and address.proxy:
        return failures.proxy_failed(address.host, shown_proxy(address.proxy), proxy_variable(address.scheme))
    return failures.unreachable(address.host, kind)
