"""Runs of plain programs and of the plugin, and the ratios of their measurements."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from benchmarks import BenchmarkError
from benchmarks.meter import Meter, Usage
from benchmarks.programs import BARE, LIMIT, READY, Task
from benchmarks.server import ROOT, KintoneServer, RequestCounts, Target
from dify_host import DifyHost, Outcome

_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one program.

    Attributes:
        usage: Time and resources of its process.
        request_counts: The server's counts.
        longest_line: Bytes of the longest line on stdout; None for plain programs.
        file_bytes: Bytes of the file that it created.
    """

    usage: Usage
    request_counts: RequestCounts
    longest_line: int | None = None
    file_bytes: int = 0


type Attempt = Callable[[], Run]


def run_in_turns(
    attempts: Mapping[str, Attempt], rounds: int, max_seconds: float, report: Callable[[str, Run], None]
) -> dict[str, Run]:
    """Run all programs in turns and return the best run of each.

    The turns spread other load of the machine over all programs. A program whose runs have taken `max_seconds` in
    total is not run again.
    """
    runs: dict[str, list[Run]] = {name: [] for name in attempts}
    for _ in range(rounds):
        for name, attempt in attempts.items():
            if sum(run.usage.wall for run in runs[name]) < max_seconds:
                runs[name].append(attempt())
                report(name, runs[name][-1])
    return {name: _best(tried) for name, tried in runs.items()}


def _best(runs: list[Run]) -> Run:
    """Return the fastest run with the maximum memory of all runs."""
    fastest = min(runs, key=lambda run: run.usage.wall)
    memory = max((run.usage.memory for run in runs if run.usage.memory is not None), default=None)
    return replace(fastest, usage=replace(fastest.usage, memory=memory))


def ratio_to_limit(run: Run, others: Mapping[str, Run]) -> float | None:
    """Return the ratio of the wall time to that of the practical limit; None if that was not measured."""
    limit = others.get(LIMIT)
    return run.usage.wall / limit.usage.wall if limit else None


def ratio_to_possible(run: Run, others: Mapping[str, Run]) -> float | None:
    """Return the ratio of the wall time to the larger of the practical limit's and the program's own CPU time."""
    limit = others.get(LIMIT)
    return run.usage.wall / max(limit.usage.wall, run.usage.cpu or 0.0) if limit else None


def speedup_over_bare(run: Run, others: Mapping[str, Run]) -> float | None:
    """Return the speedup over the bare loop; None if that was not measured."""
    bare = others.get(BARE)
    return bare.usage.wall / run.usage.wall if bare else None


def cpu_per_thousand(run: Run) -> float | None:
    """Return CPU seconds per 1,000 records or entries."""
    return None if run.usage.cpu is None or not run.usage.count else run.usage.cpu * 1000 / run.usage.count


def cpu_ratio_to_limit(run: Run, others: Mapping[str, Run]) -> float | None:
    """Return the ratio of the CPU time to that of the practical limit, which only parses; None if not measured."""
    return _cpu_ratio(run, others.get(LIMIT))


def cpu_ratio(runs: Mapping[str, Run], program: str, other: str) -> float | None:
    """Return the CPU time of a program divided by that of another one; None if one was not measured."""
    return _cpu_ratio(runs[program], runs.get(other)) if program in runs else None


def _cpu_ratio(run: Run, other: Run | None) -> float | None:
    return run.usage.cpu / other.usage.cpu if other and other.usage.cpu and run.usage.cpu is not None else None


def memory_without_file(run: Run) -> int | None:
    """Return the memory over the idle process without the size of the created file, in bytes."""
    return None if run.usage.memory is None else max(0, run.usage.memory - run.file_bytes)


def megabytes_per_second(run: Run) -> float:
    """Return the throughput of a run that counted bytes."""
    return run.usage.count / run.usage.wall / 1e6


def run_program(name: str, task: Task, server: KintoneServer) -> Run:
    """Run a plain program once in a new process; the server counts its requests after the warm-up.

    Raises:
        BenchmarkError: The program failed.
    """
    with _started(name, server.environment) as process:
        try:
            _make_ready(name, process, task)
            server.reset()
            answer, _ = process.communicate("\n", timeout=_SECONDS)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise BenchmarkError(f"the program {name!r} ended with exit status {process.returncode}")
    return Run(Usage(**json.loads(answer)), server.request_counts())


def _make_ready(name: str, process: subprocess.Popen[str], task: Task) -> None:
    if process.stdin is None or process.stdout is None:
        raise BenchmarkError("the program has no pipes")
    print(json.dumps(asdict(task)), file=process.stdin, flush=True)
    if process.stdout.readline().strip() != READY:
        raise BenchmarkError(f"the program {name!r} did not start; see its output above")


def _started(name: str, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own module in our own interpreter
        [sys.executable, "-m", "benchmarks.programs", name],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


class Plugin:
    """One plugin process after a small warm-up call."""

    def __init__(self, host: DifyHost, server: KintoneServer, small: Target) -> None:
        """Warm up a started plugin with a small app."""
        self.host = host
        self._server = server
        self._call("kintone_query", {"query": "limit 1"}, small)
        self._meter = Meter(host.pid)

    def run(
        self,
        tool: str,
        parameters: dict[str, Any],
        target: Target,
        count_of: Callable[[Outcome], int],
        following: Callable[[Outcome], dict[str, Any]] = lambda _outcome: {},
    ) -> Run:
        """Run a tool on an app.

        `count_of` returns the number of records, entries or bytes of an outcome. `following` returns the parameters
        that differ in the next call, as a Loop node sets them; none ends the run.
        """
        self._server.reset()
        self._meter.start()
        outcomes = [self._call(tool, parameters, target)]
        while changed := following(outcomes[-1]):
            outcomes.append(self._call(tool, parameters | changed, target))
        first_page, count = outcomes[0].first_message_after, sum(map(count_of, outcomes))
        usage = replace(self._meter.stop(0), first_page=first_page, count=count)
        size = sum(len(file.content) for outcome in outcomes for file in outcome.files)
        longest = max(outcome.longest_line for outcome in outcomes)
        return Run(usage, self._server.request_counts(), longest, size)

    def _call(self, tool: str, parameters: dict[str, Any], target: Target) -> Outcome:
        # Parsing tens of megabytes of JSON in the host would take CPU time from the plugin.
        return self.host.invoke(tool, parameters, self._server.credentials(target), keep_json=False)


class Plugins:
    """A separate plugin process for each kind of work, so their memory measurements are independent."""

    def __init__(self, server: KintoneServer, small: Target) -> None:
        """Take the server and a small app for the warm-up; each process starts on first use."""
        self._server = server
        self._small = small
        self._running: dict[str, Plugin] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Return the object; the processes run until the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all processes."""
        self._stack.close()

    def of(self, work: str) -> Plugin:
        """Return the process for this kind of work."""
        if work not in self._running:
            environment = {**self._server.environment, "KINTONE_ALLOWED_ORIGINS": self._server.url}
            host = self._stack.enter_context(DifyHost(ROOT, environment=environment))
            self._running[work] = Plugin(host, self._server, self._small)
        return self._running[work]

    @property
    def heartbeat_gap(self) -> float:
        """The longest time in seconds without a heartbeat of any process."""
        return max((plugin.host.heartbeat_gap for plugin in self._running.values()), default=0.0)
