"""How a serverless plugin that does not come up is reported."""

from pathlib import Path

import pytest

from dify_host import PluginStopped, PluginTimedOut, ServerlessHost


def test_start_fails_with_the_plugins_stderr_when_it_cannot_start(scripted_folder: Path) -> None:
    """A plugin that dies while starting is reported with what it wrote to stderr."""
    host = ServerlessHost(scripted_folder, environment={"SCRIPTED_START": "exit"})

    with pytest.raises(PluginStopped, match="no module named anything"):
        host.__enter__()


def test_start_fails_when_the_plugin_does_not_answer_in_time(scripted_folder: Path) -> None:
    """A plugin that runs but listens on no port is killed after the time it was given."""
    host = ServerlessHost(scripted_folder, ready_within=0.3)

    with pytest.raises(PluginTimedOut, match="no response on port"):
        host.__enter__()
