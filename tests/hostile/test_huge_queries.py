"""Queries of 40,000 characters are mended, read and explained in time linear in their length."""

import math
import time
from zoneinfo import ZoneInfo

import pytest

from kintone.errors import InvalidParameterError
from kintone.forms.fields import Form
from kintone.query import parse
from kintone.query.comparisons import read_condition
from kintone.query.mending import mended
from kintone.query.mistakes import explain
from kintone.query.moments import check_dates
from tests.unit.form_samples import rich_form

LONGEST = 40_000
MAX_GROWTH = 25
NEGLIGIBLE_SECONDS = 0.2
TRIES = 3
PARTS = (
    "a in ('x','y", "a = “x", "a like 'b'c", "(（、", "a && ", "where ", "((", "))", 'size = "x" or ',
    "1", 'moment > "2026-11-25" and ', "zzz = 1 and ", 'a "', "in in ", "due > F(", "a.b = 1 or ",
)  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_reading_takes_time_in_proportion_to_the_length(part: str) -> None:
    """No rule looks far ahead again and again, and an explanation stops after a few mistakes."""
    form = rich_form()
    small = large = math.inf
    for _ in range(TRIES):
        large = min(large, _seconds(part, LONGEST, form))
        if large < NEGLIGIBLE_SECONDS:
            return
        small = min(small, _seconds(part, LONGEST // 10, form))
        if large < small * MAX_GROWTH:
            return
    pytest.fail(f"{part!r}: {small:.3f} s for a tenth of the query, {large:.3f} s for all of it")


def _seconds(part: str, size: int, form: Form) -> float:
    query = "price > 1" + (part * (size // len(part) + 1))[:size] + "x"
    started = time.process_time()
    text, _ = mended(query)
    try:
        parsed = parse(text)
    except InvalidParameterError:
        return time.process_time() - started
    found = read_condition(parsed.condition).comparisons
    check_dates(found, form, ZoneInfo("Asia/Tokyo"))
    explain(parsed, form, "CB_VA01")
    return time.process_time() - started
