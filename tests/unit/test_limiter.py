"""How many requests go to one host at once, and whose turn it is."""

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

READING = Message("reading")
THREAD_TIMEOUT = 30.0
"""Seconds after which a thread that should have got its turn is given up; never waited for when all is well."""


@pytest.fixture
def runtime() -> FakeRuntime:
    """Return a clock that stands."""
    return FakeRuntime()


def free_slots(limiter: Limiter) -> int:
    """Count the slots that can be had right now, and leave them free."""
    runtime = FakeRuntime()
    deadline = Deadline(1, runtime)
    held = []
    while True:
        slot = limiter.slot(99, deadline, READING)
        try:
            slot.__enter__()
        except BudgetExceededError:
            break
        held.append(slot)
        assert len(held) < 100
    for slot in held:
        slot.__exit__(None, None, None)
    return len(held)


@contextmanager
def holding(limiter: Limiter, runtime: FakeRuntime) -> Iterator[Callable[[], None]]:
    """Hold a slot as another call; gives what lets go of it early."""
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
    """Never more than the slots are taken, and everybody gets through."""
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
    """A call with many waiting requests does not keep a call with one waiting: they take turns."""
    limiter = Limiter(1)
    order: list[str] = []
    queued = threading.Semaphore(0)

    class QueueWatcher(FakeRuntime):
        """Real events, which tell when somebody has queued and is about to wait."""

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
            # The turn is made under the limiter's lock, so the next to ask comes behind it.
            assert queued.acquire(timeout=THREAD_TIMEOUT)
    for thread in threads:
        thread.join()

    assert order == ["many 1", "single 1", "many 2", "many 3"]


def test_limiter_when_the_turn_never_comes(runtime: FakeRuntime) -> None:
    """Waiting ends with the call's time budget, and the slot is not lost."""
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
    """Whoever waits has the slot as soon as the other lets go, without time passing."""
    limiter = Limiter(1)
    with holding(limiter, runtime) as release:
        runtime.while_waiting = release
        with limiter.slot(2, Deadline(5, runtime), READING):
            assert runtime.now == 1000.0
            assert free_slots(limiter) == 0

    assert free_slots(limiter) == 1


def test_limiter_when_the_wait_is_cancelled(runtime: FakeRuntime) -> None:
    """What is not needed any more gives up its turn."""
    limiter, deadline = Limiter(1), Deadline(5, runtime)
    runtime.while_waiting = deadline.cancel
    with holding(limiter, runtime), pytest.raises(CancelledError), limiter.slot(2, deadline, READING):
        pass

    assert runtime.now == 1000.0
    assert free_slots(limiter) == 1


class InterruptionError(BaseException):
    """Stands for what may be thrown into a thread at any moment, such as the end of the process."""


@pytest.mark.parametrize("granted", [False, True])
def test_limiter_when_the_wait_is_interrupted(runtime: FakeRuntime, *, granted: bool) -> None:
    """An exception in the midst of waiting loses no slot, not even one that was granted at that moment."""
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
    """Granted and over at once: the error is raised and the slot goes to the next one who waits."""
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
def test_limiter_when_somebody_gives_up_the_others_keep_their_turns(runtime: FakeRuntime, other: int) -> None:
    """The one who leaves the queue takes nobody with him, of his own call or another's."""
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
    """A request that hangs beyond its time keeps nobody out, and its slot is not free twice when it ends at last."""
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
    """A free slot that is taken too late is free again at once, and once."""
    limiter, deadline = Limiter(1), Deadline(5, runtime)
    deadline.cancel()
    with limiter.slot(1, deadline, READING):
        assert free_slots(limiter) == 1

    assert free_slots(limiter) == 1


def test_limiter_when_a_slot_is_done_the_deadline_forgets_it(runtime: FakeRuntime) -> None:
    """The end of a call does not free what others hold by then."""
    limiter, deadline = Limiter(1), Deadline(5, runtime)
    with limiter.slot(1, deadline, READING):
        pass
    with holding(limiter, runtime):
        deadline.cancel()
        assert free_slots(limiter) == 0


def test_limiter_when_the_request_fails(runtime: FakeRuntime) -> None:
    """A failing request gives its slot back."""
    limiter = Limiter(1)
    for _ in range(3):
        with pytest.raises(RuntimeError), limiter.slot(1, Deadline(5, runtime), READING):
            raise RuntimeError

    assert free_slots(limiter) == 1


def test_limiters_when_hosts_differ() -> None:
    """Every host has its own limiter, the same one for everybody who asks it."""
    limiters = Limiters()
    first = limiters.limiter("a", 10)

    assert limiters.limiter("a", 10) is first
    assert limiters.limiter("b", 10) is not first
    assert limiters.limiter("a", 5) is not first


def test_limiters_when_nobody_asks_a_host_any_more() -> None:
    """A process that has asked a thousand hosts remembers none of them."""
    limiters = Limiters()
    forgotten = ref(limiters.limiter("a", 10))
    gc.collect()

    assert forgotten() is None
