"""What reaches Dify's log."""

import io
import json
import logging

import pytest
from dify_plugin.config.logger_format import plugin_logger_handler

from tools.plugin_log import connect_loggers


@pytest.fixture
def stdout(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Catch what the SDK's handler writes."""
    caught = io.StringIO()
    monkeypatch.setattr(plugin_logger_handler, "stream", caught)
    return caught


def test_log_when_our_code_says_something(stdout: io.StringIO) -> None:
    """It becomes one JSON frame of the SDK, once, however often the loggers are connected."""
    connect_loggers()
    connect_loggers()
    logging.getLogger("kintone.client").info("GET %s", "/k/v1/app.json")

    frames = [json.loads(line) for line in stdout.getvalue().splitlines() if line]
    assert [(frame["event"], frame["data"]["message"]) for frame in frames] == [("log", "GET /k/v1/app.json")]


def test_log_when_a_library_talks_at_debug_level(caplog: pytest.LogCaptureFixture) -> None:
    """Whole addresses, which libraries write at DEBUG level, are written nowhere."""
    caplog.set_level(logging.DEBUG)
    connect_loggers()
    logging.getLogger("urllib3.connectionpool").debug("GET /files/1?sign=secret")

    assert "secret" not in caplog.text
