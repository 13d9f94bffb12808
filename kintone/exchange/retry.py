"""May an operation be repeated, and after which pause: decisions only, nothing is sent or slept here.

What is safe follows from what kintone documents and what others measured: 429 and lock codes mean that nothing was
done; an answer that never arrived says nothing about what was done.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from kintone.operations import Repeat


class Mishap(Enum):
    """What is known to have happened to a request that did not succeed."""

    RATE_LIMITED = auto()
    """429: not carried out."""
    LOCKED = auto()
    """GAIA_DA02, GAIA_RE18, GAIA_LT01: the database was locked, nothing was saved."""
    UNAVAILABLE = auto()
    """502, 503, 504: perhaps carried out."""
    NOT_SENT = auto()
    """No connection was made, so the request was never sent."""
    BROKEN = auto()
    """The connection broke after the request was sent, or the answer was cut."""
    TIMED_OUT = auto()
    """No answer in time."""
    FINAL = auto()
    """An answer, a TLS failure or anything else that a second try would not change."""


NOT_CARRIED_OUT = frozenset({Mishap.RATE_LIMITED, Mishap.LOCKED, Mishap.NOT_SENT})
HARMLESS_TWICE = NOT_CARRIED_OUT | {Mishap.UNAVAILABLE, Mishap.BROKEN, Mishap.TIMED_OUT}

REPEATED: dict[Repeat, frozenset[Mishap]] = {
    Repeat.READ: HARMLESS_TWICE,
    Repeat.CURSOR_CREATE: NOT_CARRIED_OUT,
    Repeat.CURSOR_READ: NOT_CARRIED_OUT,
    Repeat.CURSOR_DELETE: HARMLESS_TWICE,
    Repeat.INSERT: NOT_CARRIED_OUT,
    Repeat.UPDATE: HARMLESS_TWICE,
    Repeat.UPDATE_WITH_REVISION: NOT_CARRIED_OUT,
    Repeat.UPSERT: HARMLESS_TWICE,
    Repeat.UPLOAD: HARMLESS_TWICE,
}


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently; pauses in seconds."""

    tries: int = 6
    tries_after_time_out: int = 2
    first_pause: float = 0.5
    longest_pause: float = 10.0
    longest_retry_after: float = 30.0
    jitter: Callable[[], float] = random.random

    def may_repeat(self, repeat: Repeat, mishap: Mishap, tries_made: int) -> bool:
        """Tell whether the operation may be sent once more."""
        tries = self.tries_after_time_out if mishap is Mishap.TIMED_OUT else self.tries
        return tries_made < tries and mishap in REPEATED[repeat]

    def pause(self, tries_made: int, retry_after: float | None) -> float:
        """Return the seconds to wait before the next try: exponential, jittered, never under ``Retry-After``."""
        growing = min(self.longest_pause, self.first_pause * 2.0 ** (tries_made - 1))
        pause = growing * (0.5 + self.jitter() / 2)
        return max(pause, min(retry_after or 0.0, self.longest_retry_after))


def read_retry_after(header: str | None) -> float | None:
    """Read ``Retry-After`` in seconds; a date or nonsense counts as absent, since kintone documents neither."""
    text = (header or "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) <= len("86400") else None
