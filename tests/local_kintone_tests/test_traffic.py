"""The log of requests stays within its bounds."""

from __future__ import annotations

import pytest

from local_kintone import ReceivedRequest
from local_kintone.serving import traffic
from local_kintone.serving.messages import Headers


def test_oldest_requests_are_forgotten_for_large_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kept bodies never take more memory than the limit, but the latest request stays."""
    monkeypatch.setattr(traffic, "MAX_LOGGED_BYTES", 100)
    log = traffic.Traffic()
    for size in (60, 30, 20, 500):
        log.note(ReceivedRequest("POST", "/", "", Headers(), b"x" * size))
        if size == 20:
            assert [len(received.body) for received in log.requests()] == [30, 20]
    assert [len(received.body) for received in log.requests()] == [500]
