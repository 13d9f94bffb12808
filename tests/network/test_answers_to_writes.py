"""Answers to writes that prove that nothing was saved, and answers that leave it unknown."""

from typing import Any

import pytest

from tests.network.call_outcomes import ACCESS_DENIED, REFUSED, UNKNOWN, Outcome, failure, success
from tests.network.network_routes import Route

WRITES = pytest.mark.parametrize("write", ["add", "insert"])
APPLIED_OR_NOT = pytest.mark.parametrize(("write", "applied"), [("add", 0), ("insert", 1)])
"""The answer does not show whether kintone applied the write, so both cases are tested."""
HTML: dict[str, Any] = {"body": "<html><body>gateway</body></html>"}
EMPTY: dict[str, Any] = {"body": ""}
UNDOCUMENTED_CODE: dict[str, Any] = {"code": "GAIA_UN03"}
LOCK_ANSWERS: list[dict[str, Any]] = [
    {"status": status, "code": code} for code in ("GAIA_DA02", "GAIA_RE18", "GAIA_LT01") for status in (400, 503, 520)
]
RATE_LIMIT_ANSWERS: list[dict[str, Any]] = [
    {"status": 429, "code": "GAIA_TO04"},
    {"status": 429, **HTML},
    {"status": 429, **EMPTY},
]


def _failed(route: Route, write: str) -> Outcome:
    client = route.client()
    return failure(lambda: route.add(client) if write == "add" else route.insert(client, 1))


@APPLIED_OR_NOT
@pytest.mark.parametrize("status", [500, 502, 503, 504, 520])
@pytest.mark.parametrize("body", [HTML, EMPTY, UNDOCUMENTED_CODE], ids=["html", "empty", "code"])
def test_insert_when_the_server_answers_5xx(
    route: Route, write: str, status: int, body: dict[str, Any], applied: int
) -> None:
    """After any 5xx, with or without a code of kintone, an insert is not retried and its state is unknown."""
    route.kintone.fail(times=None, status=status, applied=bool(applied), **body)
    failed = _failed(route, write)

    assert (route.sent, route.writes, route.saved) == (1, 1, applied)
    assert failed.entry_state() == UNKNOWN
    if "code" in body:
        assert failed.code == body["code"]


@WRITES
@pytest.mark.parametrize("answer", [*LOCK_ANSWERS, *RATE_LIMIT_ANSWERS], ids=str)
def test_insert_when_locks_or_limits_persist(route: Route, write: str, answer: dict[str, Any]) -> None:
    """Locks, whatever their status, and 429 are retried, and in the end the insert counts as refused."""
    route.kintone.fail(times=None, **answer)
    failed = _failed(route, write)

    assert route.writes > 1
    assert route.saved == 0
    assert failed.entry_state() == REFUSED
    assert failed.code == answer.get("code", "UNAVAILABLE")


@pytest.mark.parametrize("answer", [*LOCK_ANSWERS, *RATE_LIMIT_ANSWERS], ids=str)
def test_insert_when_locks_or_limits_are_temporary(route: Route, answer: dict[str, Any]) -> None:
    """An insert that meets a lock or a limit twice is saved once by the third try."""
    route.kintone.fail(times=2, **answer)
    success(lambda: route.add(route.client()))

    assert (route.writes, route.saved) == (3, 1)


@WRITES
@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "CB_VA01"), (400, "GAIA_IA02"), (401, "CB_WA01"), (403, "CB_NO02"), (404, "GAIA_AP01"), (409, "GAIA_CO02")],
)
def test_insert_when_kintone_refuses_it(route: Route, write: str, status: int, code: str) -> None:
    """A 4xx with kintone's own code is not retried and proves that nothing was saved."""
    route.kintone.fail(times=None, status=status, code=code)
    failed = _failed(route, write)

    assert (route.writes, route.saved) == (1, 0)
    assert failed.code == code
    assert failed.entry_state() == REFUSED


@WRITES
def test_insert_when_basic_authentication_is_required(route: Route, write: str) -> None:
    """A 401 that asks for Basic authentication comes from in front of kintone, so nothing was saved."""
    route.kintone.fail(times=None, status=401, headers={"WWW-Authenticate": 'Basic realm="kintone"'}, **HTML)
    failed = _failed(route, write)

    assert (route.writes, route.saved) == (1, 0)
    assert failed.code == ACCESS_DENIED
    assert failed.entry_state() == REFUSED


@APPLIED_OR_NOT
@pytest.mark.parametrize("body", [HTML, EMPTY], ids=["html", "empty"])
@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 405, 413])
def test_insert_when_the_answer_is_not_from_kintone(
    route: Route, write: str, status: int, body: dict[str, Any], applied: int
) -> None:
    """A page may have replaced kintone's own answer, so the insert is not retried and its state is unknown."""
    route.kintone.fail(times=None, status=status, applied=bool(applied), **body)
    failed = _failed(route, write)

    assert (route.sent, route.writes, route.saved) == (1, 1, applied)
    assert failed.entry_state() == UNKNOWN


@WRITES
@pytest.mark.parametrize(
    "failure_settings",
    [{"cut": "after"}, {"cut": "after", "reset": True}, {"cut_after_bytes": 5}, {"length_offset": 50}],
    ids=str,
)
def test_insert_when_the_answer_is_truncated(route: Route, write: str, failure_settings: dict[str, Any]) -> None:
    """After a truncated answer an insert is not retried and its state is unknown."""
    route.kintone.fail(times=None, **failure_settings)
    failed = _failed(route, write)

    assert (route.sent, route.writes, route.saved) == (1, 1, 1)
    assert failed.entry_state() == UNKNOWN


@pytest.mark.parametrize(
    "later",
    [
        {"status": 403, "code": "CB_NO02"},
        {"status": 400, "code": "CB_VA01"},
        {"status": 400, "code": "GAIA_DA02"},
        {"status": 429, "code": "GAIA_TO04"},
        {"status": 401, "headers": {"WWW-Authenticate": "Basic"}, **HTML},
        {"status": 302, "redirect": "/login"},
    ],
    ids=str,
)
@pytest.mark.parametrize("first", [{"cut": "after"}, {"status": 503, "applied": True, **HTML}], ids=["cut", "503"])
def test_upsert_by_key_when_a_refusal_follows_a_lost_answer(
    route: Route, first: dict[str, Any], later: dict[str, Any]
) -> None:
    """A refusal of the second try says nothing about the first, which may have been saved, so the state is unknown."""
    route.kintone.fail(times=1, **first)
    route.kintone.fail(times=None, **later)
    failed = failure(lambda: route.upsert(route.client(), 2))

    assert route.writes > 1
    assert route.saved == 2
    assert failed.entry_states([1, 2]) == {UNKNOWN}


@pytest.mark.parametrize("route_name", ["direct", "tunnel-TLSv1_3"])
def test_upsert_by_key_when_no_connection_follows_a_lost_answer(route: Route) -> None:
    """A second try that was not sent says nothing about the first, so the state is unknown."""
    route.fault_server.script(request=["lost"], accept=["works", "close"])
    failed = failure(lambda: route.upsert(route.client(), 2))

    assert route.saved == 2
    assert failed.entry_states([1, 2]) == {UNKNOWN}
