"""Only a few modules wait, each until the deadline of its call at most."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.plugin_files import ROOT

PACKAGES = ("kintone", "tools", "provider")
WAITING_MODULES = frozenset(
    f"kintone/{name}.py" for name in ("runtime", "deadline", "limiter", "execution", "connections")
)
"""The modules that may wait, each until the deadline of its call at most."""
WAITING_METHODS = frozenset({"wait", "wait_for", "slot", "acquire", "sleep", "as_completed"})
WAITING_FUNCTIONS = {
    "time": {"sleep"},
    "concurrent.futures": {"wait", "as_completed"},
    "select": {"select", "poll"},
    "asyncio": {"sleep", "wait", "wait_for"},
    "kintone.limiter": {"Limiter", "Limiters"},
}


def waits(source: str) -> Iterator[str]:
    """Yield the source of every call that waits or takes a slot, and of every import of such a function.

    ``wait`` of any object counts: an event, a condition, a process.
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
    """Return whether the object is a deadline, whose waits end with it."""
    name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
    return name.strip("_") == "deadline"


def _modules() -> list[str]:
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_no_other_module_waits() -> None:
    """No module outside the list waits or takes a slot."""
    sources = {module: Path(ROOT, module).read_text(encoding="utf-8") for module in _modules()}

    assert [
        (module, wait) for module, source in sources.items() if module not in WAITING_MODULES for wait in waits(source)
    ] == []


def test_waiting_modules_exist() -> None:
    """Every listed module exists."""
    assert set(_modules()) >= WAITING_MODULES


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
def test_scan_finds_waits(source: str) -> None:
    """The scan finds each form of a wait."""
    assert list(waits(source))


@pytest.mark.parametrize("source", ["self.deadline.wait(2)", "with lock: pass", "from time import monotonic", "wait"])
def test_scan_ignores_other_code(source: str) -> None:
    """Waits of a deadline, locks in a with statement and unrelated names are not found."""
    assert list(waits(source)) == []
