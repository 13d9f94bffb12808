"""Start, imports, global state and end of the plugin's process."""

import ast
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure, PluginStopped
from local_kintone import LocalKintone
from tests.contract.agreed_names import TOOLS, network_parameters_of
from tests.contract.plugin_files import ROOT
from tests.good_parameters import good_parameters
from tests.hostile.tool_calls import call_tool
from tests.wire.plugin import credentials_of, running_plugin

SECONDS_TO_END = 5.0
PACKAGES = ("kintone", "tools", "provider")
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
)
IMPORT_MONITOR = """
import dify_plugin, os, socket, sys, threading, urllib.request, requests, urllib3
import requests_toolbelt.multipart.encoder, pydantic_core, email.header, mimetypes, concurrent.futures
before = set(threading.enumerate())
events = []
def refuse(what):
    def raised(*_, **__):
        raise AssertionError(what)
    return raised
def audit(event, arguments):
    if watching and (event.startswith(("socket.", "subprocess.", "os.system"))
                     or event == "open" and not str(arguments[0]).endswith((".py", ".pyc", ".so"))):
        events.append((event, str(arguments[:1])[:80]))
class Environment(type(os.environ)):
    def __getitem__(self, name):
        if not name.startswith("PYDANTIC_"):  # pydantic reads its own switches
            events.append(("environment", name))
        return super().__getitem__(name)
watching = False
sys.addaudithook(audit)
os.environ.__class__ = Environment
watching = True
for name in sys.argv[1:]:
    __import__(name)
watching = False
started = set(threading.enumerate()) - before
print(events, started, file=sys.stderr) if events or started else None
sys.exit(1 if events or started else 0)
"""
CONSTANTS = (int, float, str, bytes, bool, type(None), tuple, frozenset)


def test_modules_when_they_are_imported() -> None:
    """Importing any module of the plugin opens nothing, starts nothing, reads no environment and prints nothing."""
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", IMPORT_MONITOR, *MODULES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, ""), done.stderr[-2_000:]


def test_modules_have_no_global_that_functions_assign() -> None:
    """No function has a ``global`` statement, so that no state passes from one call to another."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}

    assert trees
    assert [path for path, tree in trees.items() if any(isinstance(node, ast.Global) for node in ast.walk(tree))] == []


def test_module_globals_when_tools_have_run(site: LocalKintone, credentials: dict[str, str]) -> None:
    """Calls of all tools change no global of the plugin's modules, apart from limiters and cached forms."""
    for tool in TOOLS:
        call_tool(tool, good_parameters(tool), credentials)
    before = _globals()

    for turn in range(3):
        for tool in TOOLS:
            other_app = {"kintone_app_id": 1 + turn} if network_parameters_of(tool) else {}
            call_tool(tool, {**good_parameters(tool), **other_app}, credentials_of(site, app=1 + turn))

    assert _globals() == before


def test_plugin_when_a_setting_of_the_operator_is_invalid() -> None:
    """The plugin does not start, and its last line of output names the setting."""
    with pytest.raises(PluginStopped, match="KINTONE_READ_RANGES"), running_plugin(KINTONE_READ_RANGES="four"):
        pass


def test_plugin_when_it_receives_sigterm() -> None:
    """SIGTERM ends the process at once, even while calls run, and writes nothing else to stdout."""
    with LocalKintone(seed="demo") as site, running_plugin(site.origin) as host:
        calls = _running_calls(host, site)
        started = time.monotonic()
        os.kill(host.pid, signal.SIGTERM)
        while _is_running(host.pid) and time.monotonic() - started < 2 * SECONDS_TO_END:
            time.sleep(0.02)
        seconds = time.monotonic() - started
        for call in calls:
            call.join(SECONDS_TO_END)

        assert seconds < SECONDS_TO_END
        assert host.violations == []


def _running_calls(host: DifyHost, site: LocalKintone) -> list[threading.Thread]:
    site.fail(times=None, delay=20)

    def call() -> None:
        with pytest.raises((PluginStopped, PluginFailure)):
            host.invoke("kintone_query", {}, credentials_of(site), timeout=60)

    calls = [threading.Thread(target=call, daemon=True) for _ in range(5)]
    for thread in calls:
        thread.start()
    while site.stats.running < len(calls):
        time.sleep(0.02)
    return calls


def _is_running(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    status = Path(f"/proc/{pid}/stat")
    if status.exists():
        return status.read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return sys.platform != "linux"


def _globals() -> dict[str, Any]:
    """Return the values of constants and the representations of containers in the plugin's modules."""
    values: dict[str, Any] = {}
    for name in MODULES:
        for key, value in vars(sys.modules[name]).items() if name in sys.modules else ():
            if isinstance(value, dict | list | set) and not key.startswith("__"):
                values[f"{name}.{key}"] = repr(value)
            elif isinstance(value, CONSTANTS):
                values[f"{name}.{key}"] = value
    return values
