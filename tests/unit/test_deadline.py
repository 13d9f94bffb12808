"""The time limit of a call: what ends it, and which callbacks run."""

import threading

import pytest

from kintone.deadline import CLEANUP_SECONDS, Deadline
from kintone.errors import BudgetExceededError, CancelledError
from kintone.messages import Message
from tests.unit.fake_runtime import FakeRuntime

READING = Message("reading records")
THREAD_TIMEOUT = 30.0
"""Seconds after which a thread that did not wake up fails the test; a passing test does not wait for it."""


@pytest.fixture
def runtime() -> FakeRuntime:
    """Return a runtime whose time stands still."""
    return FakeRuntime()


def test_remaining_counts_down_and_stops_at_zero(runtime: FakeRuntime) -> None:
    """The remaining time is never negative."""
    deadline = Deadline(10, runtime)
    runtime.pass_time(4)
    assert (deadline.remaining(), deadline.is_over) == (6.0, False)
    runtime.pass_time(7)
    assert (deadline.remaining(), deadline.is_over) == (0.0, True)


def test_check_distinguishes_time_over_from_cancelled(runtime: FakeRuntime) -> None:
    """Exceeded time is reported with budget and activity, also when the call was cancelled as well."""
    deadline = Deadline(10, runtime)
    deadline.check(READING)
    deadline.cancel()
    with pytest.raises(CancelledError):
        deadline.check(READING)
    runtime.pass_time(10)
    with pytest.raises(BudgetExceededError, match=r"reading records .*10 seconds.*: the proxy") as raised:
        deadline.check(READING, Message("the proxy"))

    assert raised.value.code == "BUDGET_EXCEEDED"
    assert "KINTONE_CALL_BUDGET" in str(raised.value)


def test_on_end_runs_once_when_the_time_is_over(runtime: FakeRuntime) -> None:
    """A timer runs the callback, and a later cancellation does not run it again."""
    ended: list[float] = []
    deadline = Deadline(10, runtime)
    deadline.on_end(lambda: ended.append(runtime.now))
    runtime.pass_time(9)
    assert ended == []
    runtime.pass_time(2)
    deadline.cancel()
    deadline.cancel()

    assert ended == [1010.0]


def test_on_end_runs_once_when_cancelled(runtime: FakeRuntime) -> None:
    """The callback runs during the cancellation, and not again when the time is over."""
    ended: list[float] = []
    deadline = Deadline(10, runtime)
    deadline.on_end(lambda: ended.append(runtime.now))
    runtime.pass_time(3)
    deadline.cancel()
    assert ended == [1003.0]
    runtime.pass_time(30)

    assert ended == [1003.0]


@pytest.mark.parametrize("cancelled", [False, True])
def test_on_end_runs_at_once_when_it_is_over_already(runtime: FakeRuntime, *, cancelled: bool) -> None:
    """A callback registered after the end runs immediately, once, without a timer."""
    ended: list[str] = []
    deadline = Deadline(10, runtime)
    if cancelled:
        deadline.cancel()
    else:
        runtime.pass_time(10)
    leave = deadline.on_end(lambda: ended.append("late"))
    assert ended == ["late"]
    leave()
    deadline.cancel()
    runtime.pass_time(30)

    assert ended == ["late"]
    assert runtime.timers == []


def test_on_end_does_not_run_removed_callbacks(runtime: FakeRuntime) -> None:
    """Other callbacks still run."""
    ended: list[str] = []
    deadline = Deadline(10, runtime)
    leave = deadline.on_end(lambda: ended.append("first"))
    deadline.on_end(lambda: ended.append("second"))
    leave()
    leave()
    runtime.pass_time(10)

    assert ended == ["second"]


def test_on_end_starts_one_timer_for_all(runtime: FakeRuntime) -> None:
    """A call with a thousand callbacks has one timer."""
    deadline = Deadline(10, runtime)
    assert runtime.timers == []
    for _ in range(1_000):
        deadline.on_end(lambda: None)

    assert len(runtime.timers) == 1


def test_on_end_may_register_and_cancel_within_a_callback(runtime: FakeRuntime) -> None:
    """Callbacks run without the lock."""
    ended: list[str] = []
    deadline = Deadline(10, runtime)

    def callback() -> None:
        ended.append("outer")
        deadline.cancel()
        deadline.on_end(lambda: ended.append("inner"))

    deadline.on_end(callback)
    deadline.cancel()

    assert ended == ["outer", "inner"]


def test_ending_applies_within_its_block_only(runtime: FakeRuntime) -> None:
    """After the block the callback no longer runs."""
    ended: list[str] = []
    deadline = Deadline(10, runtime)
    with deadline.ending(lambda: ended.append("left")):
        pass
    with deadline.ending(lambda: ended.append("held")):
        deadline.cancel()

    assert ended == ["held"]


def test_close_removes_callbacks_and_stops_the_timer(runtime: FakeRuntime) -> None:
    """A closed deadline leaves no timer and runs no callback."""
    ended: list[str] = []
    with Deadline(10, runtime) as deadline:
        deadline.on_end(lambda: ended.append("x"))
        assert len(runtime.pending()) == 1
    assert runtime.pending() == []
    deadline.close()
    runtime.pass_time(30)
    deadline.cancel()

    assert ended == []


def test_wait_sleeps_as_long_as_asked_and_as_there_is_time(runtime: FakeRuntime) -> None:
    """A wait ends with the call's time at the latest."""
    deadline = Deadline(10, runtime)
    deadline.wait(4)
    assert runtime.now == 1004.0
    deadline.wait(60)

    assert runtime.waits == [4, 6]
    assert runtime.now == 1010.0


def test_wait_for_returns_whether_the_event_was_set(runtime: FakeRuntime) -> None:
    """Without a time-out the wait lasts for the remaining time of the call."""
    deadline = Deadline(10, runtime)
    happened = runtime.event()
    happened.set()

    assert deadline.wait_for(happened)
    assert not deadline.wait_for(runtime.event(), 3)
    assert runtime.now == 1003.0
    deadline.wait_for(runtime.event())
    assert runtime.now == 1010.0


def test_cancel_ends_a_wait(runtime: FakeRuntime) -> None:
    """A cancellation ends a running wait without further delay."""
    deadline = Deadline(10, runtime)
    runtime.while_waiting = deadline.cancel
    deadline.wait(8)

    assert runtime.now == 1000.0
    with pytest.raises(CancelledError):
        deadline.check(READING)


def test_cancel_wakes_every_thread_that_sleeps() -> None:
    """With real events, a cancellation wakes all threads that wait for an hour."""
    deadline = Deadline(3600)
    about_to_wait = threading.Barrier(4)

    def sleep() -> None:
        about_to_wait.wait(THREAD_TIMEOUT)
        deadline.wait(3600)

    sleepers = [threading.Thread(target=sleep, daemon=True) for _ in range(3)]
    for sleeper in sleepers:
        sleeper.start()
    about_to_wait.wait(THREAD_TIMEOUT)
    deadline.cancel()
    for sleeper in sleepers:
        sleeper.join(THREAD_TIMEOUT)

    assert [sleeper.is_alive() for sleeper in sleepers] == [False] * 3
    deadline.close()


def test_within_ends_no_later_than_the_call(runtime: FakeRuntime) -> None:
    """A part has its own time or the rest of the call's; messages give the call's budget."""
    call = Deadline(10, runtime)
    short, long = call.within(4), call.within(60)

    assert (short.remaining(), long.remaining()) == (4.0, 10.0)
    runtime.pass_time(4)
    assert (short.is_over, long.is_over, call.is_over) == (True, False, False)
    with pytest.raises(BudgetExceededError, match="within 10 seconds"):
        short.check(READING)
    long.check(READING)


def test_within_is_cancelled_with_the_call_and_by_itself(runtime: FakeRuntime) -> None:
    """Cancelling one part does not cancel another; cancelling the call cancels all."""
    ended: list[str] = []
    call = Deadline(10, runtime)
    first, second = call.within(10), call.within(10)
    first.on_end(lambda: ended.append("first"))
    second.on_end(lambda: ended.append("second"))
    first.cancel()
    assert (ended, call.is_cancelled, second.is_cancelled) == (["first"], False, False)
    call.cancel()

    assert ended == ["first", "second"]
    assert second.is_cancelled


def test_within_a_call_that_is_over_is_over(runtime: FakeRuntime) -> None:
    """A part of a call that has ended is over from the start."""
    call = Deadline(10, runtime)
    call.cancel()
    part = call.within(5)
    assert part.is_cancelled
    with pytest.raises(CancelledError):
        part.check(READING)
    runtime.pass_time(10)

    assert call.within(5).is_over


def test_closed_part_is_removed_from_the_call(runtime: FakeRuntime) -> None:
    """A call does not keep references to closed parts."""
    ended: list[str] = []
    call = Deadline(10, runtime)
    with call.within(5) as part:
        part.on_end(lambda: ended.append("x"))
    call.cancel()

    assert ended == []
    assert not part.is_cancelled
    call.close()
    assert runtime.pending() == []


@pytest.mark.parametrize(
    ("passed", "left"), [(0.0, CLEANUP_SECONDS), (10.0, CLEANUP_SECONDS), (11.0, CLEANUP_SECONDS - 1), (60.0, 0.0)]
)
def test_grace_is_short_after_any_end_of_the_call(runtime: FakeRuntime, passed: float, left: float) -> None:
    """Cleaning up may continue for a short time after the call's end."""
    call = Deadline(10, runtime)
    runtime.pass_time(passed)
    grace = call.grace()

    assert grace.remaining() == left
    assert grace.budget == 10


def test_grace_is_not_cancelled_with_the_call(runtime: FakeRuntime) -> None:
    """Cleaning up is possible after a cancellation."""
    call = Deadline(10, runtime)
    call.cancel()
    grace = call.grace()
    call.cancel()

    grace.check(READING)
    assert grace.remaining() == CLEANUP_SECONDS
