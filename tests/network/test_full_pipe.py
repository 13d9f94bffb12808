"""Dify stops reading the plugin's standard output in the middle of a call: nothing stays taken in kintone."""

import time
from collections.abc import Iterator

import pytest

from dify_host.calls import invocation
from dify_host.process import PluginProcess
from local_kintone import LocalKintone
from tests.wire.plugin import ROOT

PYTHON = f"{ROOT}/.venv/bin/python"
BUDGET = 1
RECORDS = 6_000


@pytest.fixture
def large() -> Iterator[LocalKintone]:
    """Run a kintone with more records than a pipe holds."""
    with LocalKintone(seed="wide", records=RECORDS) as kintone:
        yield kintone


def test_cursor_when_nobody_reads_the_output(large: LocalKintone) -> None:
    """The call hangs in its own output, and its cursor is given back all the same when its time is over."""
    app = next(iter(large.apps))
    settings = {
        "KINTONE_ALLOWED_ORIGINS": large.origin,
        "KINTONE_CALL_BUDGET": str(BUDGET),
        "NO_PROXY": "127.0.0.1",
    }
    credentials = {
        "kintone_domain": large.url,
        "kintone_app_id": str(app),
        "kintone_api_token": large.token(app, "view"),
    }
    text = next(code for code, field in large.apps[app].form.properties.items() if field["type"] == "SINGLE_LINE_TEXT")
    parameters = {"query": f"order by {text} asc", "output_mode": "json_stream"}
    plugin = PluginProcess(ROOT, PYTHON, settings)
    try:
        plugin.send(invocation("kintone", "kintone_query", parameters, credentials).line("session"))
        started = _until(lambda: large.stats.live_cursors == 1, 15)
        _until(lambda: large.stats.live_cursors == 0, BUDGET + 3)
        assert time.monotonic() - started < BUDGET + 3
        read = large.stats.requests
    finally:
        plugin.close()

    assert read < RECORDS / 500


def _until(happened: object, seconds: float) -> float:
    end = time.monotonic() + seconds
    while not happened():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.01)
    return time.monotonic()
