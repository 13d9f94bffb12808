"""One record of a file."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from kintone.messages import Message
from kintone.record_files.mistakes import FileProblem
from kintone.writing.entries import Entry


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One record of a file.

    ``entry`` has its position, counted from 1, its key, id or revision, and its values as kintone takes them; ``line``
    is the physical line on which it begins, from 1. ``cleared`` counts the fields, tables and cells of saved rows that
    an update empties, 0 for a record that is inserted. ``problems`` say why it must not be written; ``notes`` tell
    values that will be stored differently or were not used.
    """

    entry: Entry
    line: int
    cleared: int = 0
    problems: Sequence[FileProblem] = ()
    notes: Sequence[Message] = field(default=(), repr=False)

    @property
    def position(self) -> int:
        """The position of the record in the file, from 1."""
        return self.entry.position
