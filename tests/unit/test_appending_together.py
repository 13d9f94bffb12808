"""Many calls that append to one record at the same time."""

import random
from functools import partial
from typing import Any

import pytest

from kintone.access.settings import OperatorSettings
from kintone.client import KintoneClient
from kintone.forms.reading import read_form
from kintone.writing.append import ListMode
from kintone.writing.entries import Entry
from kintone.writing.upserts import UpsertRequest
from kintone.writing.writer import upsert
from simulation.engine import engine_for
from tests.unit.in_process import InProcess

FORM: dict[str, dict[str, Any]] = {
    "sku": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "lines": {"type": "SUBTABLE", "fields": {"item": {"type": "SINGLE_LINE_TEXT"}}},
}
WRITERS = 12
ROUND_TRIP = 0.1


@pytest.mark.parametrize("seed", range(1, 5))
def test_twelve_appends_to_one_record_are_all_saved(seed: int) -> None:
    """They wait for different times after a conflict, so that each finds a moment in which no other one writes."""
    random.seed(seed)
    with InProcess(FORM, seed=seed) as site:
        site.kintone.add_records(site.app, [{"sku": "A"}])
        form = read_form(site.client, site.app)
        site.before = lambda _asked: site.pass_time(ROUND_TRIP)
        ended: list[str | Exception] = []

        def append(number: int) -> None:
            rows = [{"value": {"item": {"value": str(number)}}}]
            entry = Entry(1, {"lines": {"value": rows}}, id="1")
            client = KintoneClient(site.client.access, OperatorSettings(), engine=engine_for(site, site.scheduler))
            try:
                request = UpsertRequest(site.app, [entry], table_mode=ListMode.APPEND, form=form)
                ended.append(upsert(client, request).results[0]["id"])
            except Exception as error:  # noqa: BLE001 - asserted on below
                ended.append(error)
            finally:
                client.close()

        for number in range(WRITERS):
            site.scheduler.spawn(partial(append, number), f"writer {number}")
        while len(ended) < WRITERS:
            site.pass_time(ROUND_TRIP)
        (lines,) = site.values("lines")

        assert ended == ["1"] * WRITERS
        assert sorted(int(row["value"]["item"]["value"]) for row in lines) == list(range(WRITERS))
