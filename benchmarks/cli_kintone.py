"""Runs Cybozu's command line tool cli-kintone, where it is installed.

It is looked for on the PATH and in build/cli-kintone, where `npm install --prefix build/cli-kintone @kintone/cli` puts
it. It needs Node 20.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import BenchmarkError
from benchmarks.meter import Usage
from benchmarks.programs import KEY
from benchmarks.runs import Run
from benchmarks.server import ROOT, KintoneServer, Target

PLACES = os.pathsep.join([os.environ.get("PATH", os.defpath), str(ROOT / "build/cli-kintone/node_modules/.bin")])


@dataclass(frozen=True, slots=True)
class _Resources:
    """What a process took from start to end: seconds, CPU seconds, peak memory in bytes."""

    wall: float
    cpu: float
    peak: int


def find_command() -> str | None:
    """Return the path of the command; None where it is not installed."""
    return shutil.which("cli-kintone", path=PLACES)


def import_file(command: str, server: KintoneServer, target: Target, file: Path, lines: int) -> Run:
    """Import a CSV file by its key column; what the command takes to print its version alone is subtracted.

    Raises:
        BenchmarkError: The command failed.
    """
    idle = _run([command, "--version"], server)
    server.reset()
    options = ["--base-url", server.url, "--app", str(target.app), "--api-token", target.token]
    used = _run([command, "record", "import", *options, "--file-path", str(file), "--update-key", KEY], server)
    usage = Usage(used.wall - idle.wall, used.cpu - idle.cpu, max(0, used.peak - idle.peak), None, lines)
    return Run(usage, server.request_counts())


def _run(command: Sequence[str], server: KintoneServer) -> _Resources:
    environment = {**os.environ, **server.environment, "NODE_EXTRA_CA_CERTS": str(server.ca_file)}
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - a command that the developer has installed
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise BenchmarkError(f"cli-kintone ended with exit status {process.returncode}; see its output above")
    return _Resources(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
