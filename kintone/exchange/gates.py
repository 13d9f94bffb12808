"""How many requests one process sends to one kintone host at once, shared fairly between the calls that wait.

kintone allows 100 at once for a whole tenant, all its integrations together:
https://cybozu.dev/ja/kintone/tips/development/customize/columns/concurrent-connection-limit-reason
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

from kintone.exchange.deadline import Deadline


class Gate:
    """Lets so many requests through at once; calls that wait take turns, however many requests each has waiting."""

    def __init__(self, places: int) -> None:
        """Open the gate with that many places."""
        self._lock = threading.Lock()
        self._free = places
        self._waiting: OrderedDict[int, deque[threading.Event]] = OrderedDict()

    @contextmanager
    def place(self, call: int, deadline: Deadline, description: str) -> Iterator[None]:
        """Hold a place for the time of one request; ``call`` tells the requests of one call from another's."""
        turn = self._take_or_queue(call)
        if turn is not None and not turn.wait(deadline.remaining()) and not self._give_up(call, turn):
            raise deadline.error(f"{description}: waiting for other requests to the same kintone site")
        try:
            yield
        finally:
            self._leave()

    def _take_or_queue(self, call: int) -> threading.Event | None:
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return None
            turn = threading.Event()
            self._waiting.setdefault(call, deque()).append(turn)
            return turn

    def _give_up(self, call: int, turn: threading.Event) -> bool:
        """Leave the queue; True when the turn came at the last moment and the place is ours after all."""
        with self._lock:
            if turn.is_set():
                return True
            queue = self._waiting[call]
            queue.remove(turn)
            if not queue:
                del self._waiting[call]
            return False

    def _leave(self) -> None:
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            call, queue = self._waiting.popitem(last=False)
            turn = queue.popleft()
            if queue:
                self._waiting[call] = queue
            turn.set()


class Gates:
    """The gates of one process, one for each kintone host that somebody is asking right now."""

    def __init__(self) -> None:
        """Start without any gate."""
        self._lock = threading.Lock()
        self._gates: WeakValueDictionary[tuple[str, int], Gate] = WeakValueDictionary()

    def gate(self, host: str, places: int) -> Gate:
        """Return the gate of the host; it lives as long as somebody holds it."""
        with self._lock:
            gate = self._gates.get((host, places))
            if gate is None:
                gate = self._gates[host, places] = Gate(places)
            return gate
