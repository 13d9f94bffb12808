"""Connections that are closed while a request uses them, and connections that are reset before there is a request."""

import errno
import threading
from collections.abc import Callable
from typing import Any

import pytest
from urllib3.util import connection as urllib3_connection

from kintone.connections import TrackedHttpConnection, TrackedHttpsConnection
from kintone.exchanges import HttpReply
from tests.network.call_outcomes import NOT_SENT, UNKNOWN, UNREACHABLE, failure, success
from tests.network.network_routes import ALL_ROUTES, DIRECT_ROUTES, Route, on_routes

NEVER = 0


def _close_before(monkeypatch: pytest.MonkeyPatch, method: str, call: int) -> dict[int, int]:
    """Have another thread close each connection before this call of a method; returns the calls by connection."""
    calls: dict[int, int] = {}
    for kind in (TrackedHttpConnection, TrackedHttpsConnection):
        original = getattr(kind, method)

        def hooked(self: Any, *args: Any, _original: Any = original) -> Any:  # noqa: ANN401
            calls[id(self)] = calls.get(id(self), 0) + 1
            if calls[id(self)] == call:
                _in_another_thread(self.close)
            return _original(self, *args)

        monkeypatch.setattr(kind, method, hooked)
    return calls


def _in_another_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


@on_routes(*ALL_ROUTES)
def test_insert_when_its_connection_is_closed_before_the_answer(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is sent once and its outcome is unknown, like that of any lost answer."""
    calls = _close_before(monkeypatch, "getresponse", 1)
    failed = failure(lambda: route.add(route.client()))

    assert list(calls.values()) == [1]
    assert (failed.code, failed.entry_state()) == (UNREACHABLE, UNKNOWN)


@on_routes(*DIRECT_ROUTES)
def test_insert_when_its_connection_is_closed_before_its_body(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of a request never goes through another connection."""
    connects = _close_before(monkeypatch, "connect", NEVER)
    _close_before(monkeypatch, "send", 2)
    failed = failure(lambda: route.add(route.client(), memo="x" * 200_000))

    assert list(connects.values()) == [1]
    assert (failed.code, failed.entry_state(), route.saved) == (UNREACHABLE, UNKNOWN, 0)


@on_routes("direct")
@pytest.mark.parametrize("number", [errno.ECONNRESET, errno.EPIPE])
def test_connection_that_is_reset_while_it_is_made(route: Route, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """urllib3 ignores both errors while it sends; here they mean that there is no connection, and nothing was sent."""
    create = urllib3_connection.create_connection
    left = [1]

    def reset(*args: Any, **options: Any) -> Any:  # noqa: ANN401
        if left[0]:
            left[0] -= 1
            raise OSError(number, "reset")
        return create(*args, **options)

    monkeypatch.setattr(urllib3_connection, "create_connection", reset)
    success(lambda: route.add(route.client()))
    assert (route.sent, route.saved) == (1, 1)

    left[0] = 1_000
    failed = failure(lambda: route.add(route.client(token=route.kintone.token(route.app, "add"))))
    assert (failed.code, failed.entry_state(), route.saved) == (UNREACHABLE, NOT_SENT, 1)


@on_routes(*DIRECT_ROUTES)
def test_answer_whose_connection_is_closed_while_it_is_read(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half an answer is no answer: the insert is saved and its outcome unknown."""
    original = HttpReply.chunks

    def hooked(self: HttpReply, most: int) -> Any:  # noqa: ANN401
        _in_another_thread(self.close)
        return original(self, most)

    monkeypatch.setattr(HttpReply, "chunks", hooked)
    failed = failure(lambda: route.add(route.client()))

    assert (failed.entry_state(), route.sent, route.saved) == (UNKNOWN, 1, 1)
