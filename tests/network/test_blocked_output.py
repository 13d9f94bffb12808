"""A call whose output Dify does not read still ends in time and frees its cursor."""

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
def large_kintone() -> Iterator[LocalKintone]:
    """Run a kintone with more records than a pipe holds."""
    with LocalKintone(seed="wide", records=RECORDS) as kintone:
        yield kintone


def test_cursor_when_the_output_is_not_read(large_kintone: LocalKintone) -> None:
    """A call that is blocked by its own output deletes its cursor when its budget is used up."""
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
    finally:
        plugin.close()

    assert requests < RECORDS / 500


def _wait_until(condition: object, seconds: float) -> float:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.01)
    return time.monotonic()
