"""What an upsert is asked to do, and what it reports."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from kintone.forms.fields import Form
from kintone.ledger import Span
from kintone.writing.append import AppendPlan, ListMode
from kintone.writing.batches import SavedRecord
from kintone.writing.entries import Entry
from kintone.writing.list_changes import ListChange
from kintone.writing.repeating import EntryTraits


class WhenMissing(Enum):
    """What an update key does that no record has: it adds a record, or it is an error."""

    ADD = "add"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class UpsertRequest:
    """The entries to write into an app.

    The records of the entries are in kintone's own shape, ``{"code": {"value": …}}``; their positions are counted
    again from 1. Where the entries come from a file, ``entries`` is empty. ``atomic`` refuses entries that do not fit
    into one batch. ``form`` shows which fields are tables or attachment fields and which keys are numbers; appending
    needs it. With ``when_missing`` set to ``FAIL`` an update key that no record has is an error. ``is_single`` is for
    one update, where the caller does not number its entries; ``tells_lists`` reads what the record has, so that the
    report shows what becomes of its rows and files.
    """

    app: int
    entries: Sequence[Entry] = field(repr=False)
    atomic: bool = False
    table_mode: ListMode = ListMode.REPLACE
    file_mode: ListMode = ListMode.REPLACE
    form: Form | None = field(default=None, repr=False)
    is_single: bool = False
    when_missing: WhenMissing = WhenMissing.ADD
    tells_lists: bool = False

    def __post_init__(self) -> None:
        """Raise ``TypeError`` for appending without a form, which shows what is a table."""
        if self.form is None and ListMode.APPEND in (self.table_mode, self.file_mode):
            raise TypeError("appending needs the app's form")

    @property
    def appending(self) -> AppendPlan:
        """Which fields are appended to."""
        tables, files = self.table_mode is ListMode.APPEND, self.file_mode is ListMode.APPEND
        fields = self.form.fields if self.form else {}
        return AppendPlan(fields, tables, files, self.tells_lists, numbered=not self.is_single)

    @property
    def number_keys(self) -> Collection[str]:
        """The codes of the app's number fields."""
        if self.form is None:
            return ()
        return {code for code, definition in self.form.fields.items() if definition.is_number}


@dataclass(slots=True)
class UpsertReport:
    """The outcome of the entries: ``results`` in input order, and kintone's ``responses``, one for each batch.

    Of a file, both are empty. ``added`` and ``updated`` count the saved records. ``repeated`` are the entries that were
    sent again after a try whose outcome was unknown: a record that the first try added is reported as updated.
    ``list_changes`` tells what became of the rows and files of an entry's record, by its position, where the request
    asked for it. ``next_entry`` is the first entry of a file that was not written because the time was nearly over,
    None where all are written.
    """

    results: list[SavedRecord] = field(default_factory=list, repr=False)
    responses: list[dict[str, Any]] = field(default_factory=list, repr=False)
    requested: int = 0
    with_update_key: int = 0
    added: int = 0
    updated: int = 0
    repeated: list[Span] = field(default_factory=list)
    list_changes: dict[int, Sequence[ListChange]] = field(default_factory=dict)
    traits: EntryTraits = field(default_factory=EntryTraits)
    next_entry: Entry | None = None

    def summary(self) -> dict[str, int]:
        """Return the counts under the names that workflows use."""
        return {
            "add": self.added,
            "updated": self.updated,
            "requested": self.requested,
            "with_update_key": self.with_update_key,
        }


def _ignore(_entries: Sequence[Entry], _results: Sequence[SavedRecord]) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class EntryStream:
    """The entries of a file, which are read while those before are written.

    Their positions follow each other from ``first`` on. An error of ``entries`` ends the writing after the entries
    before it that fill a batch. With ``stops_early`` the writing ends well when the time of the call is nearly over.
    ``on_saved`` is told each saved batch.
    """

    entries: Iterator[Entry]
    first: int = 1
    stops_early: bool = False
    on_saved: Callable[[Sequence[Entry], Sequence[SavedRecord]], None] = _ignore
