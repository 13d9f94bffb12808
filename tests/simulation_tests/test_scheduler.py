"""The virtual clock: order, time, events, futures."""

from concurrent.futures import CancelledError
from random import Random

import pytest

from simulation.scheduler import Event, Scheduler, StuckError, Workers


def _scheduler(seed: int = 1) -> Scheduler:
    return Scheduler(Random(seed))


def test_clock_when_all_sleep() -> None:
    """Hours pass in no time, and sleepers wake in the order of their moments."""
    scheduler = _scheduler()
    woken: list[tuple[str, float]] = []

    def sleeper(name: str, seconds: float) -> None:
        scheduler.sleep(seconds)
        woken.append((name, scheduler.now()))

    def main() -> float:
        scheduler.spawn(lambda: sleeper("b", 7200), "b")
        scheduler.spawn(lambda: sleeper("a", 5), "a")
        scheduler.sleep(7200.5)
        return scheduler.now()

    assert scheduler.run(main) == 7200.5
    assert woken == [("a", 5), ("b", 7200)]


def test_event_when_set_and_when_time_is_up() -> None:
    """A wait tells whether the event was set, and ends at its moment when it was not."""
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
    """What is no task lets the tasks go on until the bell rings or its time is up; closing ends what is left."""
    scheduler = _scheduler()
    event, never = Event(scheduler), Event(scheduler)

    def setter() -> None:
        scheduler.sleep(1)
        event.set()
        never.wait()

    scheduler.spawn(setter, "setter")
    seen = [(event.wait(seconds), scheduler.now()) for seconds in (0.5, 10, 10)]

    assert seen == [(False, 0.5), (True, 1), (True, 1)]
    assert scheduler.left_over() == ["setter"]
    scheduler.close()
    assert scheduler.left_over() == []


def test_workers_when_there_is_more_work_than_hands() -> None:
    """Two workers do four pieces of a second each in two seconds."""
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
    """A failure reaches whoever asks for the result; what no worker took can be cancelled."""
    scheduler = _scheduler()

    def failing() -> None:
        scheduler.sleep(1)
        raise ValueError("no")

    def main() -> list[str]:
        workers = Workers(scheduler, 1, "worker")
        told: list[str] = []
        first = workers.submit(failing)
        second = workers.submit(failing)
        second.add_done_callback(lambda _: told.append("told"))
        scheduler.sleep(0.5)
        assert not first.cancel()
        assert second.cancel()
        for future in (first, second):
            try:
                future.result()
            except (ValueError, CancelledError) as error:
                told.append(type(error).__name__)
        return told

    assert scheduler.run(main) == ["told", "ValueError", "CancelledError"]


def test_tasks_when_they_wait_for_each_other() -> None:
    """A deadlock is an error that names who waits, not a hang."""
    scheduler = _scheduler()

    with pytest.raises(StuckError, match="main"):
        scheduler.run(lambda: Event(scheduler).wait())


@pytest.mark.parametrize("seed", range(5))
def test_order_when_the_seed_is_the_same(seed: int) -> None:
    """Who comes next is drawn from the seed: the same order again."""

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
    """What is left when the call ends is named, and killed so that nothing runs on."""
    scheduler = _scheduler()
    ran_on: list[int] = []

    def straggler() -> None:
        scheduler.sleep(10)
        ran_on.append(1)

    def main() -> list[str]:
        scheduler.spawn(straggler, "straggler")
        scheduler.sleep(1)
        return scheduler.left_over()

    assert scheduler.run(main) == ["main", "straggler"]
    assert ran_on == []
