"""One run of a contestant, many in turn, and what their numbers mean beside each other."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from benchmarks import BenchmarkError
from benchmarks.contestants import BARE, LIMIT, READY, Task
from benchmarks.meter import Meter, Usage
from benchmarks.server import ROOT, KintoneServer, Served, Target
from dify_host import DifyHost, Outcome

_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one program.

    Attributes:
        usage: What its process used.
        served: What the server counted.
        longest_line: Bytes of the longest line on stdout; None for programs that speak no protocol.
        file_bytes: Bytes of the file that it made.
    """

    usage: Usage
    served: Served
    longest_line: int | None = None
    file_bytes: int = 0


type Attempt = Callable[[], Run]


def alternate(
    attempts: Mapping[str, Attempt], rounds: int, patience: float, report: Callable[[str, Run], None]
) -> dict[str, Run]:
    """Run all in turn, so that a busy moment of the machine meets all of them alike; return the best run of each.

    A program that has used up its patience, in seconds, does not run again.
    """
    runs: dict[str, list[Run]] = {name: [] for name in attempts}
    for _ in range(rounds):
        for name, attempt in attempts.items():
            if sum(run.usage.wall for run in runs[name]) < patience:
                runs[name].append(attempt())
                report(name, runs[name][-1])
    return {name: _best(tried) for name, tried in runs.items()}


def _best(runs: list[Run]) -> Run:
    """Return the fastest run, with the most memory that any of the runs took."""
    fastest = min(runs, key=lambda run: run.usage.wall)
    memory = max((run.usage.memory for run in runs if run.usage.memory is not None), default=None)
    return replace(fastest, usage=replace(fastest.usage, memory=memory))


def over_limit(run: Run, others: Mapping[str, Run]) -> float | None:
    """Return the wall time as a multiple of the practical limit's; None where that was not measured."""
    limit = others.get(LIMIT)
    return run.usage.wall / limit.usage.wall if limit else None


def over_possible(run: Run, others: Mapping[str, Run]) -> float | None:
    """Return the wall time as a multiple of the larger of the practical limit's and the program's own CPU time."""
    limit = others.get(LIMIT)
    return run.usage.wall / max(limit.usage.wall, run.usage.cpu or 0.0) if limit else None


def faster_than_bare(run: Run, others: Mapping[str, Run]) -> float | None:
    """Return how many times faster than the bare loop; None where that was not measured."""
    bare = others.get(BARE)
    return bare.usage.wall / run.usage.wall if bare else None


def cpu_per_thousand(run: Run) -> float | None:
    """Return CPU seconds per 1,000 records or entries."""
    return None if run.usage.cpu is None or not run.usage.count else run.usage.cpu * 1000 / run.usage.count


def memory_beside_file(run: Run) -> int | None:
    """Return the bytes over the idle process without those of the file that was made."""
    return None if run.usage.memory is None else max(0, run.usage.memory - run.file_bytes)


def megabytes_per_second(run: Run) -> float:
    """Return the throughput of a run that counted bytes."""
    return run.usage.count / run.usage.wall / 1e6


def run_program(name: str, task: Task, server: KintoneServer) -> Run:
    """Run a plain program once in a fresh process; the server counts from the moment when it is ready.

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
    return Run(Usage(**json.loads(answer)), server.served())


def _make_ready(name: str, process: subprocess.Popen[str], task: Task) -> None:
    if process.stdin is None or process.stdout is None:
        raise BenchmarkError("the program has no pipes")
    print(json.dumps(asdict(task)), file=process.stdin, flush=True)
    if process.stdout.readline().strip() != READY:
        raise BenchmarkError(f"the program {name!r} did not start; see its own words above")


def _started(name: str, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own module in our own interpreter
        [sys.executable, "-m", "benchmarks.contestants", name],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


class Plugin:
    """One plugin process, warmed up by one small call; idle is what it is after that call."""

    def __init__(self, host: DifyHost, server: KintoneServer, small: Target) -> None:
        """Warm up a started plugin on a small app."""
        self.host = host
        self._server = server
        self._call("kintone_query", {"query": "limit 1"}, small)
        self._meter = Meter(host.pid)

    def run(self, tool: str, parameters: dict[str, Any], target: Target, moved: Callable[[Outcome], int]) -> Run:
        """Run a tool on an app; `moved` reads in its answer how much it moved."""
        self._server.reset()
        self._meter.start()
        outcome = self._call(tool, parameters, target)
        usage = replace(self._meter.stop(0), first_page=outcome.first_message_after, count=moved(outcome))
        size = sum(len(file.content) for file in outcome.files)
        return Run(usage, self._server.served(), outcome.longest_line, size)

    def _call(self, tool: str, parameters: dict[str, Any], target: Target) -> Outcome:
        credentials = {
            "kintone_domain": self._server.url,
            "kintone_app_id": str(target.app),
            "kintone_api_token": target.token,
        }
        # Parsing tens of megabytes of JSON in the host would take the processor from the plugin.
        return self.host.invoke(tool, parameters, credentials, keep_json=False)


class Plugins:
    """A plugin process for each kind of work, so that one leaves nothing behind in the memory of another."""

    def __init__(self, server: KintoneServer, small: Target) -> None:
        """Prepare; each process starts when it is first needed."""
        self._server = server
        self._small = small
        self._running: dict[str, Plugin] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Keep the processes for this block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all of them."""
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
        """The longest time in seconds that any of them let pass without a heartbeat."""
        return max((plugin.host.heartbeat_gap for plugin in self._running.values()), default=0.0)
