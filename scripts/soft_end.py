"""A plugin of pytest: plugin processes are told to end before they are killed, so that they can tell what they ran."""

import os
import signal

from dify_host.process import PluginProcess

SECONDS = 10.0
"""What a process has for writing it down."""

_kill = PluginProcess.kill


def kill(self: PluginProcess) -> None:
    """Tell a process to end, and kill it when it does not."""
    if self.exit_status is None:
        os.kill(self.pid, signal.SIGTERM)
        self.wait(SECONDS)
    _kill(self)


def pytest_configure() -> None:
    """Have it so in this run of pytest."""
    PluginProcess.kill = kill  # type: ignore[method-assign]
