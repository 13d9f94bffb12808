"""A worker in a copy of the tree: runs pytest in a fork of itself, which has imported the large libraries already.

Nothing of the product and no test is imported before the fork. The mutated text is written into the copy, so that a
process of the plugin that a test starts runs it too.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dify_plugin  # noqa: F401  # isort: split
import gevent.monkey
import hypothesis
import pytest

from scripts.mutation import lines

HEAVY = ("responses", "trustme", "yaml", "pathspec", "dify_host", "local_kintone", "requests_toolbelt", "xml.etree")
SECONDS_OF_A_TEST = 20.0
OPTIONS = ("-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
FAILED, INTERRUPTED, UNUSABLE, NO_TESTS = 1, 2, 4, 5
ROOT = Path.cwd()


class _Chosen:
    """Runs only the chosen tests, in their order; Hypothesis searches the same way each time and shrinks nothing."""

    def __init__(self, tests: list[str]) -> None:
        self._places = {test: place for place, test in enumerate(tests)}
        self.failed = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        profile = hypothesis.settings(
            hypothesis.settings.default, phases=phases, database=None, derandomize=True, deadline=None
        )
        hypothesis.settings.register_profile("mutants", profile)
        hypothesis.settings.load_profile("mutants")
        limits = importlib.import_module("tests.time_limit")
        limits.SECONDS = SECONDS_OF_A_TEST  # type: ignore[attr-defined]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self._places:
            chosen = [item for item in items if item.nodeid in self._places]
            items[:] = sorted(chosen, key=lambda item: self._places[item.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid


def _try(tests: list[str], files: list[str], module: str) -> dict[str, Any]:
    """Run tests until one fails; the answer names it, or says that the module itself fails."""
    chosen = _Chosen(tests)
    status = pytest.main([*files, "-x", *OPTIONS], plugins=[chosen])
    if status in (FAILED, INTERRUPTED):
        return {"by": chosen.failed or "import"}
    if status == UNUSABLE and not _imports(module):  # a conftest fails with it
        return {"by": "import"}
    return {"by": ""} if status in (0, NO_TESTS) else {"error": f"pytest ended with {status}"}


def _imports(module: str) -> bool:
    try:
        importlib.import_module(module.removesuffix(".py").replace("/", "."))
    except Exception:  # noqa: BLE001 - whatever the mistake leads to
        return False
    return True


def _record(file: str) -> dict[str, Any]:
    """Run a file of tests and note which lines each runs, and which run in processes of the plugin."""
    written = ROOT.with_suffix(".lines")
    written.unlink(missing_ok=True)
    main = ROOT / "main.py"
    before = main.read_text()
    start = f"import pathlib; from scripts.mutation import lines; lines.Watch(pathlib.Path({str(ROOT)!r}), "
    main.write_text(f"{start}pathlib.Path({str(written)!r}))\n{before}")
    try:
        recorder = lines.Recorder(lines.Watch(ROOT))
        pytest.main([file, *OPTIONS], plugins=[recorder])
    finally:
        main.write_text(before)
    plugin = lines.read(written)
    tests = {name: (seconds, _masks(seen)) for name, (seconds, seen) in recorder.tests.items()}
    return {"tests": tests, "collected": _masks(recorder.collected), "plugin": _masks(plugin)}


def _masks(seen: lines.Lines) -> dict[str, str]:
    """Return lines as numbers with a bit for each, which take little room."""
    return {name: f"{sum(1 << line for line in numbers):x}" for name, numbers in seen.items()}


def _forked(work: Callable[[], dict[str, Any]], seconds: float) -> dict[str, Any]:
    """Run work in a fork and return its result; ``{"by": "time"}`` when it does not end in time."""
    answer = ROOT.with_suffix(".answer")
    answer.unlink(missing_ok=True)
    child = gevent.monkey.get_original("os", "fork")()
    if child == 0:
        os.setsid()
        gevent.reinit()
        nothing = os.open(ROOT.with_suffix(".log"), os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        for descriptor in range(3):
            os.dup2(nothing, descriptor)
        try:
            answer.write_text(json.dumps(work()))
        except BaseException:  # noqa: BLE001 - a fork must never go on as its parent
            answer.write_text(json.dumps({"error": traceback.format_exc()}))
        finally:
            os._exit(0)
    over = False

    def stop(*_: object) -> None:
        nonlocal over
        over = True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    gevent.monkey.get_original("os", "waitpid")(child, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if answer.exists() and not over:
        found: dict[str, Any] = json.loads(answer.read_text())
        return found
    return {"by": "time" if over else "end of the process"}


def _write(path: Path, text: str, stamp: int) -> None:
    """Write a module with a time of its own, by which Python knows its compiled form."""
    path.write_text(text)
    os.utime(path, (stamp, stamp))


def _answer(job: dict[str, Any], stamp: int) -> dict[str, Any]:
    if "record" in job:
        return _forked(lambda: _record(job["record"]), job["seconds"])
    path = ROOT / job["module"]
    before = path.read_text()
    _write(path, job["text"], stamp)
    try:
        return _forked(lambda: _try(job["tests"], job["files"], job["module"]), job["seconds"])
    finally:
        _write(path, before, stamp + 1)


def main() -> None:
    """Answer each job, a line of JSON, with another."""
    for name in HEAVY:
        importlib.import_module(name)
    gc.freeze()
    for number, line in enumerate(sys.stdin):
        sys.stdout.write(json.dumps(_answer(json.loads(line), 1_000_000_000 + 2 * number)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
