"""Tasks that take turns on a virtual clock: one runs at a time, and the seed says which comes next.

A task is a greenlet. It gives its turn away only where it waits: asleep, for an event, for a future. While any task can
run the clock stands still; when all wait, it jumps to the earliest moment for which one of them waits.
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


class StuckError(Exception):
    """Every task waits for something that only another task could do."""


@dataclass(eq=False)
class Task:
    """One greenlet and what it waits for; `woken` tells it whether it was called or its time was up."""

    name: str
    body: greenlet.greenlet
    waiting: int = 0
    woken: bool = False


@dataclass(eq=False)
class Bell:
    """Something that tasks wait for; ringing it wakes them all."""

    tasks: list[Task] = field(default_factory=list)


class Scheduler:
    """The virtual clock and the tasks that live on it."""

    def __init__(self, random: Random) -> None:
        """Start at nought; the order of tasks that could run at the same moment is drawn from `random`."""
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

        Tasks that are left then go on for `linger` seconds, as threads do, and are killed after that.

        Raises:
            StuckError: all tasks wait and no time is set for any of them.
        """
        ended: list[tuple[bool, Any]] = []

        def main() -> None:
            try:
                ended.append((True, function()))
            except BaseException as error:  # noqa: BLE001 - handed on to whoever called run()
                ended.append((False, error))

        self._hub = greenlet.getcurrent()
        self.spawn(main, "main")
        try:
            while not ended:
                self._step()
            self._go_on(self._now + linger)
        finally:
            self.close()
        good, outcome = ended[0]
        if not good:
            raise outcome
        result: T = outcome
        return result

    def left_over(self) -> list[str]:
        """Return the names of the tasks that have not ended."""
        return sorted(task.name for task in self._tasks)

    def spawn(self, function: Callable[[], None], name: str) -> Task:
        """Make a task that can run from now on."""

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
        """Let the current task wait for so long."""
        self.wait(Bell(), seconds)

    def yield_thread(self) -> None:
        """Let another task have its turn, if one can run at this moment."""
        task = self._current
        if task is not None:
            self._ready.append(task)
            self._hub.switch()

    def wait(self, bell: Bell, seconds: float | None = None) -> bool:
        """Let the current task wait until a bell rings; tells whether it did, False when the time was up.

        What is no task, as a test, has the tasks go on until then.
        """
        task = self._current or Task("outside", greenlet.greenlet(lambda: None))
        task.waiting += 1
        task.woken = False
        bell.tasks.append(task)
        if seconds is not None:
            moment = self._now + max(0.0, seconds)
            heapq.heappush(self._timers, (moment, next(self._numbers), task, task.waiting))
        if self._current is None:
            self._hub = greenlet.getcurrent()
            while not task.body.dead:
                self._step()
        else:
            self._hub.switch()
        if task in bell.tasks:
            bell.tasks.remove(task)
        return task.woken

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

    def ring(self, bell: Bell) -> None:
        """Wake all who wait for a bell; they run when it is their turn."""
        tasks, bell.tasks = bell.tasks, []
        for task in tasks:
            task.waiting += 1
            task.woken = True
            self._ready.append(task)

    def _step(self) -> None:
        if not self._ready:
            self._advance()
        place = self._random.randrange(len(self._ready)) if len(self._ready) > 1 else 0
        task = self._ready.pop(place)
        self._current = task
        # A task may be made inside of another one; when it ends it must come back to the loop, not to its maker.
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
        raise StuckError(f"all tasks wait for ever: {', '.join(self.left_over())}")

    def _go_on(self, until: float) -> None:
        while self._ready or (self._timers and self._timers[0][0] <= until):
            try:
                self._step()
            except StuckError:
                return


class Event:
    """A flag that tasks can wait for, as threading.Event."""

    def __init__(self, scheduler: Scheduler) -> None:
        """Start unset."""
        self._scheduler = scheduler
        self._bell = Bell()
        self._set = False

    def set(self) -> None:
        """Set the flag and wake whoever waits."""
        self._set = True
        self._scheduler.ring(self._bell)

    def clear(self) -> None:
        """Take the flag back."""
        self._set = False

    def is_set(self) -> bool:
        """Tell whether the flag is set."""
        return self._set

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the flag is set, at most so long; tells whether it is."""
        if not self._set:
            self._scheduler.wait(self._bell, seconds)
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
        """Tell whether it has ended or was cancelled."""
        return self._done.is_set()

    def running(self) -> bool:
        """Tell whether a worker is at it."""
        return self._running and not self.done()

    def cancelled(self) -> bool:
        """Tell whether it was cancelled before a worker took it."""
        return self._cancelled

    def cancel(self) -> bool:
        """Cancel it if no worker has taken it yet; tells whether it is cancelled."""
        if self._running or (self.done() and not self._cancelled):
            return False
        if not self._cancelled:
            self._cancelled = True
            self._finish(good=False, outcome=CancelledError())
        return True

    def result(self, timeout: float | None = None) -> Any:  # noqa: ANN401 - whatever the function returns
        """Wait for the end and return the result or raise what the function raised."""
        if not self._done.wait(timeout):
            raise TimeoutError
        good, outcome = self._outcome
        if good:
            return outcome
        raise outcome

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Wait for the end and return what the function raised, None where it returned."""
        try:
            self.result(timeout)
        except BaseException as error:  # noqa: BLE001 - returned, as the standard library does
            return error
        return None

    def add_done_callback(self, function: Callable[[Any], object]) -> None:
        """Call a function with the future when it has ended, at once if it has."""
        if self.done():
            function(self)
        else:
            self._callbacks.append(function)

    def work(self, function: Callable[[], Any]) -> None:
        """Run the function, as a worker does."""
        if self._cancelled:
            return
        self._running = True
        try:
            outcome = function()
        except greenlet.GreenletExit:
            raise
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever asks for the result
            self._finish(good=False, outcome=error)
        else:
            self._finish(good=True, outcome=outcome)

    def _finish(self, *, good: bool, outcome: object) -> None:
        self._outcome = (good, outcome)
        self._done.set()
        for function in self._callbacks:
            function(self)


class Workers:
    """A pool of so many tasks, as concurrent.futures.ThreadPoolExecutor."""

    def __init__(self, scheduler: Scheduler, count: int, name: str) -> None:
        """Start with no task; they are made as work comes in."""
        self._scheduler = scheduler
        self._count = count
        self._name = name
        self._waiting: deque[tuple[Future, Callable[[], Any]]] = deque()
        self._busy = 0
        self._made = 0
        self._idle = Bell()
        self._closed = False

    def submit(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> Future:  # noqa: ANN401
        """Have a function run by a worker and return its future."""
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
        """Take no more work; wait for what is running, and cancel what is not if told so."""
        self._closed = True
        if cancel_futures:
            for future, _ in list(self._waiting):
                future.cancel()
        while wait and self._busy:
            self._scheduler.wait(self._idle)

    def _work(self) -> None:
        try:
            while self._waiting:
                self._scheduler.yield_thread()
                if self._waiting:
                    future, function = self._waiting.popleft()
                    future.work(function)
        finally:
            self._busy -= 1
            self._scheduler.ring(self._idle)

    def __enter__(self) -> Workers:  # noqa: PYI034 - final in all but name
        """Use the pool within a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Shut down and wait."""
        self.shutdown()
