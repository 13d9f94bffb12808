"""Cases for every field that can be written: empty values, and objects and lists without a value."""

import math

from tests.facts import documented_facts as facts
from tests.facts.case_types import (
    UNCHANGED,
    Case,
    Outcome,
    Value,
    refused,
    stored,
)

IGNORED_OR_REFUSED = Outcome((UNCHANGED,), may_refuse=True)


def common_cases(empty: Value) -> list[Case]:
    """Return the cases of empty values, and of objects and lists without a value."""
    return [
        stored(None, empty, facts.CLEARED),
        stored("", empty, facts.CLEARED),
        Case([], Outcome((empty,), may_refuse=empty != []), facts.CLEARED),
        stored({"value": None}, empty, facts.VALUE_OBJECT),
        refused({}, facts.NOT_CONVERTED),
        refused([[]], facts.NOT_CONVERTED),
        refused([{}], facts.NOT_CONVERTED),
        refused([None], facts.NOT_CONVERTED),
        refused({"value": {}}, facts.NOT_CONVERTED),
        refused({"valeu": "x"}, facts.NOT_CONVERTED),
        refused(math.nan, facts.NOT_CONVERTED, sent="text"),
        refused(math.inf, facts.NOT_CONVERTED, sent="text"),
    ]
