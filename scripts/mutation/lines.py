"""Which tests run which lines: what decides which tests are asked about a mutant.

Python's own monitoring tells each line once for each test, in the plugin's processes too, so that it costs little.
"""

import os
import sys
import time
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from types import CodeType

import pytest

PRODUCT = ("kintone", "tools", "provider")
TOOL = 4
"""A number that no debugger, profiler or coverage has in `sys.monitoring`."""

type Lines = dict[str, set[int]]


class Watch:
    """The lines of the product's functions that ran since it was last asked."""

    def __init__(self, root: Path, write_to: Path | None = None) -> None:
        """Begin to watch; what is seen is also written down, for those who cannot be asked."""
        self._root = f"{root}{os.sep}"
        self._file = write_to.open("a", buffering=1) if write_to else None
        self._seen: Lines = defaultdict(set)
        sys.monitoring.use_tool_id(TOOL, "mutation")
        sys.monitoring.register_callback(TOOL, sys.monitoring.events.LINE, self._line)
        sys.monitoring.set_events(TOOL, sys.monitoring.events.LINE)

    def _line(self, code: CodeType, line: int) -> object:
        name = code.co_filename.removeprefix(self._root)
        if name.startswith(PRODUCT) and code.co_name != "<module>":
            self._seen[name].add(line)
            if self._file:
                self._file.write(f"{name} {line}\n")
        return sys.monitoring.DISABLE

    def taken(self) -> Lines:
        """Return the lines since the last time, and begin anew."""
        seen, self._seen = self._seen, defaultdict(set)
        sys.monitoring.restart_events()
        return dict(seen)


class Recorder:
    """Notes of every test that passes its seconds and its lines; what runs while tests are collected belongs to all."""

    def __init__(self, watch: Watch) -> None:
        """Ask this watch."""
        self._watch = watch
        self._began = 0.0
        self._failed = False
        self.collected: Lines = {}
        self.tests: dict[str, tuple[float, Lines]] = {}

    def pytest_collection_finish(self) -> None:
        """Take what ran so far."""
        self.collected = self._watch.taken()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Take what runs for one test, its fixtures included."""
        self._began, self._failed = time.monotonic(), False
        outcome = yield
        if not self._failed:
            self.tests[item.nodeid] = (time.monotonic() - self._began, self._watch.taken())
        return outcome

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Leave out what does not pass here anyway."""
        self._failed |= not report.passed


def read(path: Path) -> Lines:
    """Return what processes of the plugin wrote down."""
    lines: Lines = defaultdict(set)
    for written in path.read_text().splitlines() if path.exists() else ():
        name, _, number = written.rpartition(" ")
        lines[name].add(int(number))
    return dict(lines)
