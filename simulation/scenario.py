"""The data of one simulated call: an app, records, the call, faults and competing writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from simulation.faults import Fault

ADD, UPSERT, ATTACH, QUERY = "kintone_add_record", "kintone_upsert_records", "kintone_upload_file", "kintone_query"
UPDATE = "kintone_update_record"
COMMENT, READ_COMMENTS = "kintone_add_record_comment", "kintone_get_record_comments"
REMOVE, MOVE = "kintone_delete_records", "kintone_update_status"
READING_TOOLS = (QUERY, READ_COMMENTS)
TEXT, NUMBER = "SINGLE_LINE_TEXT", "NUMBER"
BY_KEY, BY_ID, NEW = "key", "id", "new"
REPLACE, APPEND = "replace", "append"
ADD_MISSING, FAIL = "add", "fail"


@dataclass(frozen=True, slots=True)
class Record:
    """A record that exists before the call; its id is its position, from 1.

    Attributes:
        key: number of its unique key.
        rows: number of rows in its table.
        files: number of its files.
        amount: value that queries are ordered by, and that deletions by query compare.
        status: its status if process management is on.
    """

    key: int
    rows: int = 0
    files: int = 0
    amount: int = 0
    status: str = "open"


FIRST_REVISION = 1
"""Revision of the records that exist before the call."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an upsert, or the one record of an add or an update.

    Attributes:
        number: number of its unique mark; it stays the same when earlier entries are removed.
        target: "key", "id" or "new".
        key: number of the key for "key", and for "new" if the record contains one; otherwise None.
        record: the record id for "id".
        revision: the given revision; None for none.
        rows: number of given rows; None if the table is not given.
        note: whether it writes the field that other writers also write.
        decimals: whether a number key is written as "3.0".
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
        """The text in the field `mark` that only this entry writes."""
        return f"mark{self.number}"

    def cells(self) -> list[str]:
        """Return the texts of its rows."""
        return [f"cell{self.number}.{row}" for row in range(1, (self.rows or 0) + 1)]


@dataclass(frozen=True, slots=True)
class InjectedFault:
    """A fault and the requests that it is injected into: of one kind, from the nth on, `times` times."""

    kind: str
    nth: int
    fault: Fault
    times: int = 1

    def matches(self, kind: str, nth: int) -> bool:
        """Tell whether the fault is injected into the nth request of a kind."""
        return kind == self.kind and self.nth <= nth < self.nth + self.times


@dataclass(frozen=True, slots=True)
class CompetingWrite:
    """A write of another writer before or after a request of the plugin.

    Attributes:
        number: number of its own mark.
        kind: kind of the plugin's request.
        nth: number of the request within its kind, from 1.
        when: "before" or "after" kintone executes that request.
        what: "insert", "touch", "note", "row", "change row", "file", "delete", "comment", "uncomment", "act" (moves the
            record to another status) or "assign" (to somebody else).
        target: the record's id, for "insert" the number of the key, for "uncomment" the comment's id.
    """

    number: int
    kind: str
    nth: int
    when: str
    what: str
    target: int

    def summary(self) -> str:
        """Return one line for a trace."""
        return f"another writer: {self.what} {self.target}"


COMPETING_ACTIONS = ("insert", "touch", "note", "row", "change row", "file", "delete")


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that is generated from a seed.

    Attributes:
        record: the record that is commented on, or that files are attached to.
        comments: number of comments that the record has before the call.
        chosen: ids of the records that are deleted or moved to another status.
        by_query: whether a deletion names a query, which matches the chosen records, instead of ids.
        miscount: how much the confirmed number of a deletion by query differs from the true one.
        action, assignee: what moves the chosen records, and whom the call names; blank for nobody.
    """

    seed: int
    tool: str
    key_type: str = TEXT
    records: tuple[Record, ...] = ()
    entries: tuple[Entry, ...] = ()
    injected_faults: tuple[InjectedFault, ...] = ()
    competing_writes: tuple[CompetingWrite, ...] = ()
    validated: bool = True
    table_mode: str = REPLACE
    file_mode: str = APPEND
    when_missing: str = ADD_MISSING
    record: int = 1
    files: int = 1
    comments: int = 0
    chosen: tuple[int, ...] = ()
    by_query: bool = False
    miscount: int = 0
    action: str = ""
    assignee: str = ""
    descending: bool = False
    batch: int = 3
    page: int = 5
    request_timeout: int = 30
    budget: int = 280
    slots: int = 10

    def without(self, field: str, index: int) -> Scenario:
        """Return a copy without one element of `injected_faults`, `competing_writes`, `entries` or `records`."""
        values = getattr(self, field)
        changed: dict[str, Any] = {field: values[:index] + values[index + 1 :]}
        return replace(self, **changed)

    @property
    def size(self) -> int:
        """A measure of the scenario's size, which the shrinker reduces."""
        rows = sum((entry.rows or 0) + entry.note + (entry.revision is not None) for entry in self.entries)
        rows += sum(record.rows + record.files for record in self.records)
        return (
            3 * (len(self.injected_faults) + len(self.competing_writes))
            + 2 * len(self.entries)
            + len(self.records)
            + rows
            + self.files
            + self.comments
            + len(self.chosen)
        )

    def fault_of(self, kind: str, nth: int) -> Fault | None:
        """Return the fault of the nth request of a kind; None for none."""
        return next((injected.fault for injected in self.injected_faults if injected.matches(kind, nth)), None)

    def competing_writes_at(self, kind: str, nth: int, when: str) -> list[CompetingWrite]:
        """Return the competing writes before or after the nth request of a kind."""
        return [
            competing
            for competing in self.competing_writes
            if (competing.kind, competing.nth, competing.when) == (kind, nth, when)
        ]
