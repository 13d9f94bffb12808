"""A write whose answer never arrives: an insert goes out once, a write that may be repeated is."""

import pytest

from tests.network.outcomes import UNKNOWN, UNREACHABLE, failure, success
from tests.network.routes import ALL, Route, through

LONG = "x" * 200_000


@through(*ALL)
def test_add_record_when_its_answer_is_lost(route: Route) -> None:
    """One record is there, and its fate is said to be unknown."""
    route.stand_in.script(request=["lost"])
    failed = failure(lambda: route.add(route.client()))

    assert (route.sent, route.writes, route.saved) == (1, 1, 1)
    assert failed.code == UNREACHABLE
    assert failed.fate() == UNKNOWN


@through(*ALL)
@pytest.mark.parametrize("count", [1, 101])
def test_inserts_when_their_answer_is_lost(route: Route, count: int) -> None:
    """Entries with neither key nor id are there once, and all are unknown."""
    route.stand_in.script(request=["lost"])
    failed = failure(lambda: route.insert(route.client(), count))

    assert (route.sent, route.writes, route.saved) == (1, 1, count)
    assert failed.fates(range(1, count + 1)) == {UNKNOWN}


@through(*ALL)
@pytest.mark.parametrize("count", [1, 101])
def test_upserts_by_key_when_their_answer_is_lost_once(route: Route, count: int) -> None:
    """They are sent again and succeed; no key is there twice."""
    route.stand_in.script(request=["lost", "works"])
    success(lambda: route.upsert(route.client(), count))

    assert route.sent == 2
    assert route.saved == count


@through(*ALL)
def test_upserts_by_key_when_their_answer_is_lost_every_time(route: Route) -> None:
    """Their fate is unknown when the tries are used up, and no key is there twice."""
    route.stand_in.script(request=["lost"])
    failed = failure(lambda: route.upsert(route.client(), 2))

    assert route.sent > 1
    assert route.saved == 2
    assert failed.fates([1, 2]) == {UNKNOWN}


@through(*ALL)
@pytest.mark.parametrize("step", ["close", "reset"])
def test_add_record_when_it_is_dropped_on_the_way(route: Route, step: str) -> None:
    """Its bytes have left, so nobody knows: sent once, unknown, though it never reached kintone."""
    route.stand_in.script(request=[step])
    failed = failure(lambda: route.add(route.client()))

    assert (route.sent, route.saved) == (1, 0)
    assert failed.code == UNREACHABLE
    assert failed.fate() == UNKNOWN


@through(*ALL)
def test_add_record_when_it_is_cut_in_the_middle(route: Route) -> None:
    """A request that left in part is sent once and unknown."""
    route.stand_in.script(request=["cut"])
    failed = failure(lambda: route.add(route.client(), memo=LONG))

    assert (route.sent, route.saved) == (1, 0)
    assert failed.fate() == UNKNOWN


@through("direct", "tunnel-TLSv1_3")
@pytest.mark.parametrize("step", ["hang", "drip"])
def test_add_record_when_no_answer_comes(route: Route, step: str) -> None:
    """A request that nobody answers in time, or byte by byte only, is sent once and unknown."""
    route.stand_in.script(request=[step])
    failed = failure(lambda: route.add(route.client(timeout=0.3)))

    # What drips is the answer of a kintone that has saved it.
    assert (route.sent, route.saved) == (1, int(step == "drip"))
    assert failed.code == "TIMED_OUT"
    assert failed.fate() == UNKNOWN


@through(*ALL)
def test_add_record_when_the_answer_is_garbage(route: Route) -> None:
    """What is neither HTTP nor TLS proves nothing."""
    route.stand_in.script(request=["garbage"])
    failed = failure(lambda: route.add(route.client()))

    assert (route.sent, route.saved) == (1, 0)
    assert failed.code in {UNREACHABLE, "NOT_KINTONE"}
    assert failed.fate() == UNKNOWN


@through("direct")
@pytest.mark.parametrize("step", ["302", "403", "502", "503"])
def test_add_record_when_a_gateway_answers(route: Route, step: str) -> None:
    """A page of a gateway does not prove that nothing was passed on."""
    route.stand_in.script(request=[step])
    failed = failure(lambda: route.add(route.client()))

    assert route.sent == 1
    assert failed.code in {"UNAVAILABLE", "NOT_KINTONE", "ACCESS_DENIED"}
    assert failed.fate() == UNKNOWN
