"""Which operation may be repeated after which mishap."""

import pytest

from kintone.retry import FailureKind, RetryPolicy, read_retry_after
from kintone.operations import Repeat

ORDER = (
    FailureKind.RATE_LIMITED,
    FailureKind.LOCKED,
    FailureKind.NOT_SENT,
    FailureKind.UNAVAILABLE,
    FailureKind.BROKEN,
    FailureKind.TIMED_OUT,
    FailureKind.FINAL,
)
TABLE = {
    # 429, locked, not sent, unavailable, broken, timed out, final
    Repeat.READ: "yes yes yes yes yes yes no",
    Repeat.CURSOR_CREATE: "yes yes yes no no no no",
    Repeat.CURSOR_READ: "yes yes yes no no no no",
    Repeat.CURSOR_DELETE: "yes yes yes yes yes yes no",
    Repeat.INSERT: "yes yes yes no no no no",
    Repeat.UPDATE: "yes yes yes yes yes yes no",
    Repeat.UPDATE_WITH_REVISION: "yes yes yes no no no no",
    Repeat.UPSERT: "yes yes yes yes yes yes no",
    Repeat.UPLOAD: "yes yes yes yes yes yes no",
}
ROWS = [
    (repeat, mishap, answer == "yes")
    for repeat, answers in TABLE.items()
    for mishap, answer in zip(ORDER, answers.split(), strict=True)
]


@pytest.mark.parametrize(("repeat", "mishap", "expected"), ROWS)
def test_may_repeat_for_every_operation_and_mishap(repeat: Repeat, mishap: FailureKind, *, expected: bool) -> None:
    """Each operation is repeated after just those mishaps that leave no doubt or do no harm."""
    assert RetryPolicy().may_repeat(repeat, mishap, tries_made=1) is expected


def test_table_covers_every_operation() -> None:
    """No operation and no mishap is left out of the table above."""
    assert set(TABLE) == set(Repeat)
    assert set(ORDER) == set(FailureKind)


def test_may_repeat_when_all_tries_are_used() -> None:
    """After the last try there is no other; a time-out, which costs a whole time limit, is tried twice in all."""
    policy = RetryPolicy(tries=3)

    assert policy.may_repeat(Repeat.READ, FailureKind.RATE_LIMITED, tries_made=2)
    assert not policy.may_repeat(Repeat.READ, FailureKind.RATE_LIMITED, tries_made=3)
    assert not policy.may_repeat(Repeat.READ, FailureKind.TIMED_OUT, tries_made=2)


def test_pause_when_tries_go_on() -> None:
    """Pauses double, jitter keeps them between half and whole, and they stop growing."""
    low, high = RetryPolicy(jitter=lambda: 0.0), RetryPolicy(jitter=lambda: 1.0)

    assert [high.pause(tries, None) for tries in range(1, 8)] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    assert [low.pause(tries, None) for tries in range(1, 4)] == [0.25, 0.5, 1.0]


def test_pause_when_the_server_names_one() -> None:
    """``Retry-After`` is honoured, and capped so that it cannot stop a call for an hour."""
    policy = RetryPolicy(jitter=lambda: 1.0)

    assert policy.pause(1, 7.0) == 7.0
    assert policy.pause(1, 3600.0) == 30.0
    assert policy.pause(5, 1.0) == 8.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("5", 5.0), (" 12 ", 12.0), ("-1", None), ("soon", None), ("9" * 50, None), ("²", None)],
)
def test_read_retry_after_when_header_varies(header: str | None, seconds: float | None) -> None:
    """Seconds are read; dates and nonsense count as absent."""
    assert read_retry_after(header) == seconds
