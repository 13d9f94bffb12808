"""Answers that prove that nothing was written, and answers that prove nothing."""

from typing import Any

import pytest

from tests.network.outcomes import ACCESS_DENIED, REFUSED, UNKNOWN, Outcome, failure, success
from tests.network.routes import Route

WRITES = pytest.mark.parametrize("write", ["add", "insert"])
EITHER_WAY = pytest.mark.parametrize(("write", "applied"), [("add", 0), ("insert", 1)])
"""What kintone did cannot be seen from its answer, so one write is tried with each."""
HTML: dict[str, Any] = {"body": "<html><body>gateway</body></html>"}
EMPTY: dict[str, Any] = {"body": ""}
UNPROVEN: dict[str, Any] = {"code": "GAIA_UN03"}
LOCKS: list[dict[str, Any]] = [
    {"status": status, "code": code} for code in ("GAIA_DA02", "GAIA_RE18", "GAIA_LT01") for status in (400, 503, 520)
]
LIMITS: list[dict[str, Any]] = [{"status": 429, "code": "GAIA_TO04"}, {"status": 429, **HTML}, {"status": 429, **EMPTY}]


def _failed(route: Route, write: str) -> Outcome:
    client = route.client()
    return failure(lambda: route.add(client) if write == "add" else route.insert(client, 1))


@EITHER_WAY
@pytest.mark.parametrize("status", [500, 502, 503, 504, 520])
@pytest.mark.parametrize("body", [HTML, EMPTY, UNPROVEN], ids=["html", "empty", "code"])
def test_insert_when_the_server_failed(
    route: Route, write: str, status: int, body: dict[str, Any], applied: int
) -> None:
    """No 5xx proves anything, with or without a code of kintone: sent once, unknown."""
    route.kintone.fail(times=None, status=status, applied=bool(applied), **body)
    failed = _failed(route, write)

    assert (route.sent, route.writes, route.saved) == (1, 1, applied)
    assert failed.fate() == UNKNOWN
    if "code" in body:
        assert failed.code == body["code"]


@WRITES
@pytest.mark.parametrize("answer", [*LOCKS, *LIMITS], ids=str)
def test_insert_when_it_is_never_let_in(route: Route, write: str, answer: dict[str, Any]) -> None:
    """Locks, whatever their status, and 429 mean that nothing was saved: repeated, and refused in the end."""
    route.kintone.fail(times=None, **answer)
    failed = _failed(route, write)

    assert route.writes > 1
    assert route.saved == 0
    assert failed.fate() == REFUSED
    assert failed.code == answer.get("code", "UNAVAILABLE")


@pytest.mark.parametrize("answer", [*LOCKS, *LIMITS], ids=str)
def test_insert_when_it_is_let_in_later(route: Route, answer: dict[str, Any]) -> None:
    """It is saved once."""
    route.kintone.fail(times=2, **answer)
    success(lambda: route.add(route.client()))

    assert (route.writes, route.saved) == (3, 1)


@WRITES
@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "CB_VA01"), (400, "GAIA_IA02"), (401, "CB_WA01"), (403, "CB_NO02"), (404, "GAIA_AP01"), (409, "GAIA_CO02")],
)
def test_insert_when_kintone_refuses_it(route: Route, write: str, status: int, code: str) -> None:
    """A 4xx with kintone's own code is final and proves that nothing was saved."""
    route.kintone.fail(times=None, status=status, code=code)
    failed = _failed(route, write)

    assert (route.writes, route.saved) == (1, 0)
    assert failed.code == code
    assert failed.fate() == REFUSED


@WRITES
def test_insert_when_basic_authentication_is_wanted(route: Route, write: str) -> None:
    """Whatever asks for it stands in front of kintone and let nothing through."""
    route.kintone.fail(times=None, status=401, headers={"WWW-Authenticate": 'Basic realm="kintone"'}, **HTML)
    failed = _failed(route, write)

    assert (route.writes, route.saved) == (1, 0)
    assert failed.code == ACCESS_DENIED
    assert failed.fate() == REFUSED


@EITHER_WAY
@pytest.mark.parametrize("body", [HTML, EMPTY], ids=["html", "empty"])
@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 405, 413])
def test_insert_when_the_answer_is_not_of_kintone(
    route: Route, write: str, status: int, body: dict[str, Any], applied: int
) -> None:
    """A page may have taken the place of kintone's own answer: sent once, unknown."""
    route.kintone.fail(times=None, status=status, applied=bool(applied), **body)
    failed = _failed(route, write)

    assert (route.sent, route.writes, route.saved) == (1, 1, applied)
    assert failed.fate() == UNKNOWN


@WRITES
@pytest.mark.parametrize(
    "broken",
    [{"cut": "after"}, {"cut": "after", "reset": True}, {"cut_after_bytes": 5}, {"length_offset": 50}],
    ids=str,
)
def test_insert_when_the_answer_is_cut(route: Route, write: str, broken: dict[str, Any]) -> None:
    """Half an answer is none."""
    route.kintone.fail(times=None, **broken)
    failed = _failed(route, write)

    assert (route.sent, route.writes, route.saved) == (1, 1, 1)
    assert failed.fate() == UNKNOWN


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
    """The refusal is about the second try; the first may have been saved, and was."""
    route.kintone.fail(times=1, **first)
    route.kintone.fail(times=None, **later)
    failed = failure(lambda: route.upsert(route.client(), 2))

    assert route.writes > 1
    assert route.saved == 2
    assert failed.fates([1, 2]) == {UNKNOWN}


@pytest.mark.parametrize("route_name", ["direct", "tunnel-TLSv1_3"])
def test_upsert_by_key_when_no_connection_follows_a_lost_answer(route: Route) -> None:
    """That the second try was not sent says nothing about the first."""
    route.stand_in.script(request=["lost"], accept=["works", "close"])
    failed = failure(lambda: route.upsert(route.client(), 2))

    assert route.saved == 2
    assert failed.fates([1, 2]) == {UNKNOWN}
