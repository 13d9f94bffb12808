"""What happens in one simulated call: an app, records, the call, faults and other writers. All of it is data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from simulation.faults import Fault

ADD, UPSERT, ATTACH, QUERY = "kintone_add_record", "kintone_upsert_records", "kintone_upload_file", "kintone_query"
TEXT, NUMBER = "SINGLE_LINE_TEXT", "NUMBER"
BY_KEY, BY_ID, NEW = "key", "id", "new"
REPLACE, APPEND = "replace", "append"


@dataclass(frozen=True, slots=True)
class Record:
    """A record that is there when the call begins; its id is its position, from 1.

    Attributes:
        key: number that makes its unique key.
        rows: how many rows its table has.
        files: how many files it has.
        amount: what queries are ordered by.
    """

    key: int
    rows: int = 0
    files: int = 0
    amount: int = 0


FIRST_REVISION = 1
"""Revision of the records that are there when the call begins."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an upsert, or the one record of an add.

    Attributes:
        number: makes the mark that it writes and that no other writes; stays when entries before it are taken out.
        target: "key", "id" or "new".
        key: number of the key, for "key", and for "new" where the record brings one (None: none).
        record: the id, for "id".
        revision: the revision that it brings, None for none.
        rows: how many rows it brings, None: the table is not named.
        note: whether it writes the field that other writers also write.
        decimals: write a number key as "3.0".
    """

    number: int
    target: str
    key: int | None = None
    record: int | None = None
    revision: int | None = None
    rows: int | None = None
    note: bool = False
    decimals: bool = False

    @property
    def mark(self) -> str:
        """The text that only this entry writes."""
        return f"mark{self.number}"

    def cells(self) -> list[str]:
        """Return the texts in the rows that it brings."""
        return [f"cell{self.number}.{row}" for row in range(1, (self.rows or 0) + 1)]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault and the requests that it meets: of one kind, from the nth on, so many times."""

    kind: str
    nth: int
    fault: Fault
    times: int = 1

    def meets(self, kind: str, nth: int) -> bool:
        """Tell whether it meets the nth request of a kind."""
        return kind == self.kind and self.nth <= nth < self.nth + self.times


@dataclass(frozen=True, slots=True)
class Act:
    """What another writer does around a request of the plugin.

    Attributes:
        number: makes its own mark.
        kind: kind of the plugin's request; `nth` which one of them.
        when: "before" kintone does what that request asks, or "after".
        what: "insert", "touch", "note", "row", "change row", "file" or "delete".
        target: the record's id, or for "insert" the number of the key.
    """

    number: int
    kind: str
    nth: int
    when: str
    what: str
    target: int

    def short(self) -> str:
        """Return one line for a trace."""
        return f"another writer: {self.what} {self.target}"


ACTS = ("insert", "touch", "note", "row", "change row", "file", "delete")


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that is drawn from a seed."""

    seed: int
    tool: str
    key_type: str = TEXT
    records: tuple[Record, ...] = ()
    entries: tuple[Entry, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    acts: tuple[Act, ...] = ()
    checked: bool = True
    table_mode: str = REPLACE
    file_mode: str = APPEND
    record: int = 1
    files: int = 1
    descending: bool = False
    batch: int = 3
    page: int = 5
    request_timeout: int = 30
    budget: int = 280
    slots: int = 10

    def without(self, field: str, place: int) -> Scenario:
        """Return it without one element of `troubles`, `acts`, `entries` or `records`."""
        values = getattr(self, field)
        changed: dict[str, Any] = {field: values[:place] + values[place + 1 :]}
        return replace(self, **changed)

    @property
    def size(self) -> int:
        """How much there is in it; the shrinker makes it smaller."""
        rows = sum((entry.rows or 0) + entry.note + (entry.revision is not None) for entry in self.entries)
        rows += sum(record.rows + record.files for record in self.records)
        return 3 * (len(self.troubles) + len(self.acts)) + 2 * len(self.entries) + len(self.records) + rows + self.files

    def fault_of(self, kind: str, nth: int) -> Fault | None:
        """Return the fault that meets the nth request of a kind."""
        return next((trouble.fault for trouble in self.troubles if trouble.meets(kind, nth)), None)

    def acts_at(self, kind: str, nth: int, when: str) -> list[Act]:
        """Return what others do around the nth request of a kind."""
        return [act for act in self.acts if (act.kind, act.nth, act.when) == (kind, nth, when)]
