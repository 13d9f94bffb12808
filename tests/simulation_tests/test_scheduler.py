"""The virtual clock: order, time, events, futures."""

from concurrent.futures import CancelledError
from random import Random

import pytest

from simulation.scheduler import DeadlockError, Event, Scheduler, Workers


def _scheduler(seed: int = 1) -> Scheduler:
    return Scheduler(Random(seed))


def test_clock_when_all_sleep() -> None:
    """Hours of virtual time need no real time, and tasks wake in the order of their times."""
    scheduler = _scheduler()
    signalled: list[tuple[str, float]] = []

    def sleeper(name: str, seconds: float) -> None:
        scheduler.sleep(seconds)
        signalled.append((name, scheduler.now()))

    def main() -> float:
        scheduler.spawn(lambda: sleeper("b", 7200), "b")
        scheduler.spawn(lambda: sleeper("a", 5), "a")
        scheduler.sleep(7200.5)
        return scheduler.now()

    assert scheduler.run(main) == 7200.5
    assert signalled == [("a", 5), ("b", 7200)]


def test_event_when_set_and_when_time_is_up() -> None:
    """A wait returns whether the event was set, and ends after its timeout otherwise."""
    scheduler = _scheduler()
    event = Event(scheduler)

    def setter() -> None:
        scheduler.sleep(1)
        event.set()

    def main() -> tuple[bool, float, bool, float, bool]:
        early = event.wait(2)
        first = scheduler.now()
        scheduler.spawn(setter, "setter")
        late = event.wait(10)
        return early, first, late, scheduler.now(), event.wait(10)

    assert scheduler.run(main) == (False, 2, True, 3, True)


def test_wait_outside_of_all_tasks() -> None:
    """If the caller is not a task, the tasks run until the event or the timeout; closing ends the remaining tasks."""
    scheduler = _scheduler()
    event, never = Event(scheduler), Event(scheduler)

    def setter() -> None:
        scheduler.sleep(1)
        event.set()
        never.wait()

    scheduler.spawn(setter, "setter")
    seen = [(event.wait(seconds), scheduler.now()) for seconds in (0.5, 10, 10)]

    assert seen == [(False, 0.5), (True, 1), (True, 1)]
    assert scheduler.remaining_tasks() == ["setter"]
    scheduler.close()
    assert scheduler.remaining_tasks() == []


def test_workers_when_there_is_more_work_than_hands() -> None:
    """Two workers need two seconds for four jobs of one second each."""
    scheduler = _scheduler()

    def piece(number: int) -> int:
        scheduler.sleep(1)
        return number * number

    def main() -> tuple[list[int], float]:
        workers = Workers(scheduler, 2, "worker")
        futures = [workers.submit(piece, number) for number in range(4)]
        results = [future.result() for future in futures]
        workers.shutdown()
        return results, scheduler.now()

    assert scheduler.run(main) == ([0, 1, 4, 9], 2)


def test_future_when_it_fails_and_when_it_is_cancelled() -> None:
    """The result raises the function's exception; a function that was not started can be cancelled."""
    scheduler = _scheduler()

    def failing() -> None:
        scheduler.sleep(1)
        raise ValueError("no")

    def main() -> list[str]:
        workers = Workers(scheduler, 1, "worker")
        events: list[str] = []
        first = workers.submit(failing)
        second = workers.submit(failing)
        second.add_done_callback(lambda _: events.append("done"))
        scheduler.sleep(0.5)
        assert not first.cancel()
        assert second.cancel()
        for future in (first, second):
            try:
                future.result()
            except (ValueError, CancelledError) as error:
                events.append(type(error).__name__)
        return events

    assert scheduler.run(main) == ["done", "ValueError", "CancelledError"]


def test_tasks_when_they_wait_for_each_other() -> None:
    """A deadlock raises an error that names the waiting tasks."""
    scheduler = _scheduler()

    with pytest.raises(DeadlockError, match="main"):
        scheduler.run(lambda: Event(scheduler).wait())


@pytest.mark.parametrize("seed", range(5))
def test_order_when_the_seed_is_the_same(seed: int) -> None:
    """The same seed gives the same order of tasks."""

    def order() -> list[int]:
        scheduler = _scheduler(seed)
        turns: list[int] = []

        def worker(number: int) -> None:
            for _ in range(3):
                turns.append(number)
                scheduler.sleep(0)

        def main() -> None:
            workers = Workers(scheduler, 4, "worker")
            for number in range(4):
                workers.submit(worker, number)
            workers.shutdown()

        scheduler.run(main)
        return turns

    assert order() == order()


def test_orders_when_the_seeds_differ() -> None:
    """Different seeds give different orders."""

    def order(seed: int) -> tuple[int, ...]:
        scheduler = _scheduler(seed)
        turns: list[int] = []

        def worker(number: int) -> None:
            scheduler.sleep(0)
            turns.append(number)

        def main() -> None:
            workers = Workers(scheduler, 5, "worker")
            for number in range(5):
                workers.submit(worker, number)
            workers.shutdown()

        scheduler.run(main)
        return tuple(turns)

    assert len({order(seed) for seed in range(20)}) > 5


def test_tasks_when_the_first_one_has_ended() -> None:
    """Tasks that remain after the call are listed and killed."""
    scheduler = _scheduler()
    ran_on: list[int] = []

    def straggler() -> None:
        scheduler.sleep(10)
        ran_on.append(1)

    def main() -> list[str]:
        scheduler.spawn(straggler, "straggler")
        scheduler.sleep(1)
        return scheduler.remaining_tasks()

    assert scheduler.run(main) == ["main", "straggler"]
    assert ran_on == []
