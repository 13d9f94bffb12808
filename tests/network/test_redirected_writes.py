"""A redirect in answer to a write: nobody knows what was done, and the token goes nowhere else."""

from collections.abc import Iterator

import pytest

from local_kintone import LocalKintone
from tests.network.outcomes import UNKNOWN, failure, outcome
from tests.network.routes import FORM, Route, through

ROUTES = ("direct", "direct-TLSv1_3", "tunnel-TLSv1_3")
APPLIED = pytest.mark.parametrize("applied", [0, 1])


@pytest.fixture
def elsewhere() -> Iterator[LocalKintone]:
    """Run another kintone, with an app of the same number."""
    with LocalKintone(seed="none") as running:
        running.create_app("Stock", FORM)
        yield running


@through("direct", "tunnel-TLSv1_3")
@APPLIED
@pytest.mark.parametrize("status", [301, 302, 303])
@pytest.mark.parametrize("target", ["/k/v1/record.json", "/login"])
def test_add_record_when_it_is_redirected(route: Route, status: int, target: str, applied: int) -> None:
    """Not followed, neither as POST nor as GET: sent once, unknown."""
    route.kintone.fail(method="POST", api="record", status=status, redirect=target, applied=bool(applied))
    failed = failure(lambda: route.add(route.client()))

    assert route.sent == len(route.kintone.requests) == 1
    assert route.saved == applied
    assert failed.fate() == UNKNOWN


@through("direct", "tunnel-TLSv1_3")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_inserts_when_they_are_redirected_for_ever(route: Route, status: int) -> None:
    """A redirect to itself, seen once for each of 301 to 303, a few times at most for the others."""
    route.kintone.fail(times=None, status=status, redirect="/k/v1/bulkRequest.json")
    failed = failure(lambda: route.insert(route.client(), 101))

    assert route.sent == 1 if status < 307 else route.sent <= 6
    assert route.saved == 0
    assert failed.fates(range(1, 102)) == {UNKNOWN}


@through(*ROUTES)
@pytest.mark.parametrize("status", [307, 308])
def test_add_record_when_it_may_be_sent_again(route: Route, status: int) -> None:
    """On the same site it may be followed: saved once then, else unknown and sent once."""
    route.kintone.fail(method="POST", api="record", status=status, redirect="/k/v1/record.json")
    done = outcome(lambda: route.add(route.client()))

    if done.error is None:
        assert (route.sent, route.saved) == (2, 1)
    else:
        assert (route.sent, route.saved) == (1, 0)
        assert done.fate() == UNKNOWN


@through("direct", "tunnel-TLSv1_3")
@APPLIED
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_add_record_when_it_is_redirected_to_another_site(
    route: Route, elsewhere: LocalKintone, status: int, applied: int
) -> None:
    """The other site is not even connected to, allowed or not; what was done here is unknown."""
    route.kintone.fail(
        method="POST", api="record", status=status, redirect=f"{elsewhere.url}/k/v1/record.json", applied=bool(applied)
    )
    origins = f"{route.url},{elsewhere.url}"
    failed = failure(lambda: route.add(route.client(KINTONE_ALLOWED_ORIGINS=origins)))

    assert elsewhere.stats.connections == 0
    assert (route.sent, route.saved) == (1, applied)
    assert failed.fate() == UNKNOWN


@through("direct")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_upsert_by_key_when_it_is_redirected_to_another_site(
    route: Route, elsewhere: LocalKintone, status: int
) -> None:
    """What may be repeated goes to no other site either."""
    route.kintone.fail(times=None, status=status, redirect=f"{elsewhere.url}/k/v1/records.json", applied=True)
    failed = failure(lambda: route.upsert(route.client(), 2))

    assert elsewhere.stats.connections == 0
    assert route.saved == 2
    assert failed.fates([1, 2]) == {UNKNOWN}
