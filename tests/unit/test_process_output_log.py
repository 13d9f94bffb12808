"""What reaches Dify's log."""

import io
import json
import logging
import subprocess
import sys

import pytest
from dify_plugin.config.logger_format import plugin_logger_handler

from tests.contract.plugin_files import ROOT
from tools.process_output import connect_loggers


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


@pytest.mark.parametrize("name", ["urllib3.connection", "dify_plugin.core.server.io_server", "py.warnings", "anything"])
def test_log_when_a_library_warns(
    stdout: io.StringIO, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Which line of its code warned is told, once; what it says, in text, arguments or exception, is not."""
    monkeypatch.setattr(logging.root, "handlers", [])
    connect_loggers()
    connect_loggers()
    logging.getLogger(name).warning("secret %s", "secret", exc_info=OSError("https://example.cybozu.com/?query=secret"))

    lines = [line for line in stdout.getvalue().splitlines() if line]
    assert [json.loads(line)["data"]["level"] for line in lines] == ["WARNING"]
    assert name in lines[0]
    assert "OSError" in lines[0]
    assert "secret" not in stdout.getvalue() + capsys.readouterr().err


SCRIPT = """
import dify_plugin, gevent, sys, threading, warnings
from tools.process_output import connect_loggers, hide_exception_texts
connect_loggers()
hide_exception_texts()
class Failing:
    def __del__(self):
        raise KeyError(sys.argv[1])
def fail(secret):
    raise ValueError(secret)
gevent.spawn(fail, sys.argv[1]).join()
thread = threading.Thread(target=fail, args=(sys.argv[1],))
thread.start()
thread.join()
Failing()
warnings.warn(sys.argv[1])
"""


def test_stderr_when_nobody_catches_an_exception() -> None:
    """A greenlet, a thread and a destructor tell kind and place; gevent would print the arguments too."""
    ran = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", SCRIPT, "hunter2hunter2"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    said = [json.loads(line)["data"]["message"] for line in ran.stdout.splitlines() if line]
    assert [message.partition(" ")[0] for message in said] == ["ValueError", "ValueError", "KeyError", "warning"]
    assert all("line " in message for message in said)
    assert "hunter2" not in ran.stdout + ran.stderr
    assert not ran.stderr
