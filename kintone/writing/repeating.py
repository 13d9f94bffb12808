"""Whether the same entries can be sent once more: after an unknown outcome, and as a retry of a workflow does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from kintone.messages import Message
from kintone.remedies import RETRY_IS_HARMLESS, RETRY_IS_REFUSED, RETRY_MEETS_OTHERS, RETRY_WRITES_TWICE
from kintone.writing.entries import Entry

SAFE_TO_RESEND = Message("sending these again is safe, since an update key or id finds the same records again")


@dataclass(slots=True)
class EntryTraits:
    """What of the entries of a call decides whether they can be sent once more.

    ``fresh`` have neither update key nor id, ``first_fresh`` is the position of the first of them. ``appends`` tells
    whether one adds rows or files to those that are saved.
    """

    appends: bool = False
    count: int = 0
    fresh: int = 0
    first_fresh: int = 0
    revisions: bool = False
    file_keys: bool = False
    _keys: set[str] = field(default_factory=set)
    _codes: set[str] = field(default_factory=set)

    def add(self, entries: Sequence[Entry]) -> Self:
        """Note more entries."""
        self.count += len(entries)
        for entry in entries:
            if entry.update_key is not None:
                self._keys.add(entry.update_key.field)
            elif entry.id is None:
                self.first_fresh = self.first_fresh or entry.position
                self.fresh += 1
            self._codes.update(entry.record)
            self.revisions |= entry.revision is not None
        self.file_keys = self.file_keys or holds_file_keys(entries)
        return self

    def take_back(self, entries: Sequence[Entry]) -> None:
        """Count entries no more, the last ones that were noted, since they were not sent."""
        self.count -= len(entries)
        self.fresh -= sum(entry.update_key is None and entry.id is None for entry in entries)

    @property
    def renames_keys(self) -> bool:
        """Whether an entry writes a field by which another entry finds its record."""
        return not self._keys.isdisjoint(self._codes)


def resend_advice(traits: EntryTraits) -> Message:  # noqa: PLR0911 - one for each reason
    """Say whether entries that may have been saved can be sent again, and if not, what to look for first."""
    if traits.fresh == 1:
        return Message(
            "wait a minute and look in kintone first: "
            "entry {position} has neither update key nor id, and sending it again would insert "
            "it twice if it is there",
            position=traits.first_fresh,
        )
    if traits.fresh:
        return Message(
            "wait a minute and look in kintone first: "
            "{count} of these entries (the first is entry {first}) have neither update key nor "
            "id, and sending them again would insert them twice if they are there",
            count=traits.fresh,
            first=traits.first_fresh,
        )
    if traits.renames_keys:
        return Message(
            "wait a minute and look in kintone first: "
            "some entries change the field by which others find their records, and sending them "
            "again may find other records"
        )
    if traits.file_keys:
        return Message(
            "wait a minute and look in kintone first: "
            "the key of an uploaded file can be used once only, so upload the files again where "
            "they are not there"
        )
    if traits.appends:
        return Message("wait a minute and look in kintone first: rows or files that are there would be appended twice")
    if traits.revisions:
        return Message(
            "wait a minute and look in kintone first: "
            "an entry with a revision is refused when it is sent again after it was saved, "
            "since its record then has a new revision"
        )
    return SAFE_TO_RESEND


def retry_note(traits: EntryTraits) -> Message:
    """Say what a repetition of the whole call does after a failure, when some or all of its entries may be saved."""
    if traits.appends or traits.fresh:
        return RETRY_WRITES_TWICE
    if traits.renames_keys:
        return RETRY_MEETS_OTHERS
    if traits.file_keys or traits.revisions:
        return RETRY_IS_REFUSED
    return RETRY_IS_HARMLESS


def repeat_notice(traits: EntryTraits) -> Message:
    """Say what would happen if the same entries were sent once more, as a retry of a workflow's node does."""
    if traits.fresh:
        return Message(
            "Warning: {fresh} of {count} entries (the first is entry {first}) have neither update key nor id; sending "
            "them again, as a retry of the workflow's node does, would insert them twice. Give them an update key, or "
            "switch the retry off.",
            fresh=traits.fresh,
            count=traits.count,
            first=traits.first_fresh,
        )
    if traits.renames_keys:
        return Message(
            "Warning: some entries change the field by which others find their records, so sending the same entries "
            "again, as a retry of the workflow's node does, may find other records or add new ones."
        )
    if traits.file_keys:
        return Message(
            "Warning: the key of an uploaded file can be used once only, so sending the same entries again, as a retry "
            "of the workflow's node does, is refused."
        )
    if traits.appends:
        return Message(
            "Warning: in append mode, sending the same entries again, as a retry of the workflow's node does, would "
            "append their rows or files twice."
        )
    if traits.revisions:
        return Message(
            "Warning: an entry with a revision is refused when it is sent again, as a retry of the workflow's node "
            "does, since its record then has a new revision."
        )
    return Message(
        "Every entry has an update key or an id, so sending the same entries again is safe: the same records are found."
    )


def renames_keys(entries: Sequence[Entry]) -> bool:
    """Tell whether an entry writes a field by which another entry finds its record.

    When such entries are sent again, the key may find another record or none.
    """
    fields = {entry.update_key.field for entry in entries if entry.update_key is not None}
    return any(not fields.isdisjoint(entry.record) for entry in entries) if fields else False


def holds_file_keys(entries: Sequence[Entry]) -> bool:
    """Tell whether an entry attaches files: the key of an uploaded file can be used once only."""
    return any(_has_file_key(cell) for entry in entries for cell in entry.record.values() if not _is_text_alone(cell))


def _is_text_alone(cell: object) -> bool:
    """Tell whether a cell is ``{"value": "…"}``, as nearly all are; the look for keys takes long."""
    return type(cell) is dict and len(cell) == 1 and type(cell.get("value")) is str


def _has_file_key(value: object) -> bool:
    if isinstance(value, Mapping):
        # A table column with the code "fileKey" has an object as its value.
        return isinstance(value.get("fileKey"), str) or any(map(_has_file_key, value.values()))
    return isinstance(value, list | tuple) and any(map(_has_file_key, value))
