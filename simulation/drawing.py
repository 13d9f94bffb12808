"""Draws a scenario from a seed: kinds of requests that are to be met first, then a call that makes them."""

from __future__ import annotations

from random import Random

from simulation.faults import (
    AFTER,
    BEFORE,
    BULK,
    CATALOGUE,
    DELETE_CURSOR,
    GET_CURSOR,
    GET_FORM,
    GET_RECORD,
    GET_RECORDS,
    KINDS,
    NO_CURSOR,
    POST_CURSOR,
    POST_FILE,
    POST_RECORD,
    POST_RECORDS,
    PUT_RECORD,
    PUT_RECORDS,
    Fault,
    ends_call,
    is_sensible,
)
from simulation.scenario import (
    ACTS,
    ADD,
    APPEND,
    ATTACH,
    BY_ID,
    BY_KEY,
    NEW,
    NUMBER,
    QUERY,
    REPLACE,
    TEXT,
    UPSERT,
    Act,
    Entry,
    Record,
    Scenario,
    Trouble,
)

REAL_BATCH, REAL_PAGE = 100, 500
SMALL_BATCH, SMALL_PAGE = 3, 5
MAX_BULK_REQUESTS = 20
UNKNOWN_ID = 900
FIRST_NEW_KEY = 500

# The tool whose calls make a kind of request.
MADE_BY = {
    GET_FORM: (ADD, UPSERT),
    GET_RECORD: (ATTACH,),
    GET_RECORDS: (QUERY, UPSERT),
    POST_RECORD: (ADD,),
    POST_RECORDS: (UPSERT,),
    PUT_RECORD: (ATTACH,),
    PUT_RECORDS: (UPSERT,),
    BULK: (UPSERT,),
    POST_FILE: (ATTACH,),
    POST_CURSOR: (QUERY,),
    GET_CURSOR: (QUERY,),
    DELETE_CURSOR: (QUERY,),
}
HEAVY, LIGHT = 20, 1
"""Weights of pairs that end a call, of which a scenario can meet one only, and of those that it meets on the way."""

# Three files are sent at once; the reading of each cursor that is deleted was ended by a fault; a refused deletion is
# not tried again; of the reads of records, those of an upsert are several, and some of its updates become inserts.
_SHARES = {
    GET_FORM: 1.05,
    GET_RECORD: 1.15,
    POST_FILE: 1.3,
    GET_CURSOR: 0.28,
    DELETE_CURSOR: 1.4,
    POST_CURSOR: 1.2,
    POST_RECORD: 1.15,
    POST_RECORDS: 1.1,
    PUT_RECORDS: 1.35,
    GET_RECORDS: 1.2,
    BULK: 1.2,
    PUT_RECORD: 1.35,
}


def _strata() -> list[tuple[str, str]]:
    """Return the pairs of a kind of request and a fault, as often as each is to be drawn."""
    pairs = []
    for kind in KINDS:
        for column in CATALOGUE:
            if is_sensible(kind, column):
                weight = HEAVY if ends_call(kind, column) else LIGHT
                pairs_weight = max(1, round(weight * _SHARES.get(kind, 1.0)))
                pairs += [(kind, column)] * pairs_weight
    Random(3).shuffle(pairs)
    return pairs


STRATA = _strata()
CALM = 0.02
"""Share of scenarios in which nothing goes wrong."""

ROUTES = {
    ADD: (GET_FORM, POST_RECORD),
    UPSERT: (GET_FORM, GET_RECORDS, POST_RECORDS, PUT_RECORDS, BULK),
    ATTACH: (POST_FILE, GET_RECORD, PUT_RECORD),
    QUERY: (GET_RECORDS, POST_CURSOR, GET_CURSOR),
}


def draw(seed: int) -> Scenario:
    """Return the scenario of a seed."""
    random = Random(seed)
    focus, column = STRATA[seed % len(STRATA)]
    tool = random.choice(MADE_BY[focus])
    real = random.randrange(100) == 0
    drawer = _Drawer(random, focus, column, real=real)
    records = drawer.records(tool)
    entries = drawer.entries(tool, len(records))
    table_mode = APPEND if tool == UPSERT and (focus == GET_RECORDS or chance(random, 0.5)) else REPLACE
    record = random.randint(1, max(1, len(records))) if chance(random, 0.98) else UNKNOWN_ID
    timeout = random.choice((5, 10, 30, 30, 60))
    budget = random.choice((40, 90, 280, 280))
    if chance(random, 0.05):
        timeout, budget = 300, random.choice((10, 30))
    return Scenario(
        seed=seed,
        tool=tool,
        key_type=random.choice((TEXT, TEXT, NUMBER)),
        records=records,
        entries=entries,
        troubles=drawer.troubles(tool),
        acts=(*drawer.acts(tool, len(records)), *drawer.races(entries if table_mode == APPEND else (), record, tool)),
        checked=focus == GET_FORM or chance(random, 0.6),
        table_mode=table_mode,
        file_mode=random.choice((APPEND, APPEND, REPLACE)),
        record=record,
        files=random.choice((1, 1, 2, 3)),
        descending=chance(random, 0.5),
        batch=REAL_BATCH if real else SMALL_BATCH,
        page=REAL_PAGE if real else SMALL_PAGE,
        request_timeout=timeout,
        budget=budget,
        slots=random.choice((1, 2, 10, 10)),
    )


def chance(random: Random, share: float) -> bool:
    """Draw whether something with this share happens."""
    return random.random() < share


class _Drawer:
    """Draws the parts of one scenario."""

    def __init__(self, random: Random, focus: str, column: str, *, real: bool) -> None:
        self._random = random
        self._focus = focus
        self._column = column
        self._real = real

    def records(self, tool: str) -> tuple[Record, ...]:
        random = self._random
        count = random.choice((1, 2, 3, 5, 8))
        if tool == QUERY:
            page = REAL_PAGE if self._real else SMALL_PAGE
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
        if tool != UPSERT:
            return ()
        targets = self._targets()
        free_ids = self._random.sample(range(1, records + 1), records)
        return tuple(self._targeted(number, target, free_ids) for number, target in enumerate(targets, 1))

    def _targets(self) -> list[str]:
        random, focus = self._random, self._focus
        batch = REAL_BATCH if self._real else SMALL_BATCH
        small = random.randint(1, batch) if focus in (POST_RECORDS, PUT_RECORDS) else random.randint(1, 3 * batch)
        count = random.choice((1, 2, small, small, small, small))
        if focus not in (POST_RECORDS, PUT_RECORDS) and chance(random, 0.15):
            # Over the border of one bulk request.
            count = random.randint(MAX_BULK_REQUESTS * batch - 1, MAX_BULK_REQUESTS * batch + 2 * batch)
        if focus == POST_RECORDS:
            return [NEW] * count
        if focus == PUT_RECORDS:
            return random.choice(([BY_KEY] * count, [BY_ID] * count, random.choices((BY_ID, BY_KEY), k=count)))
        targets = random.choices((BY_KEY, BY_ID, NEW), (4, 3, 3), k=count)
        # Entries of two kinds need a bulk request.
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
            known = free_ids and chance(random, 0.5)
            return self._entry(number, target, 0, free_ids.pop() if known else new_key)
        taken = free_ids and chance(random, 0.12)
        return self._entry(number, target, 0, free_ids[0] if taken else random.choice((new_key, None)))

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

    def troubles(self, tool: str) -> tuple[Trouble, ...]:
        random, focus = self._random, self._focus
        if chance(random, CALM):
            return ()
        troubles = []
        if focus == DELETE_CURSOR:
            # A cursor is deleted only where reading it breaks off.
            breaking = self._fault(GET_CURSOR, [column for column in CATALOGUE if ends_call(GET_CURSOR, column)])
            troubles.append(Trouble(GET_CURSOR, random.choice((1, 1, 1, 2)), breaking))
        nth = 1
        passing = [column for column in CATALOGUE if is_sensible(focus, column) and not ends_call(focus, column)]
        for _ in range(random.choice((0, 0, 0, 1, 1, 2))):
            troubles.append(Trouble(focus, nth, self._fault(focus, passing)))
            nth += 1
        times = 3 if focus == POST_FILE else random.choice((1, 1, 1, 1, 1, 1, 2, 3, 50))
        troubles.append(Trouble(focus, nth, self._fault(focus, [self._column]), times))
        nth += times
        for _ in range(random.choice((0, 0, 1, 2))):
            troubles.append(Trouble(focus, nth, self._fault(focus)))
            nth += 1
        for _ in range(random.choice((0, 0, 0, 1, 2))):
            kind = random.choice(ROUTES[tool])
            if kind != focus:
                harmless = chance(random, 0.7)
                troubles.append(Trouble(kind, random.choice((1, 1, 2)), self._fault(kind, harmless=harmless)))
        return tuple(troubles)

    def _fault(self, kind: str, columns: list[str] | None = None, *, harmless: bool = False) -> Fault:
        if columns is None:
            columns = [column for column in CATALOGUE if is_sensible(kind, column)]
            columns = [column for column in columns if not (harmless and ends_call(kind, column))]
        column = self._random.choice(columns)
        if kind == POST_CURSOR and column == "429, before" and chance(self._random, 0.5):
            return NO_CURSOR
        return self._random.choice(CATALOGUE[column])

    def acts(self, tool: str, records: int) -> tuple[Act, ...]:
        random = self._random
        if chance(random, 0.55):
            return ()
        return tuple(self._act(number, tool, records) for number in range(1, random.choice((1, 1, 2, 3)) + 1))

    def _act(self, number: int, tool: str, records: int) -> Act:
        random = self._random
        what = random.choice(ACTS)
        if tool == ATTACH and chance(random, 0.5):
            what = random.choice(("file", "row", "touch"))
        target = random.randint(1, max(1, records))
        if what == "insert":
            target = FIRST_NEW_KEY + random.randint(0, 9)
        kind = self._focus if chance(random, 0.6) else random.choice(ROUTES[tool])
        return Act(number, kind, random.choice((1, 1, 2, 3)), random.choice((BEFORE, AFTER)), what, target)

    def races(self, entries: tuple[Entry, ...], record: int, tool: str) -> tuple[Act, ...]:
        """Return what others do to the very records that are appended to, between reading and writing."""
        random = self._random
        if chance(random, 0.6):
            return ()
        if tool == ATTACH:
            # The first reading is that before the upload.
            return tuple(self._race(GET_RECORD, random.choice((2, 2, 3)), record, None) for _ in range(2))
        aimed = [entry for entry in entries if entry.rows and entry.target != NEW]
        chosen = random.sample(aimed, min(len(aimed), random.choice((1, 1, 2))))
        return tuple(self._race(GET_RECORDS, random.choice((1, 1, 2)), entry.record, entry.key) for entry in chosen)

    def _race(self, kind: str, nth: int, record: int | None, key: int | None) -> Act:
        random = self._random
        # Their own numbers begin where those of the other acts end.
        number = random.randint(11, 99)
        if key is not None and key >= FIRST_NEW_KEY:
            return Act(number, kind, nth, AFTER, "insert", key)
        what = random.choice(("touch", "note", "row", "row", "change row", "file", "delete"))
        return Act(number, kind, nth, AFTER, what, record or key or 1)
