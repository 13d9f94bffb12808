"""How many requests one process sends to one kintone host at once, shared fairly between the calls that wait.

kintone allows 100 at once for a whole tenant, all its integrations together:
https://cybozu.dev/ja/kintone/tips/development/customize/columns/concurrent-connection-limit-reason
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

from kintone.deadline import Deadline
from kintone.messages import Message
from kintone.runtime import Event

RESERVED_SLOTS = 2
"""Slots that files, which take long, leave to the other requests."""
WAITING = Message("waiting for other requests to the same kintone site")


class _Turn:
    """One who waits; ``granted`` is changed under the limiter's lock alone."""

    __slots__ = ("event", "granted")

    def __init__(self, event: Event) -> None:
        self.event = event
        self.granted = False


class Limiter:
    """Lets so many requests through at once; calls that wait take turns, however many requests each has waiting."""

    def __init__(self, slots: int) -> None:
        """Start with all slots free."""
        self._lock = threading.Lock()
        self._free = slots
        self._waiting: OrderedDict[int, deque[_Turn]] = OrderedDict()

    @contextmanager
    def slot(self, call: int, deadline: Deadline, doing: Message) -> Iterator[None]:
        """Hold a slot for the time of one request; ``call`` tells the requests of one call from another's.

        The slot is free again at the end of the block, or when the deadline ends while it is held.
        """
        give_back = self._taken(call, deadline, doing)
        leave = deadline.on_end(give_back)
        try:
            yield
        finally:
            leave()
            give_back()

    def _taken(self, call: int, deadline: Deadline, doing: Message) -> Callable[[], None]:
        turn = self._take_or_queue(call, deadline)
        if turn is not None:
            try:
                deadline.wait_for(turn.event)
                deadline.check(doing, WAITING)
            except BaseException:
                # Whatever interrupts the wait, a slot that was granted meanwhile must not be lost.
                self._give_up(call, turn)
                raise
        given_back = threading.Lock()

        def give_back() -> None:
            if given_back.acquire(blocking=False):
                self._leave()

        return give_back

    def _take_or_queue(self, call: int, deadline: Deadline) -> _Turn | None:
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return None
            turn = _Turn(deadline.runtime.event())
            self._waiting.setdefault(call, deque()).append(turn)
            return turn

    def _give_up(self, call: int, turn: _Turn) -> None:
        """Leave the queue, or hand on a slot that was granted at the last moment."""
        with self._lock:
            if not turn.granted:
                queue = self._waiting[call]
                queue.remove(turn)
                if not queue:
                    del self._waiting[call]
                return
        self._leave()

    def _leave(self) -> None:
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            call, queue = self._waiting.popitem(last=False)
            turn = queue.popleft()
            if queue:
                self._waiting[call] = queue
            turn.granted = True
        turn.event.set()


class Limiters:
    """The limiters of one process, one for each kintone host that somebody is asking right now."""

    def __init__(self) -> None:
        """Start without any."""
        self._lock = threading.Lock()
        self._limiters: WeakValueDictionary[tuple[str, int], Limiter] = WeakValueDictionary()

    def limiter(self, host: str, slots: int) -> Limiter:
        """Return the limiter of the host; it lives as long as somebody holds it."""
        with self._lock:
            limiter = self._limiters.get((host, slots))
            if limiter is None:
                limiter = self._limiters[host, slots] = Limiter(slots)
            return limiter
