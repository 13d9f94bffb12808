"""How a request ends that did not succeed: what its error tells and advises, and what the log says."""

import logging

import pytest

from kintone.api import Request
from kintone.deadline import Deadline
from kintone.errors import BudgetExceededError, CancelledError, InvalidParameterError, KintoneError, TimedOutError
from kintone.failure_sentences import NO_ANSWER, NOT_CONNECTED
from kintone.ledger import Span, WriteLedger
from kintone.messages import Message
from kintone.remedies import RAISE_TIMEOUT
from kintone.retry import NO_RETRIES, Entries, FailureKind
from kintone.transport_failures import TransportError
from tests.unit.scripted_transport import (
    ENCODED,
    FORM,
    INSERT,
    OVER,
    READ,
    TOKEN,
    UPSERT,
    Desk,
    Scripted,
    failing,
    lost,
    notes,
    refused,
    unsent,
    whole,
)


def late() -> TransportError:
    """Return the failure of a request during which the time of the call ended."""
    return TransportError(FailureKind.FINAL, OVER, sent=True)


def slow() -> TransportError:
    """Return the failure of a request whose answer did not come in its own time."""
    return TransportError(FailureKind.TIMED_OUT, NO_ANSWER, sent=True)


# The end of the time


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (refused(503, "CB_FA02"), ("HTTP 503", "CB_FA02")),
        (refused(503), ("HTTP 503",)),
        (unsent(), (str(NOT_CONNECTED.problem),)),
    ],
)
def test_what_the_attempt_before_met_is_told_when_the_time_is_over(
    step: Scripted | TransportError, told: tuple[str, ...]
) -> None:
    """It, not the budget, is why the call took so long: status and code of an answer, else what went wrong."""
    error = failing(Desk(step, late()))
    (note,) = notes(error)

    assert (type(error), error.code) == (BudgetExceededError, "BUDGET_EXCEEDED")
    assert all(part in note for part in told)
    assert not note.rstrip().endswith(",")


def test_only_the_last_attempt_before_is_told() -> None:
    """The one that the time was over in is the error itself."""
    (note,) = notes(failing(Desk(refused(503), refused(400, "GAIA_DA02"), late())))

    assert "GAIA_DA02" in note
    assert "503" not in note


def test_nothing_is_told_of_the_attempt_before_when_the_last_has_an_answer() -> None:
    """That answer says what to do."""
    assert notes(failing(Desk(refused(503), refused(400, "CB_VA01")))) == []


def test_no_attempt_is_told_when_none_came_before() -> None:
    """The time was over in the first."""
    assert notes(failing(Desk(late()))) == []


def test_nothing_is_sent_when_the_time_is_over() -> None:
    """The entries are not sent, and a call that was cancelled says only that."""
    over, cancelled = Desk(), Desk()
    over.runtime.pass_time(100)
    cancelled.execution.deadline.cancel()
    ledger = WriteLedger(1)
    error = failing(over, INSERT, Entries(ledger, Span(1, 1)))

    assert (error.code, error.ledger, error.maybe_saved) == ("BUDGET_EXCEEDED", ledger, False)
    assert isinstance(failing(cancelled), CancelledError)
    assert over.transport.sent == cancelled.transport.sent == []


def test_a_pause_ends_with_the_call() -> None:
    """Whoever is cancelled between two attempts makes no second one."""
    desk = Desk(refused(503))
    desk.runtime.while_waiting = desk.execution.deadline.cancel

    assert isinstance(failing(desk), CancelledError)
    assert desk.runtime.now == 1000.0


@pytest.mark.parametrize(
    ("request_", "left", "code"),
    [
        (INSERT, 0.09, "BUDGET_EXCEEDED"),
        (INSERT, 0.1, "CB_VA01"),
        (UPSERT, 0.09, "BUDGET_EXCEEDED"),
        (READ, 0.09, "CB_VA01"),
    ],
)
def test_a_write_is_not_sent_right_before_the_end(request_: Request, left: float, code: str) -> None:
    """Its outcome would be unknown; a read does no harm."""
    desk = Desk(refused(400, "CB_VA01"), budget=left)
    desk.runtime.now = 0.0
    desk.execution = desk.another()

    assert failing(desk, request_).code == code
    assert len(desk.transport.sent) == (code == "CB_VA01")


def test_a_deadline_of_its_own_ends_a_request() -> None:
    """Cleaning up has a time of its own, when that of the call is over."""
    desk = Desk(refused(503), Scripted(200, b"{}"), Scripted(200, b'{"a": 1}'))
    short = desk.execution.deadline.within(0.4)
    with pytest.raises(KintoneError) as raised:
        desk.execution.run(READ, ENCODED, whole, deadline=short)
    desk.runtime.pass_time(200)
    grace = Deadline(2, desk.runtime)
    desk.execution.run(READ, ENCODED, whole, deadline=grace)

    assert raised.value.code == "UNAVAILABLE"
    assert [sent.deadline for sent in desk.transport.sent] == [short, grace]


# Advice


def test_advice_suits_what_was_asked_for() -> None:
    """Who reads a list may ask for less, who writes may send fewer; a form or a single record cannot be split."""
    advice = RAISE_TIMEOUT
    several, one = Entries(WriteLedger(2), Span(1, 2)), Entries(WriteLedger(1), Span(1, 1))
    part = Entries(WriteLedger(2), Span(1, 1))

    def given(request: Request, entries: Entries | None = None) -> Message:
        return failing(Desk(slow(), policy=NO_RETRIES), request, entries).remedy

    assert given(READ) == advice
    assert given(FORM) == given(UPSERT, one) == advice.one
    assert given(UPSERT, several) == given(UPSERT, part) == advice.several
    assert len({str(given(READ)), str(given(FORM)), str(given(UPSERT, several))}) == 3


def test_an_error_before_sending_has_its_entries_and_its_own_advice() -> None:
    """What cannot be opened was not sent."""
    desk, ledger = Desk(), WriteLedger(1)
    mistake = InvalidParameterError("the file is gone")

    def attempt() -> None:
        raise mistake

    with pytest.raises(InvalidParameterError) as raised:
        desk.execution.repeat(INSERT, attempt, entries=Entries(ledger, Span(1, 1)))
    assert (raised.value.ledger, raised.value.maybe_saved) == (ledger, False)
    assert raised.value.problem == mistake.problem


def test_a_lost_answer_keeps_its_class_and_number_of_attempts() -> None:
    """A time-out is tried once more, as its own time was used up already."""
    desk = Desk(slow(), slow(), Scripted(200, b"{}"))
    error = failing(desk)

    assert (type(error), len(desk.transport.sent)) == (TimedOutError, 2)
    assert "tried 2 times" in str(error)


# The log


def test_the_log_names_a_request_by_method_path_status_and_size(caplog: pytest.LogCaptureFixture) -> None:
    """The method is that which kintone understands; neither query nor body nor header is there."""

    def answer() -> Scripted:
        desk.runtime.pass_time(2)
        return Scripted(200, b'{"a": "confidential"}')

    desk = Desk(answer, lost())
    with caplog.at_level(logging.INFO, logger="kintone.execution"):
        desk.execution.run(READ, ENCODED, whole)
        failing(desk, INSERT)
    answered, unanswered = (record.args for record in caplog.records)

    assert answered == ("GET", "/k/v1/records.json", 200, 2.0, 21)
    assert unanswered == ("GET", "/k/v1/records.json", "no answer", 0.0, 0)
    assert not any(word in caplog.text for word in ("confidential", "secret", TOKEN))


def test_the_log_tells_what_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    """Not the description, which may hold the name of a file."""
    desk = Desk(refused(503), Scripted(200, b"{}"))
    with caplog.at_level(logging.INFO, logger="kintone"):
        desk.execution.run(READ, ENCODED, whole)
    (waiting,) = [record.args for record in caplog.records if len(record.args or ()) == 4]

    assert waiting == ("GET records", "unavailable", 1, 0.5)
    assert str(READ.description) not in caplog.text
