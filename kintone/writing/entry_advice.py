"""What is said of entries that cannot be read, for callers that know the app and for those that do not."""

from collections.abc import Sequence
from typing import Final

from kintone.messages import Message
from kintone.values.numbers import record_id_hint


class EntryAdvice:
    """What is said of entries that cannot be read; a caller that knows the app says more."""

    def record_id(self, value: object) -> str | None:
        """Return the record ID that a value other than a number stands for, None where it stands for none."""
        del value
        return None

    def instead_of_id(self, value: object) -> Message:
        """Return what to write in place of an ``id`` that is no number."""
        return record_id_hint(value) or Message("write the record's number, or leave id out to insert")

    def about_plain_rows(self, rows: Sequence[object]) -> Message:
        """Return what to do with rows that are given without ``update_key``."""
        del rows
        return Message('set update_key to a field that every row has, or write {{"record": {{…}}}} for each of them')


PLAIN_ADVICE: Final = EntryAdvice()
