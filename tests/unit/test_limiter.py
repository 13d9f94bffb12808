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
from tests.unit.slots import free_slots
from tests.unit.still_runtime import StillRuntime

READING = Message("reading")
PATIENCE = 30.0
"""Seconds after which a thread that should have got its turn is given up; never waited for when all is well."""


@pytest.fixture
def still() -> StillRuntime:
    """Return a clock that stands."""
    return StillRuntime()


@contextmanager
def holding(limiter: Limiter, still: StillRuntime) -> Iterator[Callable[[], None]]:
    """Hold a slot as another call; gives what lets go of it early."""
    slot = limiter.slot(0, Deadline(10_000, still), READING)
    slot.__enter__()
    left: list[bool] = []

    def let_go() -> None:
        if not left:
            left.append(True)
            slot.__exit__(None, None, None)

    yield let_go
    let_go()


def test_limiter_when_more_ask_than_there_are_slots() -> None:
    """Never more than the slots are taken, and everybody gets through."""
    limiter, lock = Limiter(3), threading.Lock()
    inside, most, passed = 0, 0, 0
    full = threading.Event()

    def ask(call: int) -> None:
        nonlocal inside, most, passed
        with limiter.slot(call, Deadline(PATIENCE), READING):
            with lock:
                inside += 1
                most = max(most, inside)
                if inside == 3:
                    full.set()
            full.wait(PATIENCE)
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

    class Noting(StillRuntime):
        """Real events, which tell when somebody has queued and is about to wait."""

        def event(self) -> threading.Event:
            queued.release()
            return threading.Event()

    def ask(call: int, name: str) -> None:
        with limiter.slot(call, Deadline(PATIENCE, Noting()), READING):
            order.append(name)

    threads: list[threading.Thread] = []
    with limiter.slot(0, Deadline(PATIENCE), READING):
        for call, name in ((1, "greedy 1"), (1, "greedy 2"), (1, "greedy 3"), (2, "modest 1")):
            threads.append(threading.Thread(target=ask, args=(call, name)))
            threads[-1].start()
            # The turn is made under the limiter's lock, so the next to ask comes behind it.
            assert queued.acquire(timeout=PATIENCE)
    for thread in threads:
        thread.join()

    assert order == ["greedy 1", "modest 1", "greedy 2", "greedy 3"]


def test_limiter_when_the_turn_never_comes(still: StillRuntime) -> None:
    """Waiting ends with the call's time budget, and the slot is not lost."""
    limiter = Limiter(1)
    with (
        holding(limiter, still),
        pytest.raises(BudgetExceededError, match="waiting for other requests"),
        limiter.slot(2, Deadline(5, still), READING),
    ):
        pass

    assert still.now == 1005.0
    assert free_slots(limiter) == 1


def test_limiter_when_the_turn_comes(still: StillRuntime) -> None:
    """Whoever waits has the slot as soon as the other lets go, without time passing."""
    limiter = Limiter(1)
    with holding(limiter, still) as let_go:
        still.while_waiting = let_go
        with limiter.slot(2, Deadline(5, still), READING):
            assert still.now == 1000.0
            assert free_slots(limiter) == 0

    assert free_slots(limiter) == 1


def test_limiter_when_the_wait_is_cancelled(still: StillRuntime) -> None:
    """What is not needed any more gives up its turn."""
    limiter, deadline = Limiter(1), Deadline(5, still)
    still.while_waiting = deadline.cancel
    with holding(limiter, still), pytest.raises(CancelledError), limiter.slot(2, deadline, READING):
        pass

    assert still.now == 1000.0
    assert free_slots(limiter) == 1


class InterruptionError(BaseException):
    """Stands for what may be thrown into a thread at any moment, such as the end of the process."""


@pytest.mark.parametrize("granted", [False, True])
def test_limiter_when_the_wait_is_interrupted(still: StillRuntime, *, granted: bool) -> None:
    """An exception in the midst of waiting loses no slot, not even one that was granted at that moment."""
    limiter = Limiter(1)
    with holding(limiter, still) as let_go:

        def interrupt() -> None:
            if granted:
                let_go()
            raise InterruptionError

        still.while_waiting = interrupt
        with pytest.raises(InterruptionError), limiter.slot(2, Deadline(5, still), READING):
            pass
        assert free_slots(limiter) == int(granted)

    assert free_slots(limiter) == 1


@pytest.mark.parametrize("ends", ["over", "cancelled"])
def test_limiter_when_the_slot_is_granted_at_the_moment_of_giving_up(still: StillRuntime, ends: str) -> None:
    """Granted and over at once: the error is raised and the slot goes to the next one who waits."""
    limiter, deadline = Limiter(1), Deadline(5, still)
    error = BudgetExceededError if ends == "over" else CancelledError
    with holding(limiter, still) as let_go:

        def at_the_last_moment() -> None:
            if ends == "over":
                still.pass_time(5)
            else:
                deadline.cancel()
            let_go()

        still.while_waiting = at_the_last_moment
        with pytest.raises(error), limiter.slot(2, deadline, READING):
            pass

    assert free_slots(limiter) == 1


@pytest.mark.parametrize("other", [1, 2])
def test_limiter_when_somebody_gives_up_the_others_keep_their_turns(still: StillRuntime, other: int) -> None:
    """The one who leaves the queue takes nobody with him, of his own call or another's."""
    limiter = Limiter(1)
    order: list[str] = []
    with holding(limiter, still) as let_go:

        def another_comes_and_gives_up() -> None:
            still.while_waiting = lambda: None
            with pytest.raises(BudgetExceededError), limiter.slot(other, Deadline(5, still), READING):
                order.append("gave up")
            let_go()

        still.while_waiting = another_comes_and_gives_up
        with limiter.slot(1, Deadline(50, still), READING):
            order.append("stayed")

    assert order == ["stayed"]
    assert free_slots(limiter) == 1


@pytest.mark.parametrize("ends", ["over", "cancelled"])
def test_limiter_when_the_deadline_ends_while_the_slot_is_held(still: StillRuntime, ends: str) -> None:
    """A request that hangs beyond its time keeps nobody out, and its slot is not free twice when it ends at last."""
    limiter, deadline = Limiter(1), Deadline(5, still)
    with limiter.slot(1, deadline, READING):
        assert free_slots(limiter) == 0
        if ends == "over":
            still.pass_time(5)
        else:
            deadline.cancel()
        assert free_slots(limiter) == 1

    assert free_slots(limiter) == 1


def test_limiter_when_the_deadline_is_over_before(still: StillRuntime) -> None:
    """A free slot that is taken too late is free again at once, and once."""
    limiter, deadline = Limiter(1), Deadline(5, still)
    deadline.cancel()
    with limiter.slot(1, deadline, READING):
        assert free_slots(limiter) == 1

    assert free_slots(limiter) == 1


def test_limiter_when_a_slot_is_done_the_deadline_forgets_it(still: StillRuntime) -> None:
    """The end of a call does not free what others hold by then."""
    limiter, deadline = Limiter(1), Deadline(5, still)
    with limiter.slot(1, deadline, READING):
        pass
    with holding(limiter, still):
        deadline.cancel()
        assert free_slots(limiter) == 0


def test_limiter_when_the_request_fails(still: StillRuntime) -> None:
    """A failing request gives its slot back."""
    limiter = Limiter(1)
    for _ in range(3):
        with pytest.raises(RuntimeError), limiter.slot(1, Deadline(5, still), READING):
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
