"""Generates what calls need that comment on records, delete them or move them to another status."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simulation.faults import AFTER, BEFORE, BULK, GET_FORM, GET_RECORDS
from simulation.scenario import COMMENT, MOVE, READ_COMMENTS, REMOVE, CompetingWrite, Record
from simulation.world import ACTIONS, ASSIGNEES, MATCHING_AMOUNT, OTHER_AMOUNT

if TYPE_CHECKING:
    from random import Random

    from simulation.scenario import Scenario

MAX_BULK_REQUESTS = 20
COMMENT_PAGE = 10
UNKNOWN_ID = 900

COMPETING_ACTIONS = {
    COMMENT: ("comment", "touch", "delete"),
    READ_COMMENTS: (*["uncomment"] * 6, *["comment"] * 3, "touch", "delete"),
    REMOVE: ("insert", "touch", "delete", "row"),
    MOVE: ("act", "act", "assign", "touch", "note", "delete"),
}


def chance(random: Random, share: float) -> bool:
    """Return True with a probability of `share`."""
    return random.random() < share


def with_action(random: Random, scenario: Scenario, focus: str) -> Scenario:
    """Return the scenario with what its tool acts on; that of another tool is returned unchanged."""
    parts: dict[str, Any] = {}
    if scenario.tool == READ_COMMENTS:
        parts["comments"] = random.choice((2, *(random.randint(COMMENT_PAGE, 4 * COMMENT_PAGE + 1) for _ in range(3))))
    if scenario.tool == COMMENT:
        parts["comments"] = random.choice((0, 0, 1, 2))
    if scenario.tool == REMOVE:
        parts = _removal(random, scenario, focus)
    if scenario.tool == MOVE:
        parts = _move(random, scenario, focus)
    return replace(scenario, **parts)


def _removal(random: Random, scenario: Scenario, focus: str) -> dict[str, Any]:
    batch = scenario.batch
    count = random.choice((1, 2, random.randint(1, batch)))
    if focus == GET_RECORDS:
        # Several pages, between which others write.
        count = random.choice((batch, random.randint(batch, 6 * batch)))
    if focus == BULK:
        count = random.choice((batch + 1, random.randint(batch + 1, 4 * batch)))
        if scenario.batch < COMMENT_PAGE and chance(random, 0.3):
            # Around the maximum of one bulk request and above it.
            count = MAX_BULK_REQUESTS * batch + random.randint(-1, 2 * batch)
    by_query = focus == GET_RECORDS or (scenario.batch < COMMENT_PAGE and chance(random, 0.4))
    total = count + random.choice((0, 1, 2, 5))
    chosen = tuple(sorted(random.sample(range(1, total + 1), count)))
    amounts = dict.fromkeys(chosen, MATCHING_AMOUNT)
    records = tuple(Record(number, amount=amounts.get(number, OTHER_AMOUNT)) for number in range(1, total + 1))
    if not by_query and chance(random, 0.04):
        chosen = (*chosen, UNKNOWN_ID)
    miscount = random.choice((-1, 1)) if by_query and chance(random, 0.1) else 0
    return {"records": records, "chosen": chosen, "by_query": by_query, "miscount": miscount}


def _move(random: Random, scenario: Scenario, focus: str) -> dict[str, Any]:
    before, action = random.choice(list(ACTIONS))
    count = random.randint(1, min(COMMENT_PAGE, scenario.batch))
    total = count + random.choice((0, 1, 3))
    chosen = sorted(random.sample(range(1, total + 1), count))
    statuses = dict.fromkeys(chosen, before)
    if chance(random, 0.5 if focus == GET_FORM else 0.05):
        # The action leads nowhere from the status of one record.
        statuses[random.choice(chosen)] = random.choice([each for each, _ in ACTIONS if (each, action) not in ACTIONS])
    assignee = random.choice(ASSIGNEES) if action == "choose" and chance(random, 0.9) else ""
    if chance(random, 0.03):
        assignee = "tanaka"
    records = tuple(
        replace(record, status=statuses.get(number, random.choice([each for each, _ in ACTIONS])))
        for number, record in enumerate((scenario.records * total)[:total], 1)
    )
    records = tuple(replace(record, key=number) for number, record in enumerate(records, 1))
    return {"records": records, "chosen": tuple(chosen), "action": action, "assignee": assignee}


def competing_action(random: Random, number: int, scenario: Scenario, kind: str, new_key: int) -> CompetingWrite:
    """Return a write of another writer, mostly to what the call acts on."""
    what = random.choice(COMPETING_ACTIONS[scenario.tool])
    if scenario.by_query and chance(random, 0.5):
        kind = GET_RECORDS
    target = random.randint(1, max(1, len(scenario.records)))
    if scenario.chosen and chance(random, 0.7):
        target = random.choice(scenario.chosen)
    if scenario.tool in (COMMENT, READ_COMMENTS) and chance(random, 0.8):
        target = scenario.record
    if what == "insert":
        target = new_key + number
    if what == "uncomment":
        # What was read already moves the rest.
        order = max if scenario.descending else min
        target = order(random.randint(1, scenario.comments + 1) for _ in range(2))
    nth, when = random.choice((1, 1, 2, 3)), random.choice((BEFORE, AFTER))
    if what == "uncomment" and chance(random, 0.7):
        # Several at once move more comments up than two pages have in common.
        nth, when = 1, AFTER
    return CompetingWrite(number, kind, nth, when, what, target)
