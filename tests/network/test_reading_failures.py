"""Failures while reading in many requests: a permanent one is reported at once, and no cursor is left open."""

import logging

import pytest

from kintone.reading.reader import ReadRequest, RecordsApi
from tests.network.call_outcomes import TIME_LIMIT_CODES, failure, wait_until
from tests.network.clients import STANDARD_RETRIES
from tests.network.network_routes import Route, on_routes

RECORDS = 6_000
CURSOR_RECORDS = 2_000
BUDGET = 0.6
LIMIT = BUDGET + 3.0
SEQUENTIAL_REQUESTS = 1
"""Requests before several pages are read in parallel."""
MAX_SECONDS_TO_REFUSAL = 3.0


@pytest.fixture
def filled_route(route: Route) -> Route:
    """Fill the app with records."""
    route.kintone.add_records(route.app, ({"name": str(number)} for number in range(RECORDS)))
    return route


@pytest.mark.parametrize(("route_name", "status"), [("direct", 429), ("tunnel-TLSv1_3", 503)])
def test_refused_page_when_others_wait_for_a_retry(filled_route: Route, status: int) -> None:
    """A permanent refusal of one page ends the read at once, while other pages wait 20 seconds for a retry."""
    refused = filled_route.kintone.fail(
        api="records", after=SEQUENTIAL_REQUESTS, status=400, code="GAIA_IQ11", delay=0.3
    )
    others = filled_route.kintone.fail(
        api="records", after=SEQUENTIAL_REQUESTS, times=None, status=status, headers={"Retry-After": "20"}
    )
    client = filled_route.client(policy=STANDARD_RETRIES, KINTONE_READ_RANGES="4", KINTONE_CALL_BUDGET="60")
    failed = failure(lambda: filled_route.read(client), within=MAX_SECONDS_TO_REFUSAL)

    assert refused.hits == 1
    assert others.hits > 0, "no other page was requested"
    assert failed.code == "GAIA_IQ11"


@on_routes("direct", "tunnel-TLSv1_3")
def test_refused_page_when_others_get_no_answer(filled_route: Route) -> None:
    """A permanent refusal of one page ends the read at once, while other requests hang."""
    filled_route.fault_server.script(request=["works"] * SEQUENTIAL_REQUESTS + ["hang", "hang", "works"])
    refused = filled_route.kintone.fail(
        api="records", after=SEQUENTIAL_REQUESTS, times=None, status=400, code="GAIA_IQ11"
    )
    client = filled_route.client(timeout=30, KINTONE_READ_RANGES="4", KINTONE_CALL_BUDGET="60")
    failed = failure(lambda: filled_route.read(client), within=MAX_SECONDS_TO_REFUSAL)

    assert filled_route.sent >= SEQUENTIAL_REQUESTS + 3
    assert refused.hits > 0
    assert failed.code == "GAIA_IQ11"


@on_routes("tunnel-TLSv1_3")
def test_cursor_when_the_budget_ends_during_a_page(route: Route) -> None:
    """The cursor is deleted although its last page did not arrive."""
    _fill_for_cursor(route)
    route.fault_server.script(request=[*["works"] * 3, "hang", "works"])
    client = route.client(timeout=30, budget=BUDGET)
    failed = failure(lambda: route.read(client, "order by name asc"), within=LIMIT)

    assert route.kintone.stats.by_api is not None
    assert route.kintone.stats.by_api["POST records/cursor"] == 1
    assert failed.code in TIME_LIMIT_CODES
    assert wait_until(lambda: route.kintone.stats.live_cursors == 0)


def test_cursor_when_the_budget_ends_between_pages(route: Route) -> None:
    """The cursor is deleted when slow pages use up the budget."""
    _fill_for_cursor(route)
    route.kintone.fail(method="GET", api="records/cursor", times=None, delay=0.25)
    client = route.client(timeout=30, budget=BUDGET)
    failed = failure(lambda: route.read(client, "order by name asc"), within=LIMIT)

    assert failed.code in TIME_LIMIT_CODES
    assert wait_until(lambda: route.kintone.stats.live_cursors == 0)


def test_cursor_when_its_deletion_hangs_too(route: Route) -> None:
    """The call ends in time although the request that deletes the cursor hangs."""
    _fill_for_cursor(route)
    route.fault_server.script(request=[*["works"] * 3, "hang"])
    client = route.client(timeout=30, budget=BUDGET)
    failed = failure(lambda: route.read(client, "order by name asc"), within=LIMIT)

    assert failed.code in TIME_LIMIT_CODES


def test_cursor_when_a_page_is_refused(route: Route) -> None:
    """The cursor is deleted when one of its pages is refused."""
    _fill_for_cursor(route)
    route.kintone.fail(method="GET", api="records/cursor", after=1, times=None, status=400, code="GAIA_IQ11")
    failed = failure(lambda: route.read(route.client(), "order by name asc"))

    assert failed.code == "GAIA_IQ11"
    assert wait_until(lambda: route.kintone.stats.live_cursors == 0)


def test_cursor_when_the_answer_to_its_deletion_is_lost(route: Route, caplog: pytest.LogCaptureFixture) -> None:
    """The log says only that kintone may still have the cursor."""
    _fill_for_cursor(route)
    route.kintone.fail(method="DELETE", api="records/cursor", times=None, cut="after")
    with caplog.at_level(logging.WARNING, logger="kintone"):
        pages = RecordsApi(route.client()).read(ReadRequest(route.app, "order by name asc")).pages()
        next(pages)
        pages.close()

    assert wait_until(lambda: route.kintone.stats.live_cursors == 0)
    # The deletion of another test's cursor may fail meanwhile; the log line is written after kintone's deletion.
    assert wait_until(lambda: bool(_warnings(caplog)))
    assert all("if kintone still has it" in warning for warning in _warnings(caplog))


def _warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "UNREACHABLE" in record.getMessage()]


def _fill_for_cursor(route: Route) -> None:
    route.kintone.add_records(route.app, ({"name": str(number)} for number in range(CURSOR_RECORDS)))
