"""The limits of the request log."""

from __future__ import annotations

import pytest

from local_kintone import ReceivedRequest
from local_kintone.serving import traffic
from local_kintone.serving.messages import Headers


def test_oldest_requests_are_forgotten_for_large_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The logged bodies do not exceed the memory limit, but the latest request is always kept."""
    monkeypatch.setattr(traffic, "MAX_LOGGED_BYTES", 100)
    log = traffic.Traffic()
    for size in (60, 30, 20, 500):
        log.note(ReceivedRequest("POST", "/", "", Headers(), b"x" * size))
        if size == 20:
            assert [len(received.body) for received in log.requests()] == [30, 20]
    assert [len(received.body) for received in log.requests()] == [500]
