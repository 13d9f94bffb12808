"""Whether a request may be sent again, and after which pause. Nothing is sent here and nothing waits.

429 and kintone's lock codes mean that nothing was done, as kintone documents and others measured. If no answer
arrived, the request may have been carried out.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from http import HTTPStatus
from typing import Final

from kintone.api import RetrySafety

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
    RetrySafety.CURSOR_CREATE: NOT_CARRIED_OUT,
    RetrySafety.CURSOR_READ: NOT_CARRIED_OUT,
    RetrySafety.CURSOR_DELETE: RETRIED_IF_IDEMPOTENT,
    RetrySafety.INSERT: NOT_CARRIED_OUT,
    RetrySafety.UPDATE: RETRIED_IF_IDEMPOTENT,
    RetrySafety.UPDATE_WITH_REVISION: NOT_CARRIED_OUT,
    RetrySafety.UPSERT: RETRIED_IF_IDEMPOTENT,
    RetrySafety.UPLOAD: RETRIED_IF_IDEMPOTENT,
}


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
