"""Measures the time and resources of one run of a program."""

import os
import time
from dataclasses import dataclass

from dify_host.resources import ProcessResources


@dataclass(frozen=True, slots=True)
class Usage:
    """The time and resources of one run.

    Attributes:
        wall: Seconds from start to end.
        cpu: CPU seconds of the process; None if the system does not provide them.
        memory: Peak memory minus the memory of the idle process, in bytes; None if it is not available.
        first_page: Seconds until the first page; None without pages.
        count: Number of transferred records, entries or bytes.
    """

    wall: float
    cpu: float | None
    memory: int | None
    first_page: float | None
    count: int


class Meter:
    """Measures one run of a process; the process must be idle when the meter is created."""

    def __init__(self, pid: int | None = None) -> None:
        """Store the idle memory of a process; the default is this process."""
        self._resources = ProcessResources(os.getpid() if pid is None else pid)
        self._own = pid is None
        self._idle = self._resources.memory_bytes
        self._cpu: float | None = None
        self._started = 0.0
        self._first_page: float | None = None

    def start(self) -> None:
        """Start a run."""
        self._resources.reset_peak()
        self._first_page = None
        self._cpu = self._cpu_seconds()
        self._started = time.perf_counter()

    def page(self) -> None:
        """Record the time of the first page."""
        if self._first_page is None:
            self._first_page = time.perf_counter() - self._started

    def stop(self, count: int) -> Usage:
        """End the run; `count` is the number of transferred records, entries or bytes."""
        wall = time.perf_counter() - self._started
        now, peak = self._cpu_seconds(), self._resources.peak_memory_bytes
        cpu = None if now is None or self._cpu is None else now - self._cpu
        memory = None if peak is None or self._idle is None else max(0, peak - self._idle)
        return Usage(wall, cpu, memory, self._first_page, count)

    def _cpu_seconds(self) -> float | None:
        return time.process_time() if self._own else self._resources.cpu_seconds
