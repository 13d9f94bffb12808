"""What is known of each entry of a write: not sent, refused, saved or unknown; data, from which sentences are made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby


class EntryState(IntEnum):
    """What is known of one entry."""

    NOT_SENT = 0
    """No byte of a request that holds it has left."""
    REFUSED = 1
    """kintone, or what stands in front of it, refused it before anything was written."""
    SAVED = 2
    """kintone answered that it is saved, and the answer was read."""
    UNKNOWN = 3
    """It was sent, and no answer proves whether it was saved."""


@dataclass(frozen=True, slots=True)
class Span:
    """Entries one behind the other, counted from 1, the last one included."""

    first: int
    last: int

    def __len__(self) -> int:
        """Count the entries."""
        return self.last - self.first + 1


ONE_ENTRY = Span(1, 1)


class WriteLedger:
    """The states of all entries of one call, by position from 1, and kintone's results for those saved.

    An unknown entry stays unknown until an answer proves that it is saved: what refuses a second try says nothing of
    the first one. ``repeated`` are the spans that kintone saved in a try after one whose outcome is unknown, so that
    what the answer calls an update may be what the try before inserted. ``numbered`` tells whether the caller counts
    its entries; a call that writes one record does not.
    """

    def __init__(self, entries: int, *, numbered: bool = True) -> None:
        """Start with nothing sent."""
        self.numbered = numbered
        self.repeated: list[Span] = []
        self._states = bytearray(entries)
        self._results: dict[int, Mapping[str, object]] = {}

    def __len__(self) -> int:
        """Count the entries."""
        return len(self._states)

    def state(self, position: int) -> EntryState:
        """Return what is known of an entry."""
        if not 1 <= position <= len(self._states):
            raise IndexError(position)
        return EntryState(self._states[position - 1])

    def count(self, state: EntryState) -> int:
        """Count the entries of which this is known."""
        return self._states.count(state)

    def has_unknown(self, span: Span | None = None) -> bool:
        """Tell whether an entry, among these or among all, may have been saved."""
        states = self._states if span is None else self._states[span.first - 1 : span.last]
        return EntryState.UNKNOWN in states

    def refuse(self, span: Span) -> None:
        """Note that these were refused before anything was written; unknown ones stay unknown."""
        self._mark(span, EntryState.REFUSED)

    def leave_unknown(self, span: Span) -> None:
        """Note that these were sent and that nothing is known of them."""
        self._mark(span, EntryState.UNKNOWN)

    def save(self, span: Span, results: Sequence[Mapping[str, object]] = ()) -> None:
        """Note that these are saved, with kintone's results in their order."""
        if self.has_unknown(span):
            self.repeated.append(span)
        self._states[span.first - 1 : span.last] = bytes([EntryState.SAVED]) * len(span)
        self._results.update(enumerate(results, start=span.first))

    def results(self) -> list[Mapping[str, object]]:
        """Return kintone's results of the saved entries, in the order of the entries."""
        return [self._results[position] for position in sorted(self._results)]

    def spans(self) -> Iterator[tuple[Span, EntryState]]:
        """Yield the spans of entries of which the same is known, in order."""
        position = 1
        for state, run in groupby(self._states):
            length = len(list(run))
            yield Span(position, position + length - 1), EntryState(state)
            position += length

    def first_unsaved(self) -> int | None:
        """Return the position of the first entry that is not surely saved, or None."""
        return next((span.first for span, state in self.spans() if state is not EntryState.SAVED), None)

    def _mark(self, span: Span, state: EntryState) -> None:
        for index in range(span.first - 1, span.last):
            if self._states[index] not in (EntryState.UNKNOWN, EntryState.SAVED):
                self._states[index] = state
