"""Full-width digits, which kintone does not accept, and record numbers with an app code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_kintone import LocalKintone
from tests.local_kintone_tests.in_process_client import InProcessClient, body_of, cells, refusal_of

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELDS: dict[str, dict[str, Any]] = {
    "number": {"type": "NUMBER"},
    "key": {"type": "NUMBER", "unique": True},
    "day": {"type": "DATE"},
    "clock": {"type": "TIME"},
    "moment": {"type": "DATETIME"},
}
CB_VA01 = (400, "CB_VA01")


@pytest.fixture
def coded() -> Iterator[LocalKintone]:
    """Create one app with a code and a record, and one without a code."""
    kintone = LocalKintone(seed="none")
    for code in ("SRC", ""):
        app = kintone.create_app("Digits", FIELDS, code=code)
        kintone.add_records(app, [{"number": "1", "key": "1", "day": "2026-04-01", "clock": "09:30"}])
    yield kintone
    kintone.stop()


@pytest.fixture
def client(coded: LocalKintone) -> InProcessClient:
    """Return a client for both apps."""
    return InProcessClient(coded, coded.token(1), coded.token(2))


@pytest.mark.parametrize(
    ("code", "written", "key"),
    [
        ("number", "１", "record[number].value"),
        ("day", "２０２６-04-01", "record.day.value"),
        ("clock", "０9:30", "record.clock.value"),
        ("moment", "２026-04-01T09:30:00Z", "record.moment.value"),
        ("moment", "0999-12-31T23:59:00Z", "record.moment.value"),
        ("moment", "1000-01-01T00:00:00+09:00", "record.moment.value"),
    ],
)
def test_value_in_full_width_or_before_the_year_1000_is_refused(
    client: InProcessClient, code: str, written: str, key: str
) -> None:
    """Fact sheet 3 and 6.1: numbers, dates and times use half-width digits; dates start in the year 1000."""
    answer = client.send("POST", "record", {"app": 1, "record": cells(**{code: written})})
    assert refusal_of(answer) == (*CB_VA01, {key})


@pytest.mark.parametrize(
    ("method", "api", "body", "key"),
    [
        ("PUT", "record", {"app": 1, "id": "１"}, "id"),
        ("PUT", "record", {"app": "１", "id": 1}, "app"),
        ("DELETE", "records", {"app": 1, "ids": ["１"]}, "ids[0]"),
        ("POST", "records/cursor", {"app": 1, "size": "１"}, "size"),
        ("PUT", "record", {"app": 1, "updateKey": {"field": "key", "value": "１"}}, "updateKey[key].value"),
        ("PUT", "record", {"app": 1, "updateKey": {"field": "key", "value": "one"}}, "updateKey[key].value"),
    ],
)
def test_parameter_in_full_width_is_refused(
    client: InProcessClient, method: str, api: str, body: object, key: str
) -> None:
    """Fact sheet 2: ids, sizes and numeric keys are numbers or numeric text; an invalid key is named."""
    assert refusal_of(client.send(method, api, body)) == (*CB_VA01, {key})


def test_revision_in_full_width_is_refused(client: InProcessClient) -> None:
    """Fact sheet 2.1: a revision is a number or numeric text."""
    assert refusal_of(client.send("PUT", "record", {"app": 1, "id": 1, "revision": "１"}))[:2] == (400, "CB_IJ01")


@pytest.mark.parametrize(
    "query",
    [
        'number = "１"',
        "number = １",
        'number = "1_0"',
        'number = "SRC-1"',
        'number = "NaN"',
        '$id = "１"',
        '$id in ("１")',
        '$id = "SRC-1"',
        'レコード番号 = "OTHER-1"',
        'レコード番号 = "SRC-１"',
        'day = "２026-04-01"',
        'clock = "０9:30"',
        "limit １",
        "number = 1 offset １",
        "day = FROM_TODAY(１, DAYS)",
        "day = FROM_TODAY(99999999, YEARS)",
        "day = FROM_TODAY(-99999999999, DAYS)",
    ],
)
def test_condition_with_what_is_no_number_is_malformed(client: InProcessClient, query: str) -> None:
    """Fact sheet 5.1 and 5.4: half-width numbers, valid dates; only record numbers may have the app's code."""
    assert refusal_of(client.send("GET", "records", {"app": 1, "query": query})) == (*CB_VA01, {"query"})


@pytest.mark.parametrize(
    ("app", "query", "count"),
    [
        (1, 'レコード番号 = "SRC-1"', 1),
        (1, 'レコード番号 in ("SRC-1", 2)', 1),
        (1, "レコード番号 >= 1", 1),
        (2, "レコード番号 = 1", 1),
        (1, 'number in ("1.0", " 1 ", 1e0)', 1),
    ],
)
def test_condition_with_a_number_finds_it(client: InProcessClient, app: int, query: str, count: int) -> None:
    """Fact sheet 5.1 and 6.1: a query may contain a record number with or without the app's code."""
    assert len(body_of(client.send("GET", "records", {"app": app, "query": query}))["records"]) == count


def test_app_without_a_code_takes_none(client: InProcessClient) -> None:
    """Fact sheet 6.1: only the record numbers of an app with a code have the code as prefix."""
    answer = client.send("GET", "records", {"app": 2, "query": 'レコード番号 = "SRC-1"'})
    assert refusal_of(answer) == (*CB_VA01, {"query"})
