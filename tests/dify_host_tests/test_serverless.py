"""Errors of a serverless plugin that does not start."""

from pathlib import Path

import pytest

from dify_host import PluginStopped, PluginTimedOut, ServerlessHost


def test_start_fails_with_the_plugins_stderr_when_it_cannot_start(scripted_folder: Path) -> None:
    """If the plugin ends during the start, the error contains its stderr."""
    host = ServerlessHost(scripted_folder, environment={"SCRIPTED_START": "exit"})

    with pytest.raises(PluginStopped, match="no module named anything"):
        host.__enter__()


def test_start_fails_when_the_plugin_does_not_answer_in_time(scripted_folder: Path) -> None:
    """A plugin that does not listen is killed after the given time."""
    host = ServerlessHost(scripted_folder, ready_within=0.3)

    with pytest.raises(PluginTimedOut, match="no response on port"):
        host.__enter__()
