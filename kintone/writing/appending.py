"""Appending to tables and attachments: kintone replaces both, so what is saved is read first and sent along.

A saved row or file that an update leaves out is deleted;
https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from kintone.operations import Caller
from kintone.writing.entries import Entry
from kintone.writing.existing_records import Existing, read_existing
from kintone.writing.saved_lists import appended_files, appended_rows
from kintone.writing.transactions import Item, Merged, item_of

TABLE = "SUBTABLE"
ATTACHMENT = "FILE"


class ListMode(Enum):
    """What happens to rows and attachments that an updated record already has."""

    REPLACE = "replace"
    APPEND = "append"


@dataclass(frozen=True, slots=True)
class Appender:
    """Merges what entries bring with what is saved, for tables, for attachments or for both."""

    caller: Caller
    app: int
    tables: bool
    files: bool

    def concerns(self, entry: Entry) -> bool:
        """Tell whether the entry may append something."""
        return (entry.update_key is not None or entry.id is not None) and bool(self._lists(entry))

    def merged(self, items: Sequence[Item]) -> list[Item]:
        """Read the records that are concerned and return all items, with the saved rows and files in them."""
        entries = [item.entry for item in items if self.concerns(item.entry)]
        codes = sorted({code for entry in entries for code in self._lists(entry)})
        existing = read_existing(self.caller, self.app, entries, codes)
        return [self._merge(item, existing.get(item.entry.position)) for item in items]

    def _merge(self, item: Item, existing: Existing | None) -> Item:
        if existing is None:
            return item
        record = dict(item.entry.record)
        kept_rows: dict[str, int] = {}
        grown = False
        for code, given in self._lists(item.entry).items():
            kind = existing.kind(code)
            if not self._appends_to(kind):
                continue
            if not given:
                del record[code]
                continue
            grown = True
            saved = existing.items(code)
            if kind == TABLE:
                kept_rows[code] = len(saved)
                record[code] = {"value": appended_rows(saved, given)}
            else:
                record[code] = {"value": appended_files(saved, given)}
        if grown:
            return item_of(item.entry, Merged(record, existing.revision, kept_rows))
        return item_of(item.entry.with_record(record)) if len(record) < len(item.entry.record) else item

    def _appends_to(self, kind: str) -> bool:
        return (kind == TABLE and self.tables) or (kind == ATTACHMENT and self.files)

    def _lists(self, entry: Entry) -> dict[str, Sequence[object]]:
        """Return the values that could be tables or attachments; what they are is seen in the saved record.

        null and an empty text are the empty value of both.
        """
        found: dict[str, Sequence[object]] = {}
        for code, wrapper in entry.record.items():
            value = wrapper["value"] if isinstance(wrapper, Mapping) and "value" in wrapper else wrapper
            if value is None or value == "":
                found[code] = []
            elif isinstance(value, list | tuple) and all(self._fits(part) for part in value):
                found[code] = value
        return found

    def _fits(self, part: object) -> bool:
        if not isinstance(part, Mapping):
            return False
        return (self.files and "fileKey" in part) or (self.tables and "fileKey" not in part and "code" not in part)
