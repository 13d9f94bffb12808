"""The number of requests that one process sends to one kintone host at once, shared fairly between waiting calls.

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
"""Slots that transfers of files, which take long, leave to other requests."""
WAITING_FOR_SLOT = Message("waiting for other requests to the same kintone site")


class _QueuedRequest:
    """A request that waits for a slot; ``granted`` changes only under the lock of the limiter."""

    __slots__ = ("event", "granted")

    def __init__(self, event: Event) -> None:
        self.event = event
        self.granted = False


class Limiter:
    """Allows ``slots`` requests at once. Waiting calls take turns, however many requests each of them has waiting."""

    def __init__(self, slots: int) -> None:
        """Start with all slots free."""
        self._lock = threading.Lock()
        self._free = slots
        self._waiting: OrderedDict[int, deque[_QueuedRequest]] = OrderedDict()

    @contextmanager
    def slot(self, call: int, deadline: Deadline, description: Message) -> Iterator[None]:
        """Hold a slot for one request; ``call`` identifies the tool call. Raises what ``Deadline.check`` raises.

        The slot becomes free at the end of the block, or earlier if the deadline ends.
        """
        release = self._acquire(call, deadline, description)
        unregister = deadline.on_end(release)
        try:
            yield
        finally:
            unregister()
            release()

    def _acquire(self, call: int, deadline: Deadline, description: Message) -> Callable[[], None]:
        """Wait for a slot; return a function that frees it once, however often it is called."""
        queued = self._acquire_or_queue(call, deadline)
        if queued is not None:
            try:
                deadline.wait_for(queued.event)
                deadline.check(description, WAITING_FOR_SLOT)
            except BaseException:
                # Any exception may interrupt the wait, and a slot that was granted meanwhile must not be lost.
                self._cancel(call, queued)
                raise
        released = threading.Lock()

        def release() -> None:
            if released.acquire(blocking=False):
                self._release()

        return release

    def _acquire_or_queue(self, call: int, deadline: Deadline) -> _QueuedRequest | None:
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return None
            queued = _QueuedRequest(deadline.runtime.event())
            self._waiting.setdefault(call, deque()).append(queued)
            return queued

    def _cancel(self, call: int, queued: _QueuedRequest) -> None:
        """Remove the request from the queue, or free the slot that it was granted meanwhile."""
        with self._lock:
            if not queued.granted:
                queue = self._waiting[call]
                queue.remove(queued)
                if not queue:
                    del self._waiting[call]
                return
        self._release()

    def _release(self) -> None:
        """Give the slot to the next call in turn, or mark it free."""
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            call, queue = self._waiting.popitem(last=False)
            queued = queue.popleft()
            if queue:
                self._waiting[call] = queue
            queued.granted = True
        queued.event.set()


class Limiters:
    """The limiters of the process, one for each kintone host that is in use."""

    def __init__(self) -> None:
        """Start without a limiter."""
        self._lock = threading.Lock()
        self._limiters: WeakValueDictionary[tuple[str, int], Limiter] = WeakValueDictionary()

    def limiter(self, host: str, slots: int) -> Limiter:
        """Return the limiter of the host; it is dropped when no caller holds it any more."""
        with self._lock:
            limiter = self._limiters.get((host, slots))
            if limiter is None:
                limiter = self._limiters[host, slots] = Limiter(slots)
            return limiter
