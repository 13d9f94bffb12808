"""CPU time and memory of a process, from Linux's /proc."""

import os
from pathlib import Path

_RESET_PEAK = "5"
_CPU_FIELDS = slice(11, 13)


class ProcessResources:
    """CPU time and memory of one process; every value is None without /proc."""

    def __init__(self, pid: int) -> None:
        """Take the process id."""
        self._folder = Path("/proc") / str(pid)

    @property
    def cpu_seconds(self) -> float | None:
        """CPU seconds in user and kernel mode since the process started."""
        text = self._read("stat")
        if text is None:
            return None
        # The program name in parentheses may contain spaces.
        ticks = text.rpartition(")")[2].split()[_CPU_FIELDS]
        return sum(int(tick) for tick in ticks) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_bytes(self) -> int | None:
        """Current resident memory in bytes."""
        return self._status("VmRSS")

    @property
    def peak_memory_bytes(self) -> int | None:
        """Peak resident memory in bytes since the start or since `reset_peak`."""
        return self._status("VmHWM")

    def reset_peak(self) -> bool:
        """Reset the peak to the current memory; return False if the system does not support it."""
        try:
            (self._folder / "clear_refs").write_text(_RESET_PEAK)
        except OSError:
            return False
        return True

    def _status(self, name: str) -> int | None:
        for line in (self._read("status") or "").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
        return None

    def _read(self, name: str) -> str | None:
        try:
            return (self._folder / name).read_text()
        except OSError:
            return None
