"""Which keys a file has held so far, in 12 to 27 bytes a key: its hash, and the line on which it stood first."""

from array import array
from collections.abc import Hashable
from dataclasses import replace
from typing import Final

from kintone.field_types import RECORD_ID
from kintone.messages import Message
from kintone.problems import Problem, ProblemCode
from kintone.record_files.file_records import FileRecord
from kintone.record_files.mistakes import FileProblem, a_problem

FIRST_SLOTS: Final = 1_024
_ALL_BITS = 2**64 - 1
_LAST_LINE = 2**32 - 1


class SeenKeys:
    """Keys with their lines, in a table of 64-bit hashes that is at most two thirds full.

    Of ten million different keys, two have the same hash once in 300,000 files.
    """

    def __init__(self) -> None:
        """Start without keys."""
        self._hashes = array("Q", bytes(8 * FIRST_SLOTS))
        self._lines = array("I", bytes(4 * FIRST_SLOTS))
        self._count = 0

    def first_line(self, key: Hashable, line: int) -> int:
        """Return the line on which a key stood before; 0 for a new one, which is kept with its line."""
        wanted = hash(key) & _ALL_BITS or 1
        slot = self._slot(wanted)
        if self._hashes[slot]:
            return self._lines[slot]
        self._hashes[slot] = wanted
        self._lines[slot] = min(line, _LAST_LINE)
        self._count += 1
        if self._count * 3 > len(self._hashes) * 2:
            self._grow()
        return 0

    def checked(self, record: FileRecord) -> FileRecord:
        """Return a record, with a problem if one before it had the same key or id."""
        entry = record.entry
        key = entry.update_key or (entry.id and (RECORD_ID, entry.id))
        if not key:
            return record
        first = self.first_line(key, record.line)
        if not first:
            return record
        problem = FileProblem(record.line, "", _repeated(*key, first))
        return replace(record, problems=[*record.problems, problem])

    def _slot(self, wanted: int) -> int:
        hashes, mask = self._hashes, len(self._hashes) - 1
        slot = wanted & mask
        while hashes[slot] and hashes[slot] != wanted:
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        hashes, lines = self._hashes, self._lines
        self._hashes = array("Q", bytes(16 * len(hashes)))
        self._lines = array("I", bytes(8 * len(hashes)))
        for place, kept in enumerate(hashes):
            if kept:
                slot = self._slot(kept)
                self._hashes[slot] = kept
                self._lines[slot] = lines[place]


def _repeated(code: str, value: str, first: int) -> Problem:
    complaint = Message('the record on line {first} has the same key, "{value}"', first=first, value=value)
    advice = Message(
        "keep one of them; if the lines are rows of a table, put a column * in front that has * where a record begins"
    )
    return a_problem(code, ProblemCode.BAD_FORMAT, complaint, advice)
