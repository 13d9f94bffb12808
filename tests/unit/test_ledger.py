"""What is known of each entry of a write."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kintone.ledger import ONE_ENTRY, EntryState, Span, WriteLedger

NOT_SENT, REFUSED, SAVED, UNKNOWN = EntryState


def states(ledger: WriteLedger) -> list[EntryState]:
    """Return the states of all entries."""
    return [ledger.state(position) for position in range(1, len(ledger) + 1)]


def test_ledger_when_nothing_was_sent() -> None:
    """Everything is still to be sent, and nothing can be there."""
    ledger = WriteLedger(3)

    assert states(ledger) == [NOT_SENT] * 3
    assert (len(ledger), ledger.count(NOT_SENT), ledger.first_unsaved()) == (3, 3, 1)
    assert not ledger.has_unknown()
    assert (ledger.results(), ledger.repeated, list(ledger.spans())) == ([], [], [(Span(1, 3), NOT_SENT)])
    assert ledger.numbered


def test_ledger_when_parts_end_differently() -> None:
    """Spans say of which entries the same is known, counted from 1."""
    ledger = WriteLedger(8)
    ledger.mark_saved(Span(1, 3))
    ledger.mark_refused(Span(4, 4))
    ledger.mark_unknown(Span(5, 7))

    assert list(ledger.spans()) == [
        (Span(1, 3), SAVED),
        (Span(4, 4), REFUSED),
        (Span(5, 7), UNKNOWN),
        (Span(8, 8), NOT_SENT),
    ]
    assert [ledger.count(state) for state in EntryState] == [1, 1, 3, 3]
    assert ledger.first_unsaved() == 4
    assert ledger.has_unknown()
    assert ledger.has_unknown(Span(7, 8))
    assert not ledger.has_unknown(Span(1, 4))
    assert not ledger.has_unknown(Span(8, 8))


def test_ledger_when_all_is_saved() -> None:
    """There is nothing left to be sent."""
    ledger = WriteLedger(2)
    ledger.mark_saved(Span(1, 2), [{"id": "7"}, {"id": "8"}])

    assert ledger.first_unsaved() is None
    assert ledger.results() == [{"id": "7"}, {"id": "8"}]


def test_results_come_in_the_order_of_the_entries() -> None:
    """Whatever was answered first."""
    ledger = WriteLedger(3)
    ledger.mark_saved(Span(3, 3), [{"id": "3"}])
    ledger.mark_saved(Span(1, 2), [{"id": "1"}, {"id": "2"}])

    assert [result["id"] for result in ledger.results()] == ["1", "2", "3"]


@pytest.mark.parametrize("position", [0, -1, 3])
def test_state_when_there_is_no_such_entry(position: int) -> None:
    """A position from 0 would be a mistake that tells of the wrong entry."""
    with pytest.raises(IndexError):
        WriteLedger(2).state(position)


def test_refusal_of_a_second_try_proves_nothing_of_the_first() -> None:
    """Unknown stays unknown until an answer proves that it is saved."""
    ledger = WriteLedger(2)
    ledger.mark_unknown(Span(1, 1))
    ledger.mark_refused(Span(1, 2))
    assert states(ledger) == [UNKNOWN, REFUSED]
    ledger.mark_saved(Span(1, 2))

    assert states(ledger) == [SAVED, SAVED]


def test_saved_stays_saved() -> None:
    """Nothing that happens later takes a success back."""
    ledger = WriteLedger(1)
    ledger.mark_saved(ONE_ENTRY)
    ledger.mark_unknown(ONE_ENTRY)
    ledger.mark_refused(ONE_ENTRY)

    assert states(ledger) == [SAVED]


def test_refused_may_still_become_anything() -> None:
    """A lock is tried again, and the second try may be lost."""
    ledger = WriteLedger(1)
    ledger.mark_refused(ONE_ENTRY)
    ledger.mark_unknown(ONE_ENTRY)

    assert states(ledger) == [UNKNOWN]


def test_repeated_tells_what_was_saved_after_an_unknown_try() -> None:
    """What is then told as updated may be what the first try inserted."""
    ledger = WriteLedger(6)
    ledger.mark_saved(Span(1, 2))
    ledger.mark_unknown(Span(3, 4))
    ledger.mark_saved(Span(3, 4))
    ledger.mark_refused(Span(5, 6))
    ledger.mark_saved(Span(5, 6))

    assert ledger.repeated == [Span(3, 4)]


def test_span_counts_its_last_entry() -> None:
    """Entries 3 to 5 are three."""
    assert (len(Span(3, 5)), len(ONE_ENTRY)) == (3, 1)


STEPS = st.lists(
    st.tuples(st.sampled_from(["mark_saved", "mark_refused", "mark_unknown"]), st.integers(1, 12), st.integers(0, 11)),
    max_size=12,
)


@given(STEPS)
def test_spans_cover_every_entry_once_whatever_happened(steps: list[tuple[str, int, int]]) -> None:
    """Spans are gapless, neighbours differ, they agree with the single states, and states only move forward."""
    ledger = WriteLedger(12)
    for name, first, more in steps:
        before = states(ledger)
        getattr(ledger, name)(Span(first, min(12, first + more)))
        allowed = {NOT_SENT: set(EntryState), REFUSED: {REFUSED, SAVED, UNKNOWN}, SAVED: {SAVED}}
        for old, new in zip(before, states(ledger), strict=True):
            assert new in allowed.get(old, {UNKNOWN, SAVED})

    found = list(ledger.spans())
    told = [state for span, state in found for _ in range(span.first, span.last + 1)]
    assert told == states(ledger)
    assert all(one != other for (_, one), (_, other) in pairwise(found))
    unsaved = [position for position, state in enumerate(told, start=1) if state is not SAVED]
    assert ledger.first_unsaved() == (unsaved[0] if unsaved else None)
