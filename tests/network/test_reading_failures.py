"""Reading over many requests: what is certain is told at once, and no cursor stays behind."""

import logging

import pytest

from kintone.reading.reader import ReadRequest, RecordsApi
from tests.network.clients import STANDARD
from tests.network.outcomes import OUT_OF_TIME, failure, soon
from tests.network.routes import Route, through

RECORDS = 6_000
CURSOR_RECORDS = 2_000
BUDGET = 0.6
LIMIT = BUDGET + 3.0
ONE_AFTER_THE_OTHER = 1
"""Requests before several pages are read at once."""
CERTAIN = 3.0


@pytest.fixture
def full(route: Route) -> Route:
    """Fill the app."""
    route.kintone.add_records(route.app, ({"name": str(number)} for number in range(RECORDS)))
    return route


@pytest.mark.parametrize(("route_name", "status"), [("direct", 429), ("tunnel-TLSv1_3", 503)])
def test_refusal_of_a_page_when_others_wait_for_their_next_try(full: Route, status: int) -> None:
    """A refusal that no try would change comes at once, though others are told to come back in 20 seconds."""
    refused = full.kintone.fail(api="records", after=ONE_AFTER_THE_OTHER, status=400, code="GAIA_IQ11", delay=0.3)
    others = full.kintone.fail(
        api="records", after=ONE_AFTER_THE_OTHER, times=None, status=status, headers={"Retry-After": "20"}
    )
    client = full.client(policy=STANDARD, KINTONE_READ_RANGES="4", KINTONE_CALL_BUDGET="60")
    failed = failure(lambda: full.read(client), within=CERTAIN)

    assert refused.hits == 1
    assert others.hits > 0, "no other page was being read"
    assert failed.code == "GAIA_IQ11"


@through("direct", "tunnel-TLSv1_3")
def test_refusal_of_a_page_when_others_get_no_answer(full: Route) -> None:
    """A refusal that no try would change comes at once, though others hang."""
    full.stand_in.script(request=["works"] * ONE_AFTER_THE_OTHER + ["hang", "hang", "works"])
    refused = full.kintone.fail(api="records", after=ONE_AFTER_THE_OTHER, times=None, status=400, code="GAIA_IQ11")
    client = full.client(timeout=30, KINTONE_READ_RANGES="4", KINTONE_CALL_BUDGET="60")
    failed = failure(lambda: full.read(client), within=CERTAIN)

    assert full.sent >= ONE_AFTER_THE_OTHER + 3
    assert refused.hits > 0
    assert failed.code == "GAIA_IQ11"


@through("tunnel-TLSv1_3")
def test_cursor_when_the_budget_ends_during_a_page(route: Route) -> None:
    """The cursor is deleted although its last page never came."""
    _fill_for_cursor(route)
    route.stand_in.script(request=[*["works"] * 3, "hang", "works"])
    client = route.client(timeout=30, budget=BUDGET)
    failed = failure(lambda: route.read(client, "order by name asc"), within=LIMIT)

    assert route.kintone.stats.by_api is not None
    assert route.kintone.stats.by_api["POST records/cursor"] == 1
    assert failed.code in OUT_OF_TIME
    assert soon(lambda: route.kintone.stats.live_cursors == 0)


def test_cursor_when_the_budget_ends_between_pages(route: Route) -> None:
    """Every page takes a while; the cursor is deleted."""
    _fill_for_cursor(route)
    route.kintone.fail(method="GET", api="records/cursor", times=None, delay=0.25)
    client = route.client(timeout=30, budget=BUDGET)
    failed = failure(lambda: route.read(client, "order by name asc"), within=LIMIT)

    assert failed.code in OUT_OF_TIME
    assert soon(lambda: route.kintone.stats.live_cursors == 0)


def test_cursor_when_even_its_deletion_hangs(route: Route) -> None:
    """The call ends in time all the same."""
    _fill_for_cursor(route)
    route.stand_in.script(request=[*["works"] * 3, "hang"])
    client = route.client(timeout=30, budget=BUDGET)
    failed = failure(lambda: route.read(client, "order by name asc"), within=LIMIT)

    assert failed.code in OUT_OF_TIME


def test_cursor_when_a_page_is_refused(route: Route) -> None:
    """A cursor whose page failed is deleted, too."""
    _fill_for_cursor(route)
    route.kintone.fail(method="GET", api="records/cursor", after=1, times=None, status=400, code="GAIA_IQ11")
    failed = failure(lambda: route.read(route.client(), "order by name asc"))

    assert failed.code == "GAIA_IQ11"
    assert soon(lambda: route.kintone.stats.live_cursors == 0)


def test_cursor_when_the_answer_to_its_deletion_is_lost(route: Route, caplog: pytest.LogCaptureFixture) -> None:
    """Kintone has deleted it, so the log does not say that it stays taken, only what if."""
    _fill_for_cursor(route)
    route.kintone.fail(method="DELETE", api="records/cursor", times=None, cut="after")
    with caplog.at_level(logging.WARNING, logger="kintone"):
        pages = RecordsApi(route.client()).read(ReadRequest(route.app, "order by name asc")).pages()
        next(pages)
        pages.close()

    assert soon(lambda: route.kintone.stats.live_cursors == 0)
    # Another test's cursor may be given back in vain meanwhile; the log comes after kintone has deleted it.
    assert soon(lambda: bool(_warnings(caplog)))
    assert all("if kintone still has it" in warning for warning in _warnings(caplog))


def _warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "UNREACHABLE" in record.getMessage()]


def _fill_for_cursor(route: Route) -> None:
    route.kintone.add_records(route.app, ({"name": str(number)} for number in range(CURSOR_RECORDS)))
