"""The machine that the numbers come from."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")


def description() -> str:
    """Return processor, cores, system, Python version and date in one line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    system = f"{platform.system()} {platform.release()}"
    return f"{_processor()}, {cores} cores, {system}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"


def _processor() -> str:
    try:
        lines = CPU_INFO.read_text().splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
