"""The time of one call: what ends it, and who is told."""

import threading

import pytest

from kintone.deadline import CLEANUP_SECONDS, Deadline
from kintone.errors import BudgetExceededError, CancelledError
from kintone.messages import Message
from tests.unit.still_runtime import StillRuntime

READING = Message("reading records")
PATIENCE = 30.0
"""Seconds after which a thread that should have woken up is given up; never waited for when all is well."""


@pytest.fixture
def still() -> StillRuntime:
    """Return a clock that stands."""
    return StillRuntime()


def test_remaining_counts_down_and_stops_at_zero(still: StillRuntime) -> None:
    """Time left is never negative."""
    deadline = Deadline(10, still)
    still.pass_time(4)
    assert (deadline.remaining(), deadline.is_over) == (6.0, False)
    still.pass_time(7)
    assert (deadline.remaining(), deadline.is_over) == (0.0, True)


def test_check_tells_over_from_cancelled(still: StillRuntime) -> None:
    """Time that is over is told with the budget and what was waited for; over comes before cancelled."""
    deadline = Deadline(10, still)
    deadline.check(READING)
    deadline.cancel()
    with pytest.raises(CancelledError):
        deadline.check(READING)
    still.pass_time(10)
    with pytest.raises(BudgetExceededError, match=r"reading records .*10 seconds.*: the proxy") as raised:
        deadline.check(READING, Message("the proxy"))

    assert raised.value.code == "BUDGET_EXCEEDED"
    assert "KINTONE_CALL_BUDGET" in str(raised.value)


def test_on_end_runs_once_when_the_time_is_over(still: StillRuntime) -> None:
    """The clock runs it, and cancelling afterwards does not run it again."""
    ended: list[float] = []
    deadline = Deadline(10, still)
    deadline.on_end(lambda: ended.append(still.now))
    still.pass_time(9)
    assert ended == []
    still.pass_time(2)
    deadline.cancel()
    deadline.cancel()

    assert ended == [1010.0]


def test_on_end_runs_once_when_cancelled(still: StillRuntime) -> None:
    """Within the cancelling itself, and not again when the time is over."""
    ended: list[float] = []
    deadline = Deadline(10, still)
    deadline.on_end(lambda: ended.append(still.now))
    still.pass_time(3)
    deadline.cancel()
    assert ended == [1003.0]
    still.pass_time(30)

    assert ended == [1003.0]


@pytest.mark.parametrize("cancelled", [False, True])
def test_on_end_runs_at_once_when_it_is_over_already(still: StillRuntime, *, cancelled: bool) -> None:
    """Whoever comes too late is told without waiting, once, and no timer is started for it."""
    ended: list[str] = []
    deadline = Deadline(10, still)
    if cancelled:
        deadline.cancel()
    else:
        still.pass_time(10)
    leave = deadline.on_end(lambda: ended.append("late"))
    assert ended == ["late"]
    leave()
    deadline.cancel()
    still.pass_time(30)

    assert ended == ["late"]
    assert still.timers == []


def test_on_end_does_not_run_what_was_called_off(still: StillRuntime) -> None:
    """The others still are told."""
    ended: list[str] = []
    deadline = Deadline(10, still)
    leave = deadline.on_end(lambda: ended.append("first"))
    deadline.on_end(lambda: ended.append("second"))
    leave()
    leave()
    still.pass_time(10)

    assert ended == ["second"]


def test_on_end_starts_one_timer_for_all(still: StillRuntime) -> None:
    """A call with a thousand requests has one thread that keeps the time."""
    deadline = Deadline(10, still)
    assert still.timers == []
    for _ in range(1_000):
        deadline.on_end(lambda: None)

    assert len(still.timers) == 1


def test_on_end_may_register_and_cancel_within_a_callback(still: StillRuntime) -> None:
    """No lock is held while callbacks run."""
    ended: list[str] = []
    deadline = Deadline(10, still)

    def callback() -> None:
        ended.append("outer")
        deadline.cancel()
        deadline.on_end(lambda: ended.append("inner"))

    deadline.on_end(callback)
    deadline.cancel()

    assert ended == ["outer", "inner"]


def test_ending_holds_for_its_block(still: StillRuntime) -> None:
    """Behind the block nobody wants to be told any more."""
    ended: list[str] = []
    deadline = Deadline(10, still)
    with deadline.ending(lambda: ended.append("left")):
        pass
    with deadline.ending(lambda: ended.append("held")):
        deadline.cancel()

    assert ended == ["held"]


def test_close_forgets_and_stops_the_timer(still: StillRuntime) -> None:
    """A call that is done leaves no thread behind, and runs nothing."""
    ended: list[str] = []
    with Deadline(10, still) as deadline:
        deadline.on_end(lambda: ended.append("x"))
        assert len(still.pending()) == 1
    assert still.pending() == []
    deadline.close()
    still.pass_time(30)
    deadline.cancel()

    assert ended == []


def test_wait_sleeps_as_long_as_asked_and_as_there_is_time(still: StillRuntime) -> None:
    """A pause never outlasts the call."""
    deadline = Deadline(10, still)
    deadline.wait(4)
    assert still.now == 1004.0
    deadline.wait(60)

    assert still.waits == [4, 6]
    assert still.now == 1010.0


def test_wait_for_tells_whether_it_happened(still: StillRuntime) -> None:
    """Without a time of its own it waits as long as there is any."""
    deadline = Deadline(10, still)
    happened = still.event()
    happened.set()

    assert deadline.wait_for(happened)
    assert not deadline.wait_for(still.event(), 3)
    assert still.now == 1003.0
    deadline.wait_for(still.event())
    assert still.now == 1010.0


def test_cancel_ends_a_wait(still: StillRuntime) -> None:
    """Whoever waits goes on at the moment of cancelling."""
    deadline = Deadline(10, still)
    still.while_waiting = deadline.cancel
    deadline.wait(8)

    assert still.now == 1000.0
    with pytest.raises(CancelledError):
        deadline.check(READING)


def test_cancel_wakes_every_thread_that_sleeps() -> None:
    """With the process's own events: threads that would sleep for an hour are awake at once."""
    deadline = Deadline(3600)
    about_to_wait = threading.Barrier(4)

    def sleep() -> None:
        about_to_wait.wait(PATIENCE)
        deadline.wait(3600)

    sleepers = [threading.Thread(target=sleep, daemon=True) for _ in range(3)]
    for sleeper in sleepers:
        sleeper.start()
    about_to_wait.wait(PATIENCE)
    deadline.cancel()
    for sleeper in sleepers:
        sleeper.join(PATIENCE)

    assert [sleeper.is_alive() for sleeper in sleepers] == [False] * 3
    deadline.close()


def test_within_ends_no_later_than_the_call(still: StillRuntime) -> None:
    """A part of the work has its own time or what is left of the call's; messages name the call's."""
    call = Deadline(10, still)
    short, long = call.within(4), call.within(60)

    assert (short.remaining(), long.remaining()) == (4.0, 10.0)
    still.pass_time(4)
    assert (short.is_over, long.is_over, call.is_over) == (True, False, False)
    with pytest.raises(BudgetExceededError, match="within 10 seconds"):
        short.check(READING)
    long.check(READING)


def test_within_is_cancelled_with_the_call_and_by_itself(still: StillRuntime) -> None:
    """One part that is stopped stops no other; the call stops all."""
    ended: list[str] = []
    call = Deadline(10, still)
    first, second = call.within(10), call.within(10)
    first.on_end(lambda: ended.append("first"))
    second.on_end(lambda: ended.append("second"))
    first.cancel()
    assert (ended, call.is_cancelled, second.is_cancelled) == (["first"], False, False)
    call.cancel()

    assert ended == ["first", "second"]
    assert second.is_cancelled


def test_within_a_call_that_is_over_is_over(still: StillRuntime) -> None:
    """Work that is begun too late does not begin."""
    call = Deadline(10, still)
    call.cancel()
    part = call.within(5)
    assert part.is_cancelled
    with pytest.raises(CancelledError):
        part.check(READING)
    still.pass_time(10)

    assert call.within(5).is_over


def test_within_that_is_closed_is_forgotten_by_the_call(still: StillRuntime) -> None:
    """A call of many parts does not hold on to those that are done."""
    ended: list[str] = []
    call = Deadline(10, still)
    with call.within(5) as part:
        part.on_end(lambda: ended.append("x"))
    call.cancel()

    assert ended == []
    assert not part.is_cancelled
    call.close()
    assert still.pending() == []


@pytest.mark.parametrize(
    ("passed", "left"), [(0.0, CLEANUP_SECONDS), (10.0, CLEANUP_SECONDS), (11.0, CLEANUP_SECONDS - 1), (60.0, 0.0)]
)
def test_grace_is_short_whatever_became_of_the_call(still: StillRuntime, passed: float, left: float) -> None:
    """What is held is given back also when time is over, but never long after it."""
    call = Deadline(10, still)
    still.pass_time(passed)
    grace = call.grace()

    assert grace.remaining() == left
    assert grace.budget == 10


def test_grace_is_not_cancelled_with_the_call(still: StillRuntime) -> None:
    """Cleaning up is what is left to do after cancelling."""
    call = Deadline(10, still)
    call.cancel()
    grace = call.grace()
    call.cancel()

    grace.check(READING)
    assert grace.remaining() == CLEANUP_SECONDS
