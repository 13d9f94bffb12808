"""Running a plain program in a fresh process."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict

from benchmarks.contestants import READY
from benchmarks.failures import BenchmarkError
from benchmarks.meter import Usage
from benchmarks.server import ROOT, KintoneServer
from benchmarks.tasks import Task

_SECONDS = 600.0


def run_program(name: str, task: Task, server: KintoneServer) -> Usage:
    """Run one of the contestants once; the server counts from the moment when it is ready.

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
    return Usage(**json.loads(answer))


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
