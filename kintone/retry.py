"""The retries of a request: whether it may be sent again, the pause before that, and the loop that does so.

429 and kintone's lock codes mean that nothing was done, as kintone documents and others measured. If no answer
arrived, the request may have been carried out.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from http import HTTPStatus
from typing import Final

from kintone.api import Request, RetrySafety
from kintone.deadline import Deadline
from kintone.errors import BudgetExceededError, KintoneError
from kintone.ledger import Span, WriteLedger
from kintone.messages import Joined, Message
from kintone.remedies import for_one, for_write

logger = logging.getLogger(__name__)

LIST_APIS: Final = ("records", "records/cursor")
"""The APIs whose answers are smaller if the caller asks for fewer records."""

UNAVAILABLE_STATUSES: Final = frozenset(
    {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)


class FailureKind(Enum):
    """What happened to a request that did not succeed."""

    RATE_LIMITED = auto()
    """429: not carried out."""
    NO_CURSOR = auto()
    """429 with GAIA_TM12: all cursors of the site are in use."""
    LOCKED = auto()
    """GAIA_DA02, GAIA_RE18, GAIA_LT01: the database was locked, nothing was saved."""
    UNAVAILABLE = auto()
    """502, 503, 504: perhaps carried out."""
    SERVER_ERROR = auto()
    """500 without kintone's code, from a server in front of kintone: perhaps carried out."""
    NOT_SENT = auto()
    """No byte of the request was sent, for a temporary reason."""
    BROKEN = auto()
    """The connection broke after the request was sent, or the answer was incomplete: perhaps carried out."""
    TIMED_OUT = auto()
    """No answer in time: perhaps carried out."""
    FINAL = auto()
    """A second attempt would fail as well: kintone refused, TLS failed, a setting is wrong, and so on."""


NOT_CARRIED_OUT = frozenset({FailureKind.RATE_LIMITED, FailureKind.NO_CURSOR, FailureKind.LOCKED, FailureKind.NOT_SENT})
RETRIED_IF_IDEMPOTENT = NOT_CARRIED_OUT | {FailureKind.UNAVAILABLE, FailureKind.BROKEN, FailureKind.TIMED_OUT}

RETRIED: dict[RetrySafety, frozenset[FailureKind]] = {
    RetrySafety.READ: RETRIED_IF_IDEMPOTENT | {FailureKind.SERVER_ERROR},
    RetrySafety.READ_ONCE: frozenset(),
    RetrySafety.CURSOR_CREATE: NOT_CARRIED_OUT,
    RetrySafety.CURSOR_READ: NOT_CARRIED_OUT,
    RetrySafety.CURSOR_DELETE: RETRIED_IF_IDEMPOTENT,
    RetrySafety.INSERT: NOT_CARRIED_OUT,
    RetrySafety.UPDATE: RETRIED_IF_IDEMPOTENT,
    RetrySafety.UPDATE_WITH_REVISION: NOT_CARRIED_OUT,
    RetrySafety.ACTION: NOT_CARRIED_OUT,
    RetrySafety.UPSERT: RETRIED_IF_IDEMPOTENT,
    RetrySafety.DELETE: RETRIED_IF_IDEMPOTENT,
    RetrySafety.UPLOAD: RETRIED_IF_IDEMPOTENT,
}

ASKS_TO_WAIT = Message(
    "it asks for the next try after {seconds:,.0f} s, which is more than the time left for this call", seconds=0
)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The number of attempts and the pauses between them, in seconds.

    ``cursor_pauses`` are the pauses before the next attempt to get a cursor. They are longer, since a cursor may be in
    use for minutes.
    """

    tries: int = 6
    tries_when_busy: int = 8
    tries_after_time_out: int = 2
    first_pause: float = 0.5
    longest_pause: float = 10.0
    longest_pause_after_conflict: float = 2.0
    cursor_pauses: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0)
    jitter: Callable[[], float] = random.random

    def may_repeat(self, retry_safety: RetrySafety, kind: FailureKind, tries_made: int) -> bool:
        """Return whether the request may be sent once more after ``tries_made`` attempts."""
        tries = {
            FailureKind.TIMED_OUT: self.tries_after_time_out,
            FailureKind.RATE_LIMITED: self.tries_when_busy,
            FailureKind.NO_CURSOR: 1 + len(self.cursor_pauses),
        }.get(kind, self.tries)
        return tries_made < tries and kind in RETRIED[retry_safety]

    def pause(self, kind: FailureKind, tries_made: int, retry_after: float | None) -> float:
        """Return the seconds to wait before the next attempt: exponential with jitter, at least ``retry_after``."""
        if kind is FailureKind.NO_CURSOR:
            pause = self.cursor_pauses[min(tries_made, len(self.cursor_pauses)) - 1]
        else:
            longest = min(self.longest_pause, self.first_pause * 2.0 ** (tries_made - 1))
            pause = longest * (0.5 + self.jitter() / 2)
        return max(pause, retry_after or 0.0)

    def pause_after_conflict(self, conflicts: int) -> float:
        """Return the seconds to wait before a record that others write too is read and written again.

        Any part of a time that doubles: writers that began together must not meet again at each try.
        """
        return min(self.longest_pause_after_conflict, self.first_pause * 2.0 ** (conflicts - 1)) * self.jitter()


NO_RETRIES = RetryPolicy(tries=1, tries_when_busy=1, tries_after_time_out=1, cursor_pauses=())

# Digits of a ``Retry-After`` that are read; further ones are cut off.
MAX_DIGITS: Final = 15


def read_retry_after(header: str | None) -> float | None:
    """Return the seconds of a ``Retry-After`` header, a number or a date; None if it is missing or is neither."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:MAX_DIGITS])
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries that a request writes, and the ledger of their call."""

    ledger: WriteLedger
    span: Span


class AttemptError(Exception):
    """An attempt that did not succeed; ``error`` is the one to raise if there is no further attempt.

    ``sent`` is true if bytes of the request were sent, ``is_certain`` if the answer proves that nothing was done.
    ``retry_after`` is in seconds.
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


def retry[Result](
    request: Request,
    attempt: Callable[[], Result],
    policy: RetryPolicy,
    deadline: Deadline,
    entries: Entries | None = None,
) -> Result:
    """Run ``attempt``, and again after an ``AttemptError`` if the request and the policy allow it.

    The attempts that wrote ``entries`` are noted in their ledger. Raises the error of the last attempt.
    """
    tries = 0
    previous: KintoneError | None = None
    while True:
        try:
            deadline.check(request.description)
            tries += 1
            return attempt()
        except AttemptError as failed:
            _update_ledger(failed, entries)
            pause = _pause(policy, request, failed, tries, deadline)
            if pause is None:
                error = _with_previous(_final_error(failed, tries, deadline), previous)
                raise with_remedy(error, request, entries) from None
            previous = failed.error
        except KintoneError as error:
            # Nothing was sent in this attempt: the time is over, or the body could not be opened.
            raise with_remedy(_with_previous(error, previous), request, entries) from None
        deadline.wait(pause)


def _pause(policy: RetryPolicy, request: Request, failed: AttemptError, tries: int, deadline: Deadline) -> float | None:
    """Return the seconds before the next attempt, or None if there must be none."""
    if not policy.may_repeat(request.retry_safety, failed.kind, tries):
        return None
    pause = policy.pause(failed.kind, tries, failed.retry_after)
    if pause >= deadline.remaining():
        return None
    logger.info("%s: %s on try %d, next in %.1f s", name_for_log(request), failed.kind.name.lower(), tries, pause)
    return pause


def name_for_log(request: Request) -> str:
    """Name a request for the log, without its description, which may hold the name of a file."""
    return f"{request.method} {request.api}"


def _update_ledger(failed: AttemptError, entries: Entries | None) -> None:
    """Mark the entries of a failed attempt as refused or unknown."""
    if entries is None or not failed.sent:
        return
    if failed.is_certain:
        entries.ledger.mark_refused(entries.span)
    else:
        entries.ledger.mark_unknown(entries.span)


def asks_to_wait(error: KintoneError) -> bool:
    """Tell whether an error names the time after which kintone wants the next try."""
    return any(note.text == ASKS_TO_WAIT.text for note in error.notes)


def _final_error(failed: AttemptError, tries: int, deadline: Deadline) -> KintoneError:
    """Return the error of the last attempt, with the number of attempts and a ``Retry-After`` that is too long."""
    error = failed.error
    if tries > 1:
        error = error.copy_with(problem=Message("{problem} (tried {tries} times)", problem=error.problem, tries=tries))
    if failed.retry_after and failed.retry_after >= deadline.remaining():
        error = error.copy_with(notes=[*error.notes, ASKS_TO_WAIT.copy_with(seconds=failed.retry_after)])
    return error


def _with_previous(error: KintoneError, previous: KintoneError | None) -> KintoneError:
    """Add the failure of the previous attempt to an error that only says that the time is over."""
    if previous is None or not isinstance(error, BudgetExceededError):
        return error
    return error.copy_with(notes=[*error.notes, _previous_attempt(previous)])


def _previous_attempt(error: KintoneError) -> Message:
    if error.reply is None:
        return Message("the previous try failed: {problem}", problem=error.problem)
    answer = Joined([Message("HTTP {status}", status=error.reply.status), error.reply.code], ", ")
    return Message("the previous try was answered with {answer}", answer=answer)


def with_remedy(error: KintoneError, request: Request, entries: Entries | None) -> KintoneError:
    """Add the ledger of the entries to an error, and select the remedy that suits the request."""
    if entries:
        ledger = entries.ledger
        return error.copy_with(ledger=ledger, remedy=for_write(error.remedy, 1 if ledger.own_words else len(ledger)))
    return error if request.api in LIST_APIS else error.copy_with(remedy=for_one(error.remedy))
