"""The state of each entry of a write: not sent, refused, saved or unknown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby


class EntryState(IntEnum):
    """The state of one entry."""

    NOT_SENT = 0
    """No byte of a request with this entry was sent."""
    REFUSED = 1
    """kintone, or a server in front of it, refused the request before anything was written."""
    SAVED = 2
    """kintone answered that it is saved."""
    UNKNOWN = 3
    """It was sent, and no answer proves whether it was saved."""


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive entries, from ``first`` to ``last``, counted from 1."""

    first: int
    last: int

    def __len__(self) -> int:
        """Count the entries."""
        return self.last - self.first + 1


ONE_ENTRY = Span(1, 1)


class WriteLedger:
    """The states of all entries of one tool call, by position from 1, and kintone's results for the saved ones.

    An unknown entry stays unknown until an answer proves that it is saved: the refusal of a second attempt says nothing
    about the first one. ``repeated`` holds the spans that were saved by an attempt after one with an unknown outcome;
    what kintone then reports as updated may have been inserted by the earlier attempt. ``numbered`` is false if the
    call writes a single record, which messages do not number. ``own_words`` is true if the error itself says what
    became of the entries: of a deletion, whose entries are record ids. Positions begin at ``first``: entries of a file
    are added while it is read, so that more may follow than were added. ``keeps_results`` is false for them, and then
    one takes a byte.
    """

    def __init__(
        self, entries: int, *, numbered: bool = True, own_words: bool = False, first: int = 1,
        keeps_results: bool = True,
    ) -> None:  # fmt: skip
        """Start with all entries ``NOT_SENT``."""
        self.numbered = numbered
        self.own_words = own_words
        self.repeated: list[Span] = []
        self.first = first
        self._states = bytearray(entries)
        self._results: dict[int, Mapping[str, object]] = {}
        self._keeps_results = keeps_results

    @property
    def is_open(self) -> bool:
        """Whether entries may follow that were not added yet; none of them is saved."""
        return not self._keeps_results

    def grow(self, entries: int) -> None:
        """Add entries behind the last one, ``NOT_SENT``."""
        self._states += bytes(entries)

    @property
    def last(self) -> int:
        """The position of the last entry; one less than ``first`` without entries."""
        return self.first + len(self._states) - 1

    def __len__(self) -> int:
        """Count the entries."""
        return len(self._states)

    def state(self, position: int) -> EntryState:
        """Return the state of the entry at a position; raises ``IndexError``."""
        if not self.first <= position <= self.last:
            raise IndexError(position)
        return EntryState(self._states[position - self.first])

    def count(self, state: EntryState) -> int:
        """Count the entries in this state."""
        return self._states.count(state)

    def has_unknown(self, span: Span | None = None) -> bool:
        """Return whether an entry of the span, or of all, is unknown."""
        states = self._states if span is None else self._states[self._slice(span)]
        return EntryState.UNKNOWN in states

    def mark_refused(self, span: Span) -> None:
        """Mark entries as refused before anything was written; unknown ones stay unknown."""
        self._mark(span, EntryState.REFUSED)

    def mark_unknown(self, span: Span) -> None:
        """Mark entries as sent with an unknown outcome."""
        self._mark(span, EntryState.UNKNOWN)

    def mark_saved(self, span: Span, results: Sequence[Mapping[str, object]] = ()) -> None:
        """Mark entries as saved; ``results`` are those of kintone, in the order of the entries."""
        if self.has_unknown(span):
            self.repeated.append(span)
        self._states[self._slice(span)] = bytes([EntryState.SAVED]) * len(span)
        if self._keeps_results:
            self._results.update(enumerate(results, start=span.first))

    def settle_as_refused(self, span: Span) -> None:
        """Mark unknown entries as refused: what was read afterwards proves that no attempt wrote them, or still can."""
        self._states[self._slice(span)] = bytes([EntryState.REFUSED]) * len(span)

    def results(self) -> list[Mapping[str, object]]:
        """Return kintone's results of the saved entries, in the order of the entries."""
        return [self._results[position] for position in sorted(self._results)]

    def spans(self) -> Iterator[tuple[Span, EntryState]]:
        """Yield the longest spans of entries in the same state, in order."""
        position = self.first
        for state, run in groupby(self._states):
            length = len(list(run))
            yield Span(position, position + length - 1), EntryState(state)
            position += length

    def first_unsaved(self) -> int | None:
        """Return the position of the first entry that is not known to be saved, or None."""
        return next((span.first for span, state in self.spans() if state is not EntryState.SAVED), None)

    def _mark(self, span: Span, state: EntryState) -> None:
        for index in range(span.first - self.first, span.last - self.first + 1):
            if self._states[index] not in (EntryState.UNKNOWN, EntryState.SAVED):
                self._states[index] = state

    def _slice(self, span: Span) -> slice:
        return slice(span.first - self.first, span.last - self.first + 1)
