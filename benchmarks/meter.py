"""What one run of a program used."""

import os
import time
from dataclasses import dataclass

from dify_host.resources import ProcessResources


@dataclass(frozen=True, slots=True)
class Usage:
    """One run.

    Attributes:
        wall: Seconds from start to end.
        cpu: CPU seconds of the process; None where the system does not tell.
        memory: Most bytes in memory over those of the idle process; None likewise.
        first_page: Seconds to the first page; None where nothing came in pages.
        count: Records, entries or bytes that were moved.
    """

    wall: float
    cpu: float | None
    memory: int | None
    first_page: float | None
    count: int


class Meter:
    """Watches a process over one run; idle is the process at the moment when its meter is made."""

    def __init__(self, pid: int | None = None) -> None:
        """Note the idle memory of a process, this one unless told otherwise."""
        self._resources = ProcessResources(os.getpid() if pid is None else pid)
        self._own = pid is None
        self._idle = self._resources.memory_bytes
        self._cpu: float | None = None
        self._started = 0.0
        self._first_page: float | None = None

    def start(self) -> None:
        """Begin a run."""
        self._resources.reset_peak()
        self._first_page = None
        self._cpu = self._cpu_seconds()
        self._started = time.perf_counter()

    def page(self) -> None:
        """Note that a page has come; only the first counts."""
        if self._first_page is None:
            self._first_page = time.perf_counter() - self._started

    def stop(self, count: int) -> Usage:
        """End the run that moved so many."""
        wall = time.perf_counter() - self._started
        now, peak = self._cpu_seconds(), self._resources.peak_memory_bytes
        cpu = None if now is None or self._cpu is None else now - self._cpu
        memory = None if peak is None or self._idle is None else max(0, peak - self._idle)
        return Usage(wall, cpu, memory, self._first_page, count)

    def _cpu_seconds(self) -> float | None:
        return time.process_time() if self._own else self._resources.cpu_seconds
