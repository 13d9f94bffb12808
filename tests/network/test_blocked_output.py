"""A call whose output Dify does not read still ends in time and frees its cursor."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from dify_host.calls import invocation
from dify_host.frames import read_frame
from dify_host.process import PluginProcess
from local_kintone import LocalKintone
from tests.wire.plugin import ROOT

PYTHON = f"{ROOT}/.venv/bin/python"
BUDGET = 1
RECORDS = 6_000


@pytest.fixture
def large_kintone() -> Iterator[LocalKintone]:
    """Run a kintone with more records than a pipe holds."""
    with LocalKintone(seed="wide", records=RECORDS) as kintone:
        yield kintone


def test_cursor_when_the_output_is_not_read(large_kintone: LocalKintone) -> None:
    """A call that is blocked by its own output deletes its cursor when its budget is used up, and then fails."""
    app = next(iter(large_kintone.apps))
    settings = {
        "KINTONE_ALLOWED_ORIGINS": large_kintone.origin,
        "KINTONE_CALL_BUDGET": str(BUDGET),
        "NO_PROXY": "127.0.0.1",
    }
    credentials = {
        "kintone_domain": large_kintone.url,
        "kintone_app_id": str(app),
        "kintone_api_token": large_kintone.token(app, "view"),
    }
    text = next(
        code for code, field in large_kintone.apps[app].form.properties.items() if field["type"] == "SINGLE_LINE_TEXT"
    )
    parameters = {"query": f"order by {text} asc", "output_mode": "json_stream"}
    plugin = PluginProcess(ROOT, PYTHON, settings)
    try:
        plugin.send(invocation("kintone", "kintone_query", parameters, credentials).line("session"))
        started = _wait_until(lambda: large_kintone.stats.live_cursors == 1, 15)
        _wait_until(lambda: large_kintone.stats.live_cursors == 0, BUDGET + 3)
        assert time.monotonic() - started < BUDGET + 3
        requests = large_kintone.stats.requests
        ending = _ending(plugin)
    finally:
        plugin.close()

    assert requests < RECORDS / 500
    assert ending["type"] == "error"
    assert "[BUDGET_EXCEEDED]" in str(ending)


def _ending(plugin: PluginProcess) -> dict[str, Any]:
    """Read the output to the frame that ends the call."""
    frames = (read_frame(line) for line in plugin.stdout if line.strip())
    return next(frame.data for frame in frames if frame.session_id and frame.data["type"] in {"end", "error"})


def _wait_until(condition: object, seconds: float) -> float:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.01)
    return time.monotonic()
