"""Generates a scenario from a seed: first a kind of request and a fault, then a call that sends such a request."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from simulation.action_scenarios import COMPETING_ACTIONS as ACTING
from simulation.action_scenarios import MAX_BULK_REQUESTS, UNKNOWN_ID, chance, competing_action, with_action
from simulation.faults import (
    AFTER,
    BEFORE,
    BULK,
    CATALOGUE,
    DELETE_CURSOR,
    DELETE_RECORDS,
    GET_COMMENTS,
    GET_CURSOR,
    GET_FORM,
    GET_RECORD,
    GET_RECORDS,
    NO_CURSOR,
    POST_COMMENT,
    POST_CURSOR,
    POST_FILE,
    POST_RECORD,
    POST_RECORDS,
    PUT_RECORD,
    PUT_RECORDS,
    PUT_STATUS,
    REQUEST_KINDS,
    Fault,
    ends_call,
    is_applicable,
)
from simulation.scenario import (
    ADD,
    ADD_MISSING,
    APPEND,
    ATTACH,
    BY_ID,
    BY_KEY,
    COMMENT,
    COMPETING_ACTIONS,
    FAIL,
    MOVE,
    NEW,
    NUMBER,
    QUERY,
    READ_COMMENTS,
    REMOVE,
    REPLACE,
    TEXT,
    UPDATE,
    UPSERT,
    CompetingWrite,
    Entry,
    InjectedFault,
    Record,
    Scenario,
)

REAL_BATCH, REAL_PAGE = 100, 500
SMALL_BATCH, SMALL_PAGE = 3, 5
FIRST_NEW_KEY = 500

# The tools whose calls send each kind of request.
TOOLS_BY_REQUEST = {
    GET_FORM: (ADD, UPSERT, UPDATE, MOVE, MOVE, MOVE),
    GET_RECORD: (ATTACH,),
    GET_RECORDS: (QUERY, UPSERT, UPDATE, REMOVE, MOVE, MOVE),
    POST_RECORD: (ADD,),
    POST_RECORDS: (UPSERT,),
    PUT_RECORD: (ATTACH, UPDATE),
    PUT_RECORDS: (UPSERT, UPSERT, UPDATE),
    BULK: (UPSERT, UPSERT, REMOVE),
    POST_FILE: (ATTACH,),
    POST_CURSOR: (QUERY,),
    GET_CURSOR: (QUERY,),
    DELETE_CURSOR: (QUERY,),
    POST_COMMENT: (COMMENT,),
    GET_COMMENTS: (READ_COMMENTS,),
    DELETE_RECORDS: (REMOVE,),
    PUT_STATUS: (MOVE,),
}
ENDING_WEIGHT, PASSING_WEIGHT = 20, 1
"""Weights of the pairs that end a call, so a scenario contains only one of them, and of the other pairs."""

# Factors that equalise the counts: up to three files are uploaded in one call; a cursor is deleted only after a fault
# during its reading; a refused deletion is not repeated; an upsert reads several times; some updates become inserts;
# what is read after a change of status is three requests with a fault each.
_SHARES = {
    GET_FORM: 0.9,
    GET_RECORD: 1.1,
    POST_FILE: 1.15,
    GET_CURSOR: 0.22,
    DELETE_CURSOR: 1.4,
    POST_CURSOR: 1.2,
    POST_RECORD: 1.27,
    POST_RECORDS: 1.27,
    PUT_RECORDS: 1.25,
    GET_RECORDS: 0.9,
    BULK: 1.2,
    PUT_RECORD: 1.35,
    POST_COMMENT: 1.3,
    GET_COMMENTS: 1.55,
    DELETE_RECORDS: 0.95,
    PUT_STATUS: 1.33,
}


MANY_PASSING = (GET_RECORD, POST_FILE, GET_COMMENTS)
"""Kinds of requests with many faults that end no call, sent by few tools."""


def _strata() -> list[tuple[str, str]]:
    """Return the pairs of request kind and fault, each repeated according to its weight."""
    pairs = []
    for kind in REQUEST_KINDS:
        for column in CATALOGUE:
            if is_applicable(kind, column):
                weight = ENDING_WEIGHT if ends_call(kind, column) else PASSING_WEIGHT
                pairs_weight = max(1, round(weight * _SHARES.get(kind, 1.0)))
                pairs += [(kind, column)] * pairs_weight
    Random(3).shuffle(pairs)
    return pairs


STRATA = _strata()
FAULT_FREE_SHARE = 0.02
FAULT_FREE_READING_SHARE = 0.2
"""Share of scenarios without faults, which end most calls; comments that others move are judged only in a success."""

REQUESTS_BY_TOOL = {
    ADD: (GET_FORM, POST_RECORD),
    UPSERT: (GET_FORM, GET_RECORDS, POST_RECORDS, PUT_RECORDS, BULK),
    ATTACH: (POST_FILE, GET_RECORD, PUT_RECORD),
    UPDATE: (GET_FORM, GET_RECORDS, PUT_RECORD, PUT_RECORDS),
    QUERY: (GET_RECORDS, POST_CURSOR, GET_CURSOR),
    COMMENT: (POST_COMMENT,),
    READ_COMMENTS: (GET_COMMENTS,),
    REMOVE: (GET_RECORDS, DELETE_RECORDS, BULK),
    MOVE: (PUT_STATUS, GET_FORM, GET_RECORDS),
}


def generate_scenario(seed: int) -> Scenario:
    """Return the scenario of a seed; the same seed gives the same scenario."""
    random = Random(seed)
    focus, column = STRATA[seed % len(STRATA)]
    tool = random.choice(TOOLS_BY_REQUEST[focus])
    full_size = random.randrange(100) == 0
    must_exist = tool == UPSERT and chance(random, 0.3)
    generator = _Generator(random, focus, column, full_size=full_size, must_exist=must_exist)
    records = generator.records(tool)
    entries = generator.entries(tool, len(records))
    table_mode = APPEND if tool == UPSERT and (focus == GET_RECORDS or chance(random, 0.5)) else REPLACE
    table_mode = random.choice((APPEND, REPLACE)) if tool == UPDATE else table_mode
    record = random.randint(1, max(1, len(records))) if chance(random, 0.98) else UNKNOWN_ID
    timeout = random.choice((5, 10, 30, 30, 60))
    budget = random.choice((40, 90, 280, 280))
    if chance(random, 0.05):
        timeout, budget = 300, random.choice((10, 30))
    scenario = Scenario(
        seed=seed,
        tool=tool,
        key_type=random.choice((TEXT, TEXT, NUMBER)),
        records=records,
        entries=entries,
        injected_faults=generator.injected_faults(tool),
        competing_writes=(
            *generator.competing_writes(tool, len(records)),
            *generator.races(entries if table_mode == APPEND or tool == UPDATE else (), record, tool),
        ),
        validated=focus == GET_FORM or chance(random, 0.6),
        table_mode=table_mode,
        file_mode=random.choice((APPEND, APPEND, REPLACE)),
        when_missing=FAIL if must_exist else ADD_MISSING,
        record=record,
        files=random.choice((1, 1, 2, 3)),
        descending=chance(random, 0.5),
        batch=REAL_BATCH if full_size else SMALL_BATCH,
        page=REAL_PAGE if full_size else SMALL_PAGE,
        request_timeout=timeout,
        budget=budget,
        slots=random.choice((1, 2, 10, 10)),
    )
    if tool not in ACTING:
        return scenario
    scenario = with_action(random, scenario, focus)
    return replace(scenario, competing_writes=generator.competing_actions(scenario))


class _Generator:
    """Generates the parts of one scenario."""

    def __init__(self, random: Random, focus: str, column: str, *, full_size: bool, must_exist: bool) -> None:
        self._random = random
        self._focus = focus
        self._column = column
        self._full_size = full_size
        self._must_exist = must_exist

    def records(self, tool: str) -> tuple[Record, ...]:
        random = self._random
        count = random.choice((1, 2, 3, 5, 8))
        if tool == QUERY:
            page = REAL_PAGE if self._full_size else SMALL_PAGE
            count = random.randint(page + 1, 4 * page) if chance(random, 0.95) else random.randint(0, page)
        heavy = tool != QUERY
        return tuple(
            Record(
                key=number,
                rows=random.choice((0, 1, 2)) if heavy else 0,
                files=random.choice((0, 0, 1, 2)) if heavy else 0,
                amount=random.randint(0, 9),
            )
            for number in range(1, count + 1)
        )

    def entries(self, tool: str, records: int) -> tuple[Entry, ...]:
        if tool == ADD:
            return (self._entry(1, NEW, 0, FIRST_NEW_KEY if chance(self._random, 0.5) else None),)
        if tool == UPDATE:
            return (self._updating(records),)
        if tool != UPSERT:
            return ()
        targets = self._targets()
        free_ids = self._random.sample(range(1, records + 1), records)
        return tuple(self._targeted(number, target, free_ids) for number, target in enumerate(targets, 1))

    def _targets(self) -> list[str]:
        random, focus = self._random, self._focus
        batch = REAL_BATCH if self._full_size else SMALL_BATCH
        small = random.randint(1, batch) if focus in (POST_RECORDS, PUT_RECORDS) else random.randint(1, 3 * batch)
        count = random.choice((1, 2, small, small, small, small))
        if focus not in (POST_RECORDS, PUT_RECORDS) and chance(random, 0.15):
            # Around the maximum of one bulk request and above it.
            count = random.randint(MAX_BULK_REQUESTS * batch - 1, MAX_BULK_REQUESTS * batch + 2 * batch)
        if focus == POST_RECORDS:
            return [NEW] * count
        if focus == PUT_RECORDS:
            return random.choice(([BY_KEY] * count, [BY_ID] * count, random.choices((BY_ID, BY_KEY), k=count)))
        targets = random.choices((BY_KEY, BY_ID, NEW), (4, 3, 3), k=count)
        # Entries with different targets require a bulk request.
        return [NEW, BY_KEY, *targets[2:]] if focus == BULK else targets

    def _targeted(self, number: int, target: str, free_ids: list[int]) -> Entry:
        random = self._random
        new_key = FIRST_NEW_KEY + number
        if target == BY_ID:
            unknown = not free_ids or chance(random, 0.01)
            if not free_ids and chance(random, 0.95):
                return self._entry(number, BY_KEY, 0, new_key)
            return self._entry(number, target, UNKNOWN_ID + number if unknown else free_ids.pop(), None)
        if target == BY_KEY:
            if self._must_exist and not free_ids and chance(random, 0.95):
                return self._entry(number, NEW, 0, new_key)
            evidence = free_ids and chance(random, 0.97 if self._must_exist else 0.5)
            return self._entry(number, target, 0, free_ids.pop() if evidence else new_key)
        taken = free_ids and chance(random, 0.12)
        return self._entry(number, target, 0, free_ids[0] if taken else random.choice((new_key, None)))

    def _updating(self, records: int) -> Entry:
        """Return the entry of an update, with rows where the record is to be read first."""
        random, focus = self._random, self._focus
        target = BY_KEY if focus == PUT_RECORDS else random.choice((BY_ID, BY_KEY))
        exists = chance(random, 0.95)
        known = random.randint(1, records)
        entry = self._entry(1, target, 0, None)
        if target == BY_KEY:
            entry = replace(entry, key=known if exists else FIRST_NEW_KEY)
        else:
            entry = replace(entry, record=known if exists else UNKNOWN_ID)
        if chance(random, 0.3):
            entry = replace(entry, revision=1 if chance(random, 0.93) else 7)
        if focus == PUT_RECORDS:
            return replace(entry, rows=None)
        reads = focus == GET_RECORDS or (focus == PUT_RECORD and target == BY_KEY)
        return replace(entry, rows=random.choice((1, 2))) if reads else entry

    def _entry(self, number: int, target: str, record: int, key: int | None) -> Entry:
        random = self._random
        revision = None
        if target == BY_ID and chance(random, 0.3):
            revision = 1 if chance(random, 0.93) else 7
        return Entry(
            number=number,
            target=target,
            key=key,
            record=record or None,
            revision=revision,
            rows=random.choice((None, None, 0, 1, 2)),
            note=chance(random, 0.4),
            decimals=target == BY_KEY and chance(random, 0.2),
        )

    def injected_faults(self, tool: str) -> tuple[InjectedFault, ...]:
        random, focus = self._random, self._focus
        if chance(random, FAULT_FREE_SHARE if tool != READ_COMMENTS else FAULT_FREE_READING_SHARE):
            return ()
        injected_faults = []
        if focus == DELETE_CURSOR:
            # A cursor is deleted only if reading it fails.
            breaking = self._fault(GET_CURSOR, [column for column in CATALOGUE if ends_call(GET_CURSOR, column)])
            injected_faults.append(InjectedFault(GET_CURSOR, random.choice((1, 1, 1, 2)), breaking))
        nth = 1
        passing = [column for column in CATALOGUE if is_applicable(focus, column) and not ends_call(focus, column)]
        for _ in range(random.choice((0, 1, 2, 2) if focus in MANY_PASSING else (0, 0, 0, 1, 1, 2))):
            injected_faults.append(InjectedFault(focus, nth, self._fault(focus, passing)))
            nth += 1
        times = 3 if focus == POST_FILE else random.choice((1, 1, 1, 1, 1, 1, 2, 3, 50))
        injected_faults.append(InjectedFault(focus, nth, self._fault(focus, [self._column]), times))
        nth += times
        for _ in range(random.choice((0, 0, 1, 2))):
            injected_faults.append(InjectedFault(focus, nth, self._fault(focus)))
            nth += 1
        if tool == MOVE and focus != PUT_STATUS:
            # No fault at what is read after the write ends the call: the form, the records, and process management.
            other = GET_RECORDS if focus == GET_FORM else GET_FORM
            return (*injected_faults, *(InjectedFault(other, nth, self._fault(other)) for nth in (1, 2)))
        for _ in range(random.choice((0, 0, 0, 1, 2))):
            kind = random.choice(REQUESTS_BY_TOOL[tool])
            if kind != focus:
                harmless = chance(random, 0.7)
                injected_faults.append(
                    InjectedFault(kind, random.choice((1, 1, 2)), self._fault(kind, harmless=harmless))
                )
        return tuple(injected_faults)

    def _fault(self, kind: str, columns: list[str] | None = None, *, harmless: bool = False) -> Fault:
        if columns is None:
            columns = [column for column in CATALOGUE if is_applicable(kind, column)]
            columns = [column for column in columns if not (harmless and ends_call(kind, column))]
        column = self._random.choice(columns)
        if kind == DELETE_RECORDS:
            # Its success is "{}", which nobody can tell from the same answer of something else.
            return self._random.choice([fault for fault in CATALOGUE[column] if fault.body != "{}"])
        if kind == POST_CURSOR and column == "429, before" and chance(self._random, 0.5):
            return NO_CURSOR
        return self._random.choice(CATALOGUE[column])

    def competing_writes(self, tool: str, records: int) -> tuple[CompetingWrite, ...]:
        random = self._random
        if chance(random, 0.55):
            return ()
        return tuple(
            self._competing_write(number, tool, records) for number in range(1, random.choice((1, 1, 2, 3)) + 1)
        )

    def competing_actions(self, scenario: Scenario) -> tuple[CompetingWrite, ...]:
        """Return writes of others to what a call comments on, deletes or moves."""
        random, kinds = self._random, REQUESTS_BY_TOOL[scenario.tool]
        count = random.choice((1, 3, 4) if scenario.tool == READ_COMMENTS else (0, 0, 0, 1, 1, 2, 3))
        return tuple(
            competing_action(
                random, number, scenario, self._focus if chance(random, 0.6) else random.choice(kinds), FIRST_NEW_KEY
            )
            for number in range(1, count + 1)
        )

    def _competing_write(self, number: int, tool: str, records: int) -> CompetingWrite:
        random = self._random
        what = random.choice(COMPETING_ACTIONS)
        if tool == ATTACH and chance(random, 0.5):
            what = random.choice(("file", "row", "touch"))
        target = random.randint(1, max(1, records))
        if what == "insert":
            target = FIRST_NEW_KEY + random.randint(0, 9)
        kind = self._focus if chance(random, 0.6) else random.choice(REQUESTS_BY_TOOL[tool])
        return CompetingWrite(number, kind, random.choice((1, 1, 2, 3)), random.choice((BEFORE, AFTER)), what, target)

    def races(self, entries: tuple[Entry, ...], record: int, tool: str) -> tuple[CompetingWrite, ...]:
        """Return writes of others to the records that are appended to, between the plugin's read and its write."""
        random = self._random
        if chance(random, 0.6):
            return ()
        if tool == ATTACH:
            # The first read precedes the upload.
            return tuple(self._race(GET_RECORD, random.choice((2, 2, 3)), record, None) for _ in range(2))
        aimed = [entry for entry in entries if entry.rows and entry.target != NEW]
        chosen = random.sample(aimed, min(len(aimed), random.choice((1, 1, 2))))
        return tuple(self._race(GET_RECORDS, random.choice((1, 1, 2)), entry.record, entry.key) for entry in chosen)

    def _race(self, kind: str, nth: int, record: int | None, key: int | None) -> CompetingWrite:
        random = self._random
        # Their numbers start after those of the other competing writes.
        number = random.randint(11, 99)
        if key is not None and key >= FIRST_NEW_KEY:
            return CompetingWrite(number, kind, nth, AFTER, "insert", key)
        what = random.choice(("touch", "note", "row", "row", "change row", "file", "delete"))
        return CompetingWrite(number, kind, nth, AFTER, what, record or key or 1)
