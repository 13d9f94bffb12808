"""Who tries mutants: processes with a copy of the tree each, and which tests they are to run."""

import json
import operator
import os
import queue
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, Self

from scripts.mutation.mutants import Mutant

FIRST, NEXT = 60, 400
"""How many tests are asked at once."""
LEAST_SECONDS = 30.0


class Test(NamedTuple):
    """What is known of a test: its seconds, and the lines it runs in each module, as bits."""

    name: str
    seconds: float
    own: dict[str, int]
    collected: dict[str, int]
    """What runs while its file is collected."""

    def runs(self, module: str, bits: int) -> bool:
        """Tell whether one of these lines runs."""
        return bool((self.own.get(module, 0) | self.collected.get(module, 0)) & bits)

    def closeness(self, module: str) -> float:
        """Return the module's share of what the test runs, less for one that takes long."""
        total = sum(map(int.bit_count, self.own.values())) or 1
        return self.own.get(module, 0).bit_count() / total / (self.seconds + 0.02)


class Seen(NamedTuple):
    """Which tests run which lines, file by file; of the plugin's processes that a file starts only together.

    Tests that take more than so many seconds are not asked about a mutant, which can only make survivors; those that
    start the plugin have as much again.
    """

    tests: dict[str, list[Test]]
    plugin: dict[str, dict[str, int]]
    seconds: float

    @classmethod
    def of(cls, records: dict[str, Any], seconds: float) -> Self:
        """Read what the workers noted of each file."""
        tests, plugin = {}, {}
        for file, record in records.items():
            collected, plugin[file] = _bits(record["collected"]), _bits(record["plugin"])
            tests[file] = [
                Test(name, its_seconds, _bits(own), collected) for name, (its_seconds, own) in record["tests"].items()
            ]
        return cls(tests, plugin, seconds)

    def asked_about(self, mutant: Mutant) -> Iterator[list[Test]]:
        """Yield the tests that run a mutant's lines: in their own process first, those closest to it before others."""
        bits = (1 << mutant.last + 1) - (1 << mutant.first) if mutant.last else -1
        near = [test for tests in self.tests.values() for test in tests if test.runs(mutant.module, bits)]
        near.sort(key=lambda test: -test.closeness(mutant.module))
        near = _mixed(near, mutant.module)
        chosen = list(self._fitting(near, [test.seconds for test in near]))
        yield from filter(None, (chosen[:FIRST], *(chosen[at : at + NEXT] for at in range(FIRST, len(chosen), NEXT))))
        files = [file for file, lines in self.plugin.items() if lines.get(mutant.module, 0) & bits]
        seconds = {file: sum(test.seconds for test in self.tests[file]) for file in files}
        files.sort(key=seconds.__getitem__)
        yield from (self.tests[file] for file in self._fitting(files, [seconds[file] for file in files]))

    def _fitting[Each](self, asked: Sequence[Each], seconds: Sequence[float]) -> Iterator[Each]:
        left = self.seconds
        for each, takes in zip(asked, seconds, strict=True):
            if takes <= left:
                left -= takes
                yield each


def _mixed(tests: Sequence[Test], module: str) -> list[Test]:
    """Return a few rows of a test before its others: what they do not notice, a hundred more seldom do."""
    rows = Counter[str]()
    ranked = []
    for test in tests:
        function = test.name.partition("[")[0]
        rows[function] += 1
        ranked.append((-test.closeness(module) / rows[function].bit_length(), test))
    return [test for _, test in sorted(ranked, key=operator.itemgetter(0))]


def _bits(lines: dict[str, str]) -> dict[str, int]:
    return {module: int(bits, 16) for module, bits in lines.items()}


class Worker:
    """A process in a copy of the tree, which answers one job after the other."""

    def __init__(self, tree: Path, **environment: str) -> None:
        """Start it."""
        self.tree = tree
        # Python must keep compiled modules, or each fork compiles all of them.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scripts.mutation.trial"],
            cwd=tree,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def record(self, file: str, seconds: float) -> dict[str, Any]:
        """Return the tests of a file that pass, with the lines they run; what `Seen.of` reads."""
        return self._ask(record=file, seconds=seconds)

    def killer(self, mutant: Mutant, seen: Seen) -> str:
        """Return the test that notices a mutant, blank where none does."""
        text = mutant.applied((self.tree / mutant.module).read_text())
        return next(filter(None, (self.run(mutant.module, text, tests) for tests in seen.asked_about(mutant))), "")

    def run(self, module: str, text: str, tests: Sequence[Test]) -> str:
        """Run tests with this text of a module; return the first that fails, blank where all pass."""
        names = [test.name for test in tests]
        files = sorted({name.partition("::")[0] for name in names})
        seconds = LEAST_SECONDS + 3 * sum(test.seconds for test in tests)
        return str(self._ask(module=module, text=text, tests=names, files=files, seconds=seconds)["by"])

    def _ask(self, **job: object) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the worker has no pipes")
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline() or '{"error": "the worker ended"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def stop(self) -> None:
        """End it."""
        self._process.communicate()


def spread[Job, Answer](
    jobs: Sequence[Job], workers: Sequence[Worker], do: Callable[[Worker, Job], Answer]
) -> list[Answer]:
    """Return the answers to jobs in their order; each worker that is free takes the next."""
    free: queue.Queue[Worker] = queue.Queue()
    for worker in workers:
        free.put(worker)

    def work(job: Job) -> Answer:
        worker = free.get()
        try:
            return do(worker, job)
        finally:
            free.put(worker)

    with ThreadPoolExecutor(len(workers)) as pool:
        return list(pool.map(work, jobs))
