"""Which operation may be repeated after which failure."""

import pytest

from kintone.api import RetrySafety
from kintone.retry import NO_RETRIES, FailureKind, RetryPolicy, read_retry_after

ORDER = (
    FailureKind.RATE_LIMITED,
    FailureKind.NO_CURSOR,
    FailureKind.LOCKED,
    FailureKind.NOT_SENT,
    FailureKind.UNAVAILABLE,
    FailureKind.SERVER_ERROR,
    FailureKind.BROKEN,
    FailureKind.TIMED_OUT,
    FailureKind.FINAL,
)
TABLE = {
    # 429, no cursor, locked, not sent, unavailable, 500, broken, timed out, final
    RetrySafety.READ: "yes yes yes yes yes yes yes yes no",
    RetrySafety.CURSOR_CREATE: "yes yes yes yes no no no no no",
    RetrySafety.CURSOR_READ: "yes yes yes yes no no no no no",
    RetrySafety.CURSOR_DELETE: "yes yes yes yes yes no yes yes no",
    RetrySafety.INSERT: "yes yes yes yes no no no no no",
    RetrySafety.UPDATE: "yes yes yes yes yes no yes yes no",
    RetrySafety.UPDATE_WITH_REVISION: "yes yes yes yes no no no no no",
    RetrySafety.UPSERT: "yes yes yes yes yes no yes yes no",
    RetrySafety.UPLOAD: "yes yes yes yes yes no yes yes no",
}


def test_each_operation_is_repeated_after_failures_that_do_no_harm() -> None:
    """Each operation is repeated after just those failures that leave no doubt or do no harm."""
    policy = RetryPolicy()
    repeated = {
        repeat: " ".join("yes" if policy.may_repeat(repeat, kind, tries_made=1) else "no" for kind in ORDER)
        for repeat in RetrySafety
    }

    assert repeated == TABLE
    assert set(ORDER) == set(FailureKind)


def test_may_repeat_when_all_tries_are_used() -> None:
    """After the last try there is no other; a time-out, which costs a whole time limit, is tried twice in all."""
    policy = RetryPolicy(tries=3, tries_when_busy=5, cursor_pauses=(1.0,))

    def tries(kind: FailureKind) -> int:
        return next(made for made in range(1, 20) if not policy.may_repeat(RetrySafety.READ, kind, made))

    assert tries(FailureKind.LOCKED) == tries(FailureKind.BROKEN) == 3
    assert tries(FailureKind.RATE_LIMITED) == 5
    assert tries(FailureKind.TIMED_OUT) == 2
    assert tries(FailureKind.NO_CURSOR) == 2
    assert tries(FailureKind.FINAL) == 1


def test_no_repetition_never_repeats() -> None:
    """One try is all, whatever happened to it."""
    assert not any(NO_RETRIES.may_repeat(RetrySafety.READ, kind, tries_made=1) for kind in FailureKind)


def test_pause_when_tries_go_on() -> None:
    """Pauses double, jitter keeps them between half and whole, and they stop growing."""
    low, high = RetryPolicy(jitter=lambda: 0.0), RetryPolicy(jitter=lambda: 1.0)
    broken = FailureKind.BROKEN

    assert [high.pause(broken, tries, None) for tries in range(1, 8)] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    assert [low.pause(broken, tries, None) for tries in range(1, 4)] == [0.25, 0.5, 1.0]


def test_pause_when_all_cursors_are_taken() -> None:
    """Others hold a cursor for minutes, so the waits for one are longer, and as often as there are tries."""
    policy = RetryPolicy(jitter=lambda: 0.0, cursor_pauses=(1.0, 4.0))

    assert [policy.pause(FailureKind.NO_CURSOR, tries, None) for tries in (1, 2, 3)] == [1.0, 4.0, 4.0]
    assert policy.pause(FailureKind.NO_CURSOR, 1, 3.0) == 3.0


def test_pause_when_the_server_names_one() -> None:
    """``Retry-After`` is never undercut; whether there is time for it is for the deadline to say."""
    policy = RetryPolicy(jitter=lambda: 1.0)

    assert policy.pause(FailureKind.RATE_LIMITED, 1, 7.0) == 7.0
    assert policy.pause(FailureKind.RATE_LIMITED, 1, 3600.0) == 3600.0
    assert policy.pause(FailureKind.RATE_LIMITED, 5, 1.0) == 8.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("5", 5.0),
        (" 12 ", 12.0),
        ("-1", None),
        ("soon", None),
        ("9" * 50, float("9" * 15)),
        ("²", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
    ],
)
def test_read_retry_after_when_header_varies(header: str | None, seconds: float | None) -> None:
    """Seconds are read; dates and nonsense count as absent."""
    assert read_retry_after(header) == seconds
