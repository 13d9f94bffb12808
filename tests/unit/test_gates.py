"""How many requests go to one host at once, and whose turn it is."""

import threading
import time

import pytest

from kintone.errors import BudgetExceededError
from kintone.deadline import Deadline
from kintone.limiter import Gate, Gates


def test_gate_when_more_ask_than_there_are_places() -> None:
    """Never more than the places are taken, and everybody gets through."""
    gate, lock = Gate(3), threading.Lock()
    inside, most, passed = 0, 0, 0

    def ask(call: int) -> None:
        nonlocal inside, most, passed
        with gate.place(call, Deadline(10), "reading"):
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.002)
            with lock:
                inside -= 1
                passed += 1

    threads = [threading.Thread(target=ask, args=(number % 5,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (most, passed) == (3, 40)


def test_gate_when_one_call_has_many_requests_waiting() -> None:
    """A call with many waiting requests does not keep a call with one waiting: they take turns."""
    gate, order = Gate(1), []
    threads: list[threading.Thread] = []

    def ask(call: int, name: str) -> None:
        with gate.place(call, Deadline(10), "reading"):
            order.append(name)

    with gate.place(0, Deadline(10), "reading"):
        for call, name in ((1, "greedy 1"), (1, "greedy 2"), (1, "greedy 3"), (2, "modest 1")):
            threads.append(threading.Thread(target=ask, args=(call, name)))
            threads[-1].start()
            time.sleep(0.01)
    for thread in threads:
        thread.join()

    assert order == ["greedy 1", "modest 1", "greedy 2", "greedy 3"]


def test_gate_when_the_turn_never_comes() -> None:
    """Waiting ends with the call's time budget, and the place is not lost."""
    gate = Gate(1)
    with (
        gate.place(1, Deadline(10), "reading"),
        pytest.raises(BudgetExceededError, match="waiting for other requests"),
        gate.place(2, Deadline(0.01), "reading"),
    ):
        pass

    with gate.place(3, Deadline(0.01), "reading"):
        pass


def test_gate_when_the_request_fails() -> None:
    """A failing request gives its place back."""
    gate = Gate(1)
    for _ in range(3):
        with pytest.raises(RuntimeError), gate.place(1, Deadline(0.1), "reading"):
            raise RuntimeError


def test_gates_when_hosts_differ() -> None:
    """Every host has its own gate, the same one for everybody who asks it."""
    gates = Gates()
    first = gates.gate("a", 10)

    assert gates.gate("a", 10) is first
    assert gates.gate("b", 10) is not first
