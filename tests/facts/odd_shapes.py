"""What holds for the odd values of every field that can be written: nothing, and shapes that hold nothing."""

import math

from tests.facts import reasons as why
from tests.facts.odd_rows import (
    UNCHANGED,
    Outcome,
    Row,
    Value,
    refused,
    stored,
)

IGNORED_OR_REFUSED = Outcome((UNCHANGED,), may_refuse=True)


def shapes(empty: Value) -> list[Row]:
    """Return what holds for every field that can be written: nothing, and shapes that hold nothing."""
    return [
        stored(None, empty, why.CLEARED),
        stored("", empty, why.CLEARED),
        Row([], Outcome((empty,), may_refuse=empty != []), why.CLEARED),
        stored({"value": None}, empty, why.WRAPPER),
        refused({}, why.REST),
        refused([[]], why.REST),
        refused([{}], why.REST),
        refused([None], why.REST),
        refused({"value": {}}, why.REST),
        refused({"valeu": "x"}, why.REST),
        refused(math.nan, why.REST, sent="text"),
        refused(math.inf, why.REST, sent="text"),
    ]
