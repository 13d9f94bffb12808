"""Which operation may be repeated after which failure, and after which pause."""

from datetime import datetime, tzinfo

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
    RetrySafety.READ_ONCE: "no no no no no no no no no",
    RetrySafety.CURSOR_CREATE: "yes yes yes yes no no no no no",
    RetrySafety.CURSOR_READ: "yes yes yes yes no no no no no",
    RetrySafety.CURSOR_DELETE: "yes yes yes yes yes no yes yes no",
    RetrySafety.INSERT: "yes yes yes yes no no no no no",
    RetrySafety.UPDATE: "yes yes yes yes yes no yes yes no",
    RetrySafety.UPDATE_WITH_REVISION: "yes yes yes yes no no no no no",
    RetrySafety.ACTION: "yes yes yes yes no no no no no",
    RetrySafety.UPSERT: "yes yes yes yes yes no yes yes no",
    RetrySafety.DELETE: "yes yes yes yes yes no yes yes no",
    RetrySafety.UPLOAD: "yes yes yes yes yes no yes yes no",
}


def test_each_operation_is_repeated_after_safe_failures() -> None:
    """An operation is repeated only after failures for which a second try is safe."""
    policy = RetryPolicy()
    repeated = {
        repeat: " ".join("yes" if policy.may_repeat(repeat, kind, tries_made=1) else "no" for kind in ORDER)
        for repeat in RetrySafety
    }

    assert repeated == TABLE
    assert set(ORDER) == set(FailureKind)


def test_may_repeat_when_all_tries_are_used() -> None:
    """The number of tries is limited, and a time-out allows two tries in all."""
    policy = RetryPolicy(tries=3, tries_when_busy=5, cursor_pauses=(1.0,))

    def tries(kind: FailureKind) -> int:
        return next(made for made in range(1, 20) if not policy.may_repeat(RetrySafety.READ, kind, made))

    assert tries(FailureKind.LOCKED) == tries(FailureKind.BROKEN) == 3
    assert tries(FailureKind.RATE_LIMITED) == 5
    assert tries(FailureKind.TIMED_OUT) == 2
    assert tries(FailureKind.NO_CURSOR) == 2
    assert tries(FailureKind.FINAL) == 1


def test_no_repetition_never_repeats() -> None:
    """There is only one try, whatever the failure."""
    assert not any(NO_RETRIES.may_repeat(RetrySafety.READ, kind, tries_made=1) for kind in FailureKind)


def test_pause_when_tries_go_on() -> None:
    """Pauses double up to a maximum, and jitter keeps them between half and the full length."""
    low, high = RetryPolicy(jitter=lambda: 0.0), RetryPolicy(jitter=lambda: 1.0)
    broken = FailureKind.BROKEN

    assert [high.pause(broken, tries, None) for tries in range(1, 8)] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    assert [low.pause(broken, tries, None) for tries in range(1, 4)] == [0.25, 0.5, 1.0]


def test_pause_when_all_cursors_are_taken() -> None:
    """Waits for a cursor are longer, since other clients hold cursors for minutes."""
    policy = RetryPolicy(jitter=lambda: 0.0, cursor_pauses=(1.0, 4.0))

    assert [policy.pause(FailureKind.NO_CURSOR, tries, None) for tries in (1, 2, 3)] == [1.0, 4.0, 4.0]
    assert policy.pause(FailureKind.NO_CURSOR, 1, 3.0) == 3.0


def test_pause_when_the_server_names_one() -> None:
    """A pause is at least ``Retry-After``."""
    policy = RetryPolicy(jitter=lambda: 1.0)

    assert policy.pause(FailureKind.RATE_LIMITED, 1, 7.0) == 7.0
    assert policy.pause(FailureKind.RATE_LIMITED, 1, 3600.0) == 3600.0
    assert policy.pause(FailureKind.RATE_LIMITED, 5, 1.0) == 8.0


def test_pause_after_a_conflict_is_any_part_of_a_time_that_doubles() -> None:
    """Writers that began at the same moment need different pauses, and one that is alone no long one."""
    low, high = RetryPolicy(jitter=lambda: 0.0), RetryPolicy(jitter=lambda: 1.0)

    assert [high.pause_after_conflict(conflicts) for conflicts in range(1, 6)] == [0.5, 1.0, 2.0, 2.0, 2.0]
    assert low.pause_after_conflict(5) == 0.0


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
    """Seconds are read, a date that is past is now, and nonsense counts as absent."""
    assert read_retry_after(header) == seconds


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 27 Nov 2026 12:01:30 GMT",
        "Fri, 27 Nov 2026 12:01:30 -0000",
        "Fri, 27 Nov 2026 21:01:30 +0900",
        "Friday, 27-Nov-26 12:01:30 GMT",
    ],
)
def test_read_retry_after_when_it_is_a_date_to_come(date: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The seconds until then, whatever zone it is written in; without one it is UTC (RFC 9110, 10.2.3 and 5.6.7)."""

    class Now(datetime):
        """A clock that stands."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Now":
            return cls(2026, 11, 27, 12, 0, 0, tzinfo=tz)

    monkeypatch.setattr("kintone.retry.datetime", Now)

    assert read_retry_after(date) == 90.0


@pytest.mark.parametrize(
    ("kind", "tries", "seconds"),
    [
        (FailureKind.UNAVAILABLE, 6, 15.5),
        (FailureKind.RATE_LIMITED, 8, 35.5),
        (FailureKind.NO_CURSOR, 6, 30.0),
        (FailureKind.TIMED_OUT, 2, 0.5),
    ],
)
def test_a_failure_that_stays_is_met_so_often_and_waited_for_so_long(
    kind: FailureKind, tries: int, seconds: float
) -> None:
    """A call that nothing helps ends within a minute, and a kintone in trouble is asked few times."""
    policy = RetryPolicy(jitter=lambda: 1.0)
    made, waited = 1, 0.0
    while policy.may_repeat(RetrySafety.READ, kind, made):
        waited += policy.pause(kind, made, None)
        made += 1

    assert (made, waited) == (tries, seconds)


def test_pauses_of_two_calls_differ() -> None:
    """Calls that failed together do not come back together."""
    policy = RetryPolicy()

    assert len({policy.pause(FailureKind.BROKEN, 5, None) for _ in range(20)}) > 1
