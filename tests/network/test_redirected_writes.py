"""Redirects in answer to a write: the state is unknown, and the token is sent to no other site."""

from collections.abc import Iterator

import pytest

from local_kintone import LocalKintone
from tests.network.call_outcomes import UNKNOWN, failure, outcome
from tests.network.network_routes import FORM, Route, on_routes

ROUTES = ("direct", "direct-TLSv1_3", "tunnel-TLSv1_3")
APPLIED_OR_NOT = pytest.mark.parametrize("applied", [0, 1])


@pytest.fixture
def other_kintone() -> Iterator[LocalKintone]:
    """Run another kintone, with an app of the same number."""
    with LocalKintone(seed="none") as running:
        running.create_app("Stock", FORM)
        yield running


@on_routes("direct", "tunnel-TLSv1_3")
@APPLIED_OR_NOT
@pytest.mark.parametrize("status", [301, 302, 303])
@pytest.mark.parametrize("target", ["/k/v1/record.json", "/login"])
def test_add_record_when_it_is_redirected(route: Route, status: int, target: str, applied: int) -> None:
    """A 301 to 303 is followed neither as POST nor as GET: sent once, unknown."""
    route.kintone.fail(method="POST", api="record", status=status, redirect=target, applied=bool(applied))
    failed = failure(lambda: route.add(route.client()))

    assert route.sent == len(route.kintone.requests) == 1
    assert route.saved == applied
    assert failed.entry_state() == UNKNOWN


@on_routes("direct", "tunnel-TLSv1_3")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_inserts_when_they_are_redirected_endlessly(route: Route, status: int) -> None:
    """A redirect to the same URL is sent once for 301 to 303, at most six times for 307 and 308."""
    route.kintone.fail(times=None, status=status, redirect="/k/v1/bulkRequest.json")
    failed = failure(lambda: route.insert(route.client(), 101))

    assert route.sent == 1 if status < 307 else route.sent <= 6
    assert route.saved == 0
    assert failed.entry_states(range(1, 102)) == {UNKNOWN}


@on_routes(*ROUTES)
@pytest.mark.parametrize("status", [307, 308])
def test_add_record_when_the_redirect_keeps_the_method(route: Route, status: int) -> None:
    """A 307 or 308 on the same site may be followed: saved once then, else unknown and sent once."""
    route.kintone.fail(method="POST", api="record", status=status, redirect="/k/v1/record.json")
    result = outcome(lambda: route.add(route.client()))

    if result.error is None:
        assert (route.sent, route.saved) == (2, 1)
    else:
        assert (route.sent, route.saved) == (1, 0)
        assert result.entry_state() == UNKNOWN


@on_routes("direct", "tunnel-TLSv1_3")
@APPLIED_OR_NOT
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_add_record_when_it_is_redirected_to_another_site(
    route: Route, other_kintone: LocalKintone, status: int, applied: int
) -> None:
    """The other site is not connected to, even if it is allowed, and the state of the write is unknown."""
    route.kintone.fail(
        method="POST",
        api="record",
        status=status,
        redirect=f"{other_kintone.url}/k/v1/record.json",
        applied=bool(applied),
    )
    origins = f"{route.url},{other_kintone.url}"
    failed = failure(lambda: route.add(route.client(KINTONE_ALLOWED_ORIGINS=origins)))

    assert other_kintone.stats.connections == 0
    assert (route.sent, route.saved) == (1, applied)
    assert failed.entry_state() == UNKNOWN


@on_routes("direct")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_upsert_by_key_when_it_is_redirected_to_another_site(
    route: Route, other_kintone: LocalKintone, status: int
) -> None:
    """A write that is safe to repeat is not sent to another site either."""
    route.kintone.fail(times=None, status=status, redirect=f"{other_kintone.url}/k/v1/records.json", applied=True)
    failed = failure(lambda: route.upsert(route.client(), 2))

    assert other_kintone.stats.connections == 0
    assert route.saved == 2
    assert failed.entry_states([1, 2]) == {UNKNOWN}
