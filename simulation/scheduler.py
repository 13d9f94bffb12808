"""Cooperative tasks on a virtual clock: one task runs at a time, and a seed determines the order.

A task is a greenlet. It yields only when it waits: in a sleep, for an event, for a future. The clock does not advance
while a task can run; when all tasks wait, it advances to the earliest timer.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from random import Random
from typing import Any

import greenlet


class DeadlockError(Exception):
    """All tasks wait for each other."""


@dataclass(eq=False)
class Task:
    """One greenlet and its wait; `signalled` is False if the wait timed out."""

    name: str
    body: greenlet.greenlet
    waiting: int = 0
    signalled: bool = False


@dataclass(eq=False)
class WaitQueue:
    """The tasks that wait for the same condition; they are woken together."""

    tasks: list[Task] = field(default_factory=list)


class Scheduler:
    """The virtual clock and its tasks."""

    def __init__(self, random: Random) -> None:
        """Start at zero; `random` determines the order of tasks that can run at the same time."""
        self._random = random
        self._now = 0.0
        self._hub = greenlet.getcurrent()
        self._ready: list[Task] = []
        self._timers: list[tuple[float, int, Task, int]] = []
        self._numbers = itertools.count()
        self._current: Task | None = None
        self._tasks: set[Task] = set()

    def now(self) -> float:
        """Return the virtual time in seconds."""
        return self._now

    def run[T](self, function: Callable[[], T], *, linger: float = 0.0) -> T:
        """Run a function as the first task until it returns.

        The remaining tasks then continue for `linger` seconds, like threads, and are killed after that.

        Raises:
            DeadlockError: all tasks wait without a timer.
        """
        ended: list[tuple[bool, Any]] = []

        def main() -> None:
            try:
                ended.append((True, function()))
            except BaseException as error:  # noqa: BLE001 - raised again by run()
                ended.append((False, error))

        self._hub = greenlet.getcurrent()
        self.spawn(main, "main")
        try:
            while not ended:
                self._step()
            self._run_until(self._now + linger)
        finally:
            self.close()
        good, outcome = ended[0]
        if not good:
            raise outcome
        result: T = outcome
        return result

    def remaining_tasks(self) -> list[str]:
        """Return the names of the tasks that have not ended."""
        return sorted(task.name for task in self._tasks)

    def spawn(self, function: Callable[[], None], name: str) -> Task:
        """Create a task that is ready to run."""

        def body() -> None:
            try:
                function()
            finally:
                self._tasks.discard(task)

        task = Task(name, greenlet.greenlet(body))
        self._tasks.add(task)
        self._ready.append(task)
        return task

    def sleep(self, seconds: float) -> None:
        """Let the current task wait for a number of seconds."""
        self.wait(WaitQueue(), seconds)

    def yield_turn(self) -> None:
        """Let another task run first, if one is ready."""
        task = self._current
        if task is not None:
            self._ready.append(task)
            self._hub.switch()

    def wait(self, queue: WaitQueue, seconds: float | None = None) -> bool:
        """Let the current task wait until the queue is woken; return False after a timeout.

        If the caller is not a task, for example a test, the tasks run until then.
        """
        task = self._current or Task("outside", greenlet.greenlet(lambda: None))
        task.waiting += 1
        task.signalled = False
        queue.tasks.append(task)
        if seconds is not None:
            moment = self._now + max(0.0, seconds)
            heapq.heappush(self._timers, (moment, next(self._numbers), task, task.waiting))
        if self._current is None:
            self._hub = greenlet.getcurrent()
            while not task.body.dead:
                self._step()
        else:
            self._hub.switch()
        if task in queue.tasks:
            queue.tasks.remove(task)
        return task.signalled

    def close(self) -> None:
        """Kill all tasks."""
        self._current = None
        for task in sorted(self._tasks, key=lambda task: task.name):
            task.body.parent = greenlet.getcurrent()
            if task.body:
                task.body.throw(greenlet.GreenletExit)
        self._tasks.clear()
        self._ready.clear()
        self._timers.clear()

    def wake_all(self, queue: WaitQueue) -> None:
        """Make all tasks of a queue ready to run."""
        tasks, queue.tasks = queue.tasks, []
        for task in tasks:
            task.waiting += 1
            task.signalled = True
            self._ready.append(task)

    def _step(self) -> None:
        if not self._ready:
            self._advance()
        index = self._random.randrange(len(self._ready)) if len(self._ready) > 1 else 0
        task = self._ready.pop(index)
        self._current = task
        # A task may be created by another one; when it ends, control must return to the loop, not to its creator.
        task.body.parent = self._hub
        task.body.switch()
        self._current = None

    def _advance(self) -> None:
        while self._timers:
            moment, _, task, waiting = heapq.heappop(self._timers)
            if task.waiting != waiting or task.body.dead:
                continue
            self._now = max(self._now, moment)
            task.waiting += 1
            self._ready.append(task)
            while self._timers and self._timers[0][0] <= self._now:
                _, _, other, other_waiting = heapq.heappop(self._timers)
                if other.waiting == other_waiting and not other.body.dead:
                    other.waiting += 1
                    self._ready.append(other)
            return
        raise DeadlockError(f"all tasks wait without a timer: {', '.join(self.remaining_tasks())}")

    def _run_until(self, until: float) -> None:
        while self._ready or (self._timers and self._timers[0][0] <= until):
            try:
                self._step()
            except DeadlockError:
                return


class Event:
    """A flag that tasks can wait for, like threading.Event."""

    def __init__(self, scheduler: Scheduler) -> None:
        """Start unset."""
        self._scheduler = scheduler
        self._queue = WaitQueue()
        self._set = False

    def set(self) -> None:
        """Set the flag and wake all waiting tasks."""
        self._set = True
        self._scheduler.wake_all(self._queue)

    def clear(self) -> None:
        """Clear the flag."""
        self._set = False

    def is_set(self) -> bool:
        """Tell whether the flag is set."""
        return self._set

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the flag is set or a timeout expires; return whether it is set."""
        if not self._set:
            self._scheduler.wait(self._queue, seconds)
        return self._set


class Future:
    """The result of a function that a worker runs."""

    def __init__(self, scheduler: Scheduler) -> None:
        """Start without a result."""
        self._scheduler = scheduler
        self._done = Event(scheduler)
        self._outcome: tuple[bool, Any] = (False, None)
        self._callbacks: list[Callable[[Any], object]] = []
        self._running = False
        self._cancelled = False

    def done(self) -> bool:
        """Tell whether the function has ended or was cancelled."""
        return self._done.is_set()

    def running(self) -> bool:
        """Tell whether a worker is running the function."""
        return self._running and not self.done()

    def cancelled(self) -> bool:
        """Tell whether the function was cancelled before it was started."""
        return self._cancelled

    def cancel(self) -> bool:
        """Cancel the function if it has not been started; return whether it is cancelled."""
        if self._running or (self.done() and not self._cancelled):
            return False
        if not self._cancelled:
            self._cancelled = True
            self._finish(good=False, outcome=CancelledError())
        return True

    def result(self, timeout: float | None = None) -> Any:  # noqa: ANN401 - any result of the function
        """Wait for the end and return the result, or raise the function's exception."""
        if not self._done.wait(timeout):
            raise TimeoutError
        good, outcome = self._outcome
        if good:
            return outcome
        raise outcome

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Wait for the end and return the function's exception; None if it succeeded."""
        try:
            self.result(timeout)
        except BaseException as error:  # noqa: BLE001 - returned, like in the standard library
            return error
        return None

    def add_done_callback(self, function: Callable[[Any], object]) -> None:
        """Call a function with the future when it ends, immediately if it has ended."""
        if self.done():
            function(self)
        else:
            self._callbacks.append(function)

    def work(self, function: Callable[[], Any]) -> None:
        """Run the function in a worker."""
        if self._cancelled:
            return
        self._running = True
        try:
            outcome = function()
        except greenlet.GreenletExit:
            raise
        except BaseException as error:  # noqa: BLE001 - raised again by result()
            self._finish(good=False, outcome=error)
        else:
            self._finish(good=True, outcome=outcome)

    def _finish(self, *, good: bool, outcome: object) -> None:
        self._outcome = (good, outcome)
        self._done.set()
        for function in self._callbacks:
            function(self)


class Workers:
    """A pool of worker tasks, like concurrent.futures.ThreadPoolExecutor."""

    def __init__(self, scheduler: Scheduler, count: int, name: str) -> None:
        """Start without tasks; they are created on demand."""
        self._scheduler = scheduler
        self._count = count
        self._name = name
        self._waiting: deque[tuple[Future, Callable[[], Any]]] = deque()
        self._busy = 0
        self._made = 0
        self._idle = WaitQueue()
        self._closed = False

    def submit(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> Future:  # noqa: ANN401
        """Run a function in a worker and return its future."""
        if self._closed:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future = Future(self._scheduler)
        self._waiting.append((future, lambda: function(*arguments, **options)))
        if self._busy < self._count:
            self._busy += 1
            self._made += 1
            self._scheduler.spawn(self._work, f"{self._name}-{self._made}")
        return future

    def shutdown(self, wait: bool = True, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as the standard library
        """Accept no more functions; optionally wait for the running ones and cancel the others."""
        self._closed = True
        if cancel_futures:
            for future, _ in list(self._waiting):
                future.cancel()
        while wait and self._busy:
            self._scheduler.wait(self._idle)

    def _work(self) -> None:
        try:
            while self._waiting:
                self._scheduler.yield_turn()
                if self._waiting:
                    future, function = self._waiting.popleft()
                    future.work(function)
        finally:
            self._busy -= 1
            self._scheduler.wake_all(self._idle)

    def __enter__(self) -> Workers:  # noqa: PYI034 - the class has no subclasses
        """Use the pool within a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Shut down and wait."""
        self.shutdown()
