"""May a request be sent again, and after which pause: decisions only, nothing is sent or waited for here.

What is safe follows from what kintone documents and what others measured: 429 and lock codes mean that nothing was
done; an answer that never arrived says nothing about what was done.
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
    """What is known to have happened to a request that did not succeed."""

    RATE_LIMITED = auto()
    """429: not carried out."""
    NO_CURSOR = auto()
    """429 GAIA_TM12: all cursors of the site are taken."""
    LOCKED = auto()
    """GAIA_DA02, GAIA_RE18, GAIA_LT01: the database was locked, nothing was saved."""
    UNAVAILABLE = auto()
    """502, 503, 504: perhaps carried out."""
    SERVER_ERROR = auto()
    """500 without kintone's code, from whatever stands in front of kintone: perhaps carried out."""
    NOT_SENT = auto()
    """No byte of the request has left, for a reason that may pass."""
    BROKEN = auto()
    """The connection broke after the request was sent, or the answer was cut."""
    TIMED_OUT = auto()
    """No answer in time."""
    FINAL = auto()
    """An answer, a TLS failure, a setting or anything else that a second try would not change."""


NOT_CARRIED_OUT = frozenset({FailureKind.RATE_LIMITED, FailureKind.NO_CURSOR, FailureKind.LOCKED, FailureKind.NOT_SENT})
IDEMPOTENT = NOT_CARRIED_OUT | {FailureKind.UNAVAILABLE, FailureKind.BROKEN, FailureKind.TIMED_OUT}

REPEATED: dict[RetrySafety, frozenset[FailureKind]] = {
    RetrySafety.READ: IDEMPOTENT | {FailureKind.SERVER_ERROR},
    RetrySafety.CURSOR_CREATE: NOT_CARRIED_OUT,
    RetrySafety.CURSOR_READ: NOT_CARRIED_OUT,
    RetrySafety.CURSOR_DELETE: IDEMPOTENT,
    RetrySafety.INSERT: NOT_CARRIED_OUT,
    RetrySafety.UPDATE: IDEMPOTENT,
    RetrySafety.UPDATE_WITH_REVISION: NOT_CARRIED_OUT,
    RetrySafety.UPSERT: IDEMPOTENT,
    RetrySafety.UPLOAD: IDEMPOTENT,
}


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently; pauses in seconds.

    ``cursor_pauses`` are the waits for a free cursor, which are longer, since others hold one for minutes.
    """

    tries: int = 6
    tries_when_busy: int = 8
    tries_after_time_out: int = 2
    first_pause: float = 0.5
    longest_pause: float = 10.0
    cursor_pauses: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0)
    jitter: Callable[[], float] = random.random

    def may_repeat(self, retry_safety: RetrySafety, kind: FailureKind, tries_made: int) -> bool:
        """Tell whether the request may be sent once more."""
        tries = {
            FailureKind.TIMED_OUT: self.tries_after_time_out,
            FailureKind.RATE_LIMITED: self.tries_when_busy,
            FailureKind.NO_CURSOR: 1 + len(self.cursor_pauses),
        }.get(kind, self.tries)
        return tries_made < tries and kind in REPEATED[retry_safety]

    def pause(self, kind: FailureKind, tries_made: int, retry_after: float | None) -> float:
        """Return the seconds to wait before the next try: growing, jittered, never under ``Retry-After``."""
        if kind is FailureKind.NO_CURSOR:
            pause = self.cursor_pauses[min(tries_made, len(self.cursor_pauses)) - 1]
        else:
            growing = min(self.longest_pause, self.first_pause * 2.0 ** (tries_made - 1))
            pause = growing * (0.5 + self.jitter() / 2)
        return max(pause, retry_after or 0.0)


MAX_DIGITS: Final = 15

NO_REPETITION = RetryPolicy(tries=1, tries_when_busy=1, tries_after_time_out=1, cursor_pauses=())


def read_retry_after(header: str | None) -> float | None:
    """Read ``Retry-After`` in seconds, given as a number or as a date; nonsense counts as absent."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:MAX_DIGITS])
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
