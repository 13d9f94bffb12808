"""Writes whose answer is lost: an insert is sent once, a write that is safe to repeat is retried."""

import pytest

from tests.network.call_outcomes import UNKNOWN, UNREACHABLE, failure, success
from tests.network.network_routes import ALL_ROUTES, Route, on_routes

LONG_TEXT = "x" * 200_000


@on_routes(*ALL_ROUTES)
def test_add_record_when_its_answer_is_lost(route: Route) -> None:
    """The record is saved once, and its state is unknown."""
    route.fault_server.script(request=["lost"])
    failed = failure(lambda: route.add(route.client()))

    assert (route.sent, route.writes, route.saved) == (1, 1, 1)
    assert failed.code == UNREACHABLE
    assert failed.entry_state() == UNKNOWN


@on_routes(*ALL_ROUTES)
@pytest.mark.parametrize("count", [1, 101])
def test_inserts_when_their_answer_is_lost(route: Route, count: int) -> None:
    """Entries without key and id are saved once, and the state of all is unknown."""
    route.fault_server.script(request=["lost"])
    failed = failure(lambda: route.insert(route.client(), count))

    assert (route.sent, route.writes, route.saved) == (1, 1, count)
    assert failed.entry_states(range(1, count + 1)) == {UNKNOWN}


@on_routes(*ALL_ROUTES)
@pytest.mark.parametrize("count", [1, 101])
def test_upserts_by_key_when_their_answer_is_lost_once(route: Route, count: int) -> None:
    """They are sent again and succeed, and no key is saved twice."""
    route.fault_server.script(request=["lost", "works"])
    success(lambda: route.upsert(route.client(), count))

    assert route.sent == 2
    assert route.saved == count


@on_routes(*ALL_ROUTES)
def test_upserts_by_key_when_their_answer_is_lost_every_time(route: Route) -> None:
    """Their state is unknown after the last try, and no key is saved twice."""
    route.fault_server.script(request=["lost"])
    failed = failure(lambda: route.upsert(route.client(), 2))

    assert route.sent > 1
    assert route.saved == 2
    assert failed.entry_states([1, 2]) == {UNKNOWN}


@on_routes(*ALL_ROUTES)
@pytest.mark.parametrize("step", ["close", "reset"])
def test_add_record_when_the_connection_ends_before_kintone(route: Route, step: str) -> None:
    """A request that was sent but never reached kintone is not retried, and its state is unknown."""
    route.fault_server.script(request=[step])
    failed = failure(lambda: route.add(route.client()))

    assert (route.sent, route.saved) == (1, 0)
    assert failed.code == UNREACHABLE
    assert failed.entry_state() == UNKNOWN


@on_routes(*ALL_ROUTES)
def test_add_record_when_it_is_sent_in_part(route: Route) -> None:
    """A request that was sent in part is not retried, and its state is unknown."""
    route.fault_server.script(request=["cut"])
    failed = failure(lambda: route.add(route.client(), memo=LONG_TEXT))

    assert (route.sent, route.saved) == (1, 0)
    assert failed.entry_state() == UNKNOWN


@on_routes("direct", "tunnel-TLSv1_3")
@pytest.mark.parametrize("step", ["hang", "drip"])
def test_add_record_when_the_answer_times_out(route: Route, step: str) -> None:
    """A request without an answer in time is not retried, and its state is unknown."""
    route.fault_server.script(request=[step])
    failed = failure(lambda: route.add(route.client(timeout=0.3)))

    # The slow answer comes from a kintone that has saved the record.
    assert (route.sent, route.saved) == (1, int(step == "drip"))
    assert failed.code == "TIMED_OUT"
    assert failed.entry_state() == UNKNOWN


@on_routes(*ALL_ROUTES)
def test_add_record_when_the_answer_is_garbage(route: Route) -> None:
    """After bytes that are neither HTTP nor TLS the request is not retried, and its state is unknown."""
    route.fault_server.script(request=["garbage"])
    failed = failure(lambda: route.add(route.client()))

    assert (route.sent, route.saved) == (1, 0)
    assert failed.code in {UNREACHABLE, "NOT_KINTONE"}
    assert failed.entry_state() == UNKNOWN


@on_routes("direct")
@pytest.mark.parametrize("step", ["302", "403", "502", "503"])
def test_add_record_when_a_gateway_answers(route: Route, step: str) -> None:
    """A page of a gateway does not prove that the request was not forwarded, so its state is unknown."""
    route.fault_server.script(request=[step])
    failed = failure(lambda: route.add(route.client()))

    assert route.sent == 1
    assert failed.code in {"UNAVAILABLE", "NOT_KINTONE", "ACCESS_DENIED"}
    assert failed.entry_state() == UNKNOWN
