"""The state of each entry of a write."""

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
    """All entries are not sent, and none may be saved."""
    ledger = WriteLedger(3)

    assert states(ledger) == [NOT_SENT] * 3
    assert (len(ledger), ledger.count(NOT_SENT), ledger.first_unsaved()) == (3, 3, 1)
    assert not ledger.has_unknown()
    assert (ledger.results(), ledger.repeated, list(ledger.spans())) == ([], [], [(Span(1, 3), NOT_SENT)])
    assert ledger.numbered


def test_ledger_when_parts_end_differently() -> None:
    """Spans join neighbouring entries of the same state, counted from 1."""
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
    """No entry remains to be sent."""
    ledger = WriteLedger(2)
    ledger.mark_saved(Span(1, 2), [{"id": "7"}, {"id": "8"}])

    assert ledger.first_unsaved() is None
    assert ledger.results() == [{"id": "7"}, {"id": "8"}]


def test_an_unknown_outcome_that_was_settled() -> None:
    """What was read afterwards can prove that an attempt wrote nothing; the rest of the ledger stays."""
    ledger = WriteLedger(3)
    ledger.mark_unknown(Span(1, 3))
    ledger.settle_as_refused(Span(2, 3))

    assert states(ledger) == [UNKNOWN, REFUSED, REFUSED]
    assert (len(ledger), ledger.has_unknown(Span(2, 3))) == (3, False)


def test_results_come_in_the_order_of_the_entries() -> None:
    """The order of the answers does not matter."""
    ledger = WriteLedger(3)
    ledger.mark_saved(Span(3, 3), [{"id": "3"}])
    ledger.mark_saved(Span(1, 2), [{"id": "1"}, {"id": "2"}])

    assert [result["id"] for result in ledger.results()] == ["1", "2", "3"]


@pytest.mark.parametrize("position", [0, -1, 3])
def test_state_when_there_is_no_such_entry(position: int) -> None:
    """A position outside the entries, such as 0, is an error."""
    with pytest.raises(IndexError):
        WriteLedger(2).state(position)


def test_refusal_of_a_second_try_proves_nothing_of_the_first() -> None:
    """An unknown entry stays unknown until an answer shows that it is saved."""
    ledger = WriteLedger(2)
    ledger.mark_unknown(Span(1, 1))
    ledger.mark_refused(Span(1, 2))
    assert states(ledger) == [UNKNOWN, REFUSED]
    ledger.mark_saved(Span(1, 2))

    assert states(ledger) == [SAVED, SAVED]


def test_saved_stays_saved() -> None:
    """No later event changes the state of a saved entry."""
    ledger = WriteLedger(1)
    ledger.mark_saved(ONE_ENTRY)
    ledger.mark_unknown(ONE_ENTRY)
    ledger.mark_refused(ONE_ENTRY)

    assert states(ledger) == [SAVED]


def test_refused_entry_may_change_to_any_state() -> None:
    """A refused entry may be sent again, and the answer to the second try may be lost."""
    ledger = WriteLedger(1)
    ledger.mark_refused(ONE_ENTRY)
    ledger.mark_unknown(ONE_ENTRY)

    assert states(ledger) == [UNKNOWN]


def test_repeated_lists_entries_saved_after_an_unknown_try() -> None:
    """An update reported for such an entry may be an insert of the first try."""
    ledger = WriteLedger(6)
    ledger.mark_saved(Span(1, 2))
    ledger.mark_unknown(Span(3, 4))
    ledger.mark_saved(Span(3, 4))
    ledger.mark_refused(Span(5, 6))
    ledger.mark_saved(Span(5, 6))

    assert ledger.repeated == [Span(3, 4)]


def test_span_counts_its_last_entry() -> None:
    """The span from 3 to 5 has three entries."""
    assert (len(Span(3, 5)), len(ONE_ENTRY)) == (3, 1)


STEPS = st.lists(
    st.tuples(st.sampled_from(["mark_saved", "mark_refused", "mark_unknown"]), st.integers(1, 12), st.integers(0, 11)),
    max_size=12,
)


@given(STEPS)
def test_spans_cover_every_entry_once(steps: list[tuple[str, int, int]]) -> None:
    """Spans have no gaps, neighbours differ, spans match the single states, and states only move forward."""
    ledger = WriteLedger(12)
    for name, first, more in steps:
        before = states(ledger)
        getattr(ledger, name)(Span(first, min(12, first + more)))
        allowed = {NOT_SENT: set(EntryState), REFUSED: {REFUSED, SAVED, UNKNOWN}, SAVED: {SAVED}}
        for old, new in zip(before, states(ledger), strict=True):
            assert new in allowed.get(old, {UNKNOWN, SAVED})

    found = list(ledger.spans())
    states_of_spans = [state for span, state in found for _ in range(span.first, span.last + 1)]
    assert states_of_spans == states(ledger)
    assert all(one != other for (_, one), (_, other) in pairwise(found))
    unsaved = [position for position, state in enumerate(states_of_spans, start=1) if state is not SAVED]
    assert ledger.first_unsaved() == (unsaved[0] if unsaved else None)


def test_ledger_of_a_file_grows_from_its_first_entry() -> None:
    """Positions are those of the file; of the results nothing is kept."""
    ledger = WriteLedger(0, first=101, keeps_results=False)

    assert (len(ledger), ledger.last, ledger.first_unsaved()) == (0, 100, None)
    ledger.grow(3)
    ledger.mark_saved(Span(101, 102), [{"id": "1"}, {"id": "2"}])
    ledger.grow(1)
    ledger.mark_unknown(Span(103, 104))

    assert (len(ledger), ledger.last, ledger.first_unsaved()) == (4, 104, 103)
    assert list(ledger.spans()) == [(Span(101, 102), SAVED), (Span(103, 104), UNKNOWN)]
    assert ledger.state(102) is SAVED
    assert ledger.has_unknown(Span(104, 104))
    assert not ledger.has_unknown(Span(101, 102))
    assert ledger.results() == []
    for position in (100, 105):
        with pytest.raises(IndexError):
            ledger.state(position)
