"""The number of concurrent requests to a host, and the order in which calls get their turns."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from weakref import ref

import pytest

from kintone.deadline import Deadline
from kintone.errors import BudgetExceededError, CancelledError
from kintone.limiter import Limiter, Limiters
from kintone.messages import Message
from tests.unit.fake_runtime import FakeRuntime
from tests.unit.slots import free_slots

READING = Message("reading")
THREAD_TIMEOUT = 30.0
"""Seconds after which a thread without a slot fails the test; a passing test does not wait for it."""


@pytest.fixture
def runtime() -> FakeRuntime:
    """Return a runtime whose time stands still."""
    return FakeRuntime()


@contextmanager
def holding(limiter: Limiter, runtime: FakeRuntime) -> Iterator[Callable[[], None]]:
    """Hold a slot as another call; yields a function that releases it early."""
    slot = limiter.slot(0, Deadline(10_000, runtime), READING)
    slot.__enter__()
    left: list[bool] = []

    def release() -> None:
        if not left:
            left.append(True)
            slot.__exit__(None, None, None)

    yield release
    release()


def test_limiter_when_more_ask_than_there_are_slots() -> None:
    """The number of held slots never exceeds the limit, and every request gets one."""
    limiter, lock = Limiter(3), threading.Lock()
    inside, most, passed = 0, 0, 0
    full = threading.Event()

    def ask(call: int) -> None:
        nonlocal inside, most, passed
        with limiter.slot(call, Deadline(THREAD_TIMEOUT), READING):
            with lock:
                inside += 1
                most = max(most, inside)
                if inside == 3:
                    full.set()
            full.wait(THREAD_TIMEOUT)
            with lock:
                inside -= 1
                passed += 1

    threads = [threading.Thread(target=ask, args=(number % 5,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (most, passed, free_slots(limiter)) == (3, 40, 3)


def test_limiter_when_one_call_has_many_requests_waiting() -> None:
    """Calls take turns, so a call with many waiting requests does not block a call with one."""
    limiter = Limiter(1)
    order: list[str] = []
    queued = threading.Semaphore(0)

    class QueueWatcher(FakeRuntime):
        """A runtime with real events that signals when a request is queued and about to wait."""

        def event(self) -> threading.Event:
            queued.release()
            return threading.Event()

    def ask(call: int, name: str) -> None:
        with limiter.slot(call, Deadline(THREAD_TIMEOUT, QueueWatcher()), READING):
            order.append(name)

    threads: list[threading.Thread] = []
    with limiter.slot(0, Deadline(THREAD_TIMEOUT), READING):
        for call, name in ((1, "many 1"), (1, "many 2"), (1, "many 3"), (2, "single 1")):
            threads.append(threading.Thread(target=ask, args=(call, name)))
            threads[-1].start()
            # The request is queued under the limiter's lock, so the next one is queued behind it.
            assert queued.acquire(timeout=THREAD_TIMEOUT)
    for thread in threads:
        thread.join()

    assert order == ["many 1", "single 1", "many 2", "many 3"]


def test_limiter_when_the_turn_never_comes(runtime: FakeRuntime) -> None:
    """The wait ends with the call's time budget, and the slot is not lost."""
    limiter = Limiter(1)
    with (
        holding(limiter, runtime),
        pytest.raises(BudgetExceededError, match="waiting for other requests"),
        limiter.slot(2, Deadline(5, runtime), READING),
    ):
        pass

    assert runtime.now == 1005.0
    assert free_slots(limiter) == 1


def test_limiter_when_the_turn_comes(runtime: FakeRuntime) -> None:
    """A waiting request gets the slot as soon as it is released."""
    limiter = Limiter(1)
    with holding(limiter, runtime) as release:
        runtime.while_waiting = release
        with limiter.slot(2, Deadline(5, runtime), READING):
            assert runtime.now == 1000.0
            assert free_slots(limiter) == 0

    assert free_slots(limiter) == 1


def test_limiter_when_the_wait_is_cancelled(runtime: FakeRuntime) -> None:
    """A cancelled request leaves the queue."""
    limiter, deadline = Limiter(1), Deadline(5, runtime)
    runtime.while_waiting = deadline.cancel
    with holding(limiter, runtime), pytest.raises(CancelledError), limiter.slot(2, deadline, READING):
        pass

    assert runtime.now == 1000.0
    assert free_slots(limiter) == 1


class InterruptionError(BaseException):
    """An exception that may be thrown into a thread at any time, such as the end of the process."""


@pytest.mark.parametrize("granted", [False, True])
def test_limiter_when_the_wait_is_interrupted(runtime: FakeRuntime, *, granted: bool) -> None:
    """An exception during the wait loses no slot, not even one granted at that moment."""
    limiter = Limiter(1)
    with holding(limiter, runtime) as release:

        def interrupt() -> None:
            if granted:
                release()
            raise InterruptionError

        runtime.while_waiting = interrupt
        with pytest.raises(InterruptionError), limiter.slot(2, Deadline(5, runtime), READING):
            pass
        assert free_slots(limiter) == int(granted)

    assert free_slots(limiter) == 1


@pytest.mark.parametrize("ends", ["over", "cancelled"])
def test_limiter_when_the_slot_is_granted_at_the_moment_of_giving_up(runtime: FakeRuntime, ends: str) -> None:
    """If the slot is granted as the wait ends, the error is raised and the slot is passed on."""
    limiter, deadline = Limiter(1), Deadline(5, runtime)
    error = BudgetExceededError if ends == "over" else CancelledError
    with holding(limiter, runtime) as release:

        def end_and_release() -> None:
            if ends == "over":
                runtime.pass_time(5)
            else:
                deadline.cancel()
            release()

        runtime.while_waiting = end_and_release
        with pytest.raises(error), limiter.slot(2, deadline, READING):
            pass

    assert free_slots(limiter) == 1


@pytest.mark.parametrize("other", [1, 2])
def test_limiter_when_a_request_gives_up_the_others_keep_their_turns(runtime: FakeRuntime, other: int) -> None:
    """A request that leaves the queue does not remove others of its own call or of another."""
    limiter = Limiter(1)
    order: list[str] = []
    with holding(limiter, runtime) as release:

        def another_request_times_out() -> None:
            runtime.while_waiting = lambda: None
            with pytest.raises(BudgetExceededError), limiter.slot(other, Deadline(5, runtime), READING):
                order.append("gave up")
            release()

        runtime.while_waiting = another_request_times_out
        with limiter.slot(1, Deadline(50, runtime), READING):
            order.append("stayed")

    assert order == ["stayed"]
    assert free_slots(limiter) == 1


@pytest.mark.parametrize("ends", ["over", "cancelled"])
def test_limiter_when_the_deadline_ends_while_the_slot_is_held(runtime: FakeRuntime, ends: str) -> None:
    """The slot is free when the call's time ends, and is not freed again when its request ends."""
    limiter, deadline = Limiter(1), Deadline(5, runtime)
    with limiter.slot(1, deadline, READING):
        assert free_slots(limiter) == 0
        if ends == "over":
            runtime.pass_time(5)
        else:
            deadline.cancel()
        assert free_slots(limiter) == 1

    assert free_slots(limiter) == 1


def test_limiter_when_the_deadline_is_over_before(runtime: FakeRuntime) -> None:
    """A slot taken after the deadline is freed at once, and only once."""
    limiter, deadline = Limiter(1), Deadline(5, runtime)
    deadline.cancel()
    with limiter.slot(1, deadline, READING):
        assert free_slots(limiter) == 1

    assert free_slots(limiter) == 1


def test_limiter_when_a_slot_was_returned_before_the_deadline(runtime: FakeRuntime) -> None:
    """The end of a call does not free slots that others hold by then."""
    limiter, deadline = Limiter(1), Deadline(5, runtime)
    with limiter.slot(1, deadline, READING):
        pass
    with holding(limiter, runtime):
        deadline.cancel()
        assert free_slots(limiter) == 0


def test_limiter_when_the_request_fails(runtime: FakeRuntime) -> None:
    """A failed request returns its slot."""
    limiter = Limiter(1)
    for _ in range(3):
        with pytest.raises(RuntimeError), limiter.slot(1, Deadline(5, runtime), READING):
            raise RuntimeError

    assert free_slots(limiter) == 1


def test_limiters_when_hosts_differ() -> None:
    """Each host and limit has its own limiter, which is shared."""
    limiters = Limiters()
    first = limiters.limiter("a", 10)

    assert limiters.limiter("a", 10) is first
    assert limiters.limiter("b", 10) is not first
    assert limiters.limiter("a", 5) is not first


def test_limiters_when_a_host_is_no_longer_used() -> None:
    """The limiter of an unused host is not kept in memory."""
    limiters = Limiters()
    forgotten = ref(limiters.limiter("a", 10))
    gc.collect()

    assert forgotten() is None
