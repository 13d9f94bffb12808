"""Behaviour that depends on the clock: the lifetime of uploads and the acting user's time zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_kintone import LocalKintone
from tests.local_kintone_tests.in_process_client import InProcessClient, ManualClock, body_of, refusal_of, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

THREE_DAYS = 3 * 24 * 3600
BODY = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx\r\n--B--\r\n'


@pytest.fixture
def clock() -> ManualClock:
    """Begin on 2026-04-01 at 09:30 UTC."""
    return ManualClock()


@pytest.fixture
def timed(clock: ManualClock) -> Iterator[LocalKintone]:
    """Create one app with a file field and dates with `defaultNowValue`."""
    kintone = LocalKintone(seed="none", clock=clock)
    kinds = {"day": "DATE", "at": "TIME", "moment": "DATETIME"}
    fields: dict[str, dict[str, Any]] = {code: {"type": kind, "defaultNowValue": True} for code, kind in kinds.items()}
    fields["files"] = {"type": "FILE"}
    kintone.create_app("Timed", fields)
    yield kintone
    kintone.stop()


@pytest.mark.parametrize(("seconds", "status"), [(THREE_DAYS - 1, 200), (THREE_DAYS + 1, 404)])
def test_upload_waits_three_days_for_a_record(
    timed: LocalKintone, clock: ManualClock, seconds: float, status: int
) -> None:
    """Fact sheet 2.8: an upload that is not attached is deleted after three days; an attached file stays."""
    client = InProcessClient(timed, timed.token(1))
    headers = {**client.headers, "Content-Type": "multipart/form-data; boundary=B"}
    keys = [body_of(timed.exchange("POST", "/k/v1/file.json", headers, BODY))["fileKey"] for _ in range(2)]
    number = client.add(1, files=[{"fileKey": keys[0]}])
    clock.sleep(seconds)
    answer = client.update(1, number, files=[{"fileKey": keys[1]}])
    assert answer.status == status
    if status != 200:
        assert refusal_of(answer)[1] == "GAIA_BL01"
    (kept,) = values_of(timed, 1, number)["files"]
    assert client.get("file", f"fileKey={kept['fileKey']}").status == 200


def test_dates_go_by_the_users_time_zone(timed: LocalKintone, clock: ManualClock) -> None:
    """Fact sheet 5.4 and 6.2: TODAY() and current dates use the user's time zone, date-times do not."""
    client = InProcessClient(timed, timed.token(1))
    clock.sleep(12 * 3600)
    timed.settings.utc_offset_hours = 9
    values = values_of(timed, 1, client.add(1))
    assert (values["day"], values["at"], values["moment"]) == ("2026-04-02", "06:30", "2026-04-01T21:30:00Z")
    for query, count in (
        ("day = TODAY()", 1),
        ("moment = TODAY()", 1),
        ("moment = YESTERDAY()", 0),
        ("moment < NOW()", 0),
        ('moment >= "2026-04-02T00:00:00+0900"', 1),
    ):
        found = body_of(client.send("GET", "records", {"app": 1, "query": query, "totalCount": True}))
        assert (len(found["records"]), found["totalCount"]) == (count, str(count)), query
    timed.settings.utc_offset_hours = 0
    counted = {"app": 1, "query": "day = TODAY()", "totalCount": True}
    assert body_of(client.send("GET", "records", counted)) == {"records": [], "totalCount": "0"}
