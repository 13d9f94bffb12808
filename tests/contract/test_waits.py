"""Only the execution waits: whoever else slept would outlast the deadline of its call, or could not be woken up."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.plugin_files import ROOT

PACKAGES = ("kintone", "tools", "provider")
WAITERS = frozenset(f"kintone/{name}.py" for name in ("runtime", "deadline", "limiter", "execution", "connections"))
"""The modules that may wait, each by the deadline of its call."""
WAITING_METHODS = frozenset({"wait", "wait_for", "slot", "acquire", "sleep", "as_completed"})
WAITING_FUNCTIONS = {
    "time": {"sleep"},
    "concurrent.futures": {"wait", "as_completed"},
    "select": {"select", "poll"},
    "asyncio": {"sleep", "wait", "wait_for"},
    "kintone.limiter": {"Limiter", "Limiters"},
}


def waits(source: str) -> Iterator[str]:
    """Yield every call that waits or takes a slot, and every import that brings such a function in, as it is written.

    ``wait`` of anything counts, whatever it is called: an event, a condition, a process.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from _imported(node)
        elif isinstance(node, ast.Call) and _is_wait(node.func):
            yield ast.unparse(node)


def _imported(node: ast.ImportFrom) -> Iterator[str]:
    for alias in node.names:
        if alias.name in WAITING_FUNCTIONS.get(node.module or "", ()):
            yield ast.unparse(node)


def _is_wait(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute):
        return False
    return function.attr in WAITING_METHODS and not _is_own_deadline(function.value)


def _is_own_deadline(node: ast.expr) -> bool:
    """Tell whether it is a deadline that waits, which obeys its call by itself."""
    name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
    return name.strip("_") == "deadline"


def _modules() -> list[str]:
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_no_other_module_waits() -> None:
    """What has to wait asks the execution for it."""
    sources = {module: Path(ROOT, module).read_text(encoding="utf-8") for module in _modules()}

    assert [
        (module, wait) for module, source in sources.items() if module not in WAITERS for wait in waits(source)
    ] == []


def test_waiters_exist() -> None:
    """A module that was renamed does not stay on the list."""
    assert set(_modules()) >= WAITERS


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.sleep(1)",
        "from time import sleep\nsleep(1)",
        "from time import sleep as rest\nrest(1)",
        "import time as clock\nclock.sleep(1)",
        "threading.Event().wait()",
        "event.wait(3)",
        "self._done.wait(timeout=3)",
        "concurrent.futures.wait(futures)",
        "from concurrent.futures import wait\nwait(futures)",
        "from concurrent.futures import as_completed",
        "for future in futures.as_completed(all_of_them): pass",
        "with limiter.slot(1, deadline, doing): pass",
        "stack.enter_context(self._limiter.slot(id(self), deadline, doing))",
        "from kintone.limiter import Limiter",
        "lock.acquire()",
        "condition.wait_for(ready)",
    ],
)
def test_scan_notices_a_wait(source: str) -> None:
    """The scan itself would be worthless if it let these through."""
    assert list(waits(source))


@pytest.mark.parametrize("source", ["self.deadline.wait(2)", "with lock: pass", "from time import monotonic", "wait"])
def test_scan_lets_the_rest_through(source: str) -> None:
    """What obeys the deadline by itself is no offence."""
    assert list(waits(source)) == []
