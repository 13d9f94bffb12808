"""Sending, trying again, and what is known afterwards: the answer, the entries of a write, notes and advice."""

import pytest

from kintone.api import Answer, Request
from kintone.errors import KintoneError, NotFoundError, UnknownResponseError
from kintone.failure_sentences import STOPPED
from kintone.ledger import EntryState, Span, WriteLedger
from kintone.messages import Message
from kintone.replies import misshapen
from kintone.retry import NO_RETRIES, Entries, FailureKind
from kintone.transport_failures import TransportError
from tests.unit.scripted_transport import (
    ENCODED,
    INSERT,
    OVER,
    READ,
    TOKEN,
    UPSERT,
    Desk,
    Scripted,
    Step,
    failing,
    lost,
    notes,
    refused,
    unsent,
    whole,
)

NOT_SENT, REFUSED, SAVED, UNKNOWN = EntryState


def fates(desk: Desk, request: Request = INSERT, count: int = 3) -> list[EntryState]:
    """Return the states of the entries 1 to 3 after a request with the entries 2 and on failed."""
    ledger = WriteLedger(count)
    error = failing(desk, request, Entries(ledger, Span(2, count)))
    assert error.ledger is ledger
    return [ledger.state(position) for position in range(1, count + 1)]


# What is sent and read


def test_a_request_is_handed_over_as_it_is() -> None:
    """The encoded request, whose token, how long the call and one request may take."""
    desk = Desk(Scripted(200, b'{"a"', b": 1}"), timeout=7.0)

    assert desk.execution.run(READ, ENCODED, whole) == {"a": 1}
    (sent,) = desk.transport.sent
    assert (sent.encoded, sent.access, sent.deadline, sent.timeout, sent.body) == (
        ENCODED, desk.access, desk.execution.deadline, 7.0, None,
    )  # fmt: skip


@pytest.mark.parametrize("status", [200, 201, 299])
def test_any_2xx_is_a_success(status: int) -> None:
    """Its object is what was asked for."""
    assert Desk(Scripted(status, b'{"a": 1}')).execution.run(READ, ENCODED, whole) == {"a": 1}


@pytest.mark.parametrize("status", [199, 300, 304])
def test_no_other_status_is_a_success(status: int) -> None:
    """Whatever its body holds."""
    error = failing(Desk(Scripted(status, b'{"a": 1}')))

    assert (type(error), error.status, error.code) == (UnknownResponseError, status, "NOT_KINTONE")


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"[]", b"null", b'{"a": '])
def test_an_answer_that_is_no_object_is_not_kintones(body: bytes) -> None:
    """It is not asked for again, and says nothing of a write."""
    desk = Desk(Scripted(200, body), Scripted(200, body))

    assert failing(desk).code == "NOT_KINTONE"
    assert fates(desk) == [NOT_SENT, UNKNOWN, UNKNOWN]
    assert len(desk.transport.sent) == 2


def test_a_success_that_is_packed_otherwise_than_asked_for_is_not_kintones() -> None:
    """Its body is not read, and whether a write was carried out nobody knows."""
    packed = Scripted(200, b'{"a": 1}', Content_Encoding="br")

    assert fates(Desk(packed)) == [NOT_SENT, UNKNOWN, UNKNOWN]
    assert packed.most == []
    error = failing(Desk(Scripted(200, b'{"a": 1}', Content_Encoding="br")))
    assert (error.code, "compressed" in str(error)) == ("NOT_KINTONE", True)


@pytest.mark.parametrize(("status", "code"), [(503, "UNAVAILABLE"), (429, "UNAVAILABLE"), (404, "NOT_KINTONE")])
def test_a_failure_that_is_packed_otherwise_than_asked_for_is_told_by_its_status(status: int, code: str) -> None:
    """Its body is not read: a few bytes of it may become gigabytes."""
    packed = Scripted(status, b'{"code": "CB_VA01"}', Content_Encoding="br")
    error = failing(Desk(packed, policy=NO_RETRIES))

    assert (error.code, error.status, packed.most) == (code, status, [])


def test_a_body_is_read_up_to_what_memory_allows() -> None:
    """64 MiB, however it came packed; of an error too."""
    answer, refusal = Scripted(200, b"{}"), refused(400, "CB_VA01")
    desk = Desk(answer, refusal)
    desk.execution.run(READ, ENCODED, whole)
    failing(desk)

    assert answer.most == refusal.most == [64 * 1024 * 1024]


def test_a_warning_of_kintone_is_masked() -> None:
    """The header is the only part of a success besides its object; a server may echo the token in it."""
    answers: list[Answer] = []
    desk = Desk(Scripted(200, b"{}", X_Cybozu_Warning=f"slow {TOKEN}"), Scripted(200, b"{}"))
    for _ in range(2):
        desk.execution.run(READ, ENCODED, answers.append)
    masked, missing = (answer.warning for answer in answers)

    assert masked is not None
    assert masked.startswith("slow ")
    assert TOKEN not in masked
    assert missing is None


# What becomes of entries


def test_entries_are_saved_when_kintone_answered() -> None:
    """The results are those of the request's entries, in their order."""
    ledger, desk = WriteLedger(3), Desk(Scripted(200, b"{}"))
    desk.execution.run(INSERT, ENCODED, lambda _: [{"id": "5"}, {"id": "6"}], entries=Entries(ledger, Span(2, 3)))

    assert list(ledger.spans()) == [(Span(1, 1), NOT_SENT), (Span(2, 3), SAVED)]
    assert ledger.results() == [{"id": "5"}, {"id": "6"}]


def test_entries_are_saved_when_what_was_read_is_no_list() -> None:
    """Then nothing more is known of them."""
    ledger, desk = WriteLedger(1), Desk(Scripted(200, b'{"id": "5"}'))
    desk.execution.run(INSERT, ENCODED, whole, entries=Entries(ledger, Span(1, 1)))

    assert list(ledger.spans()) == [(Span(1, 1), SAVED)]
    assert ledger.results() == []


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (unsent(), NOT_SENT),
        (lost(), UNKNOWN),
        (Scripted(200, b"{", lost()), UNKNOWN),
        (TransportError(FailureKind.FINAL, STOPPED, sent=False), NOT_SENT),
        (TransportError(FailureKind.FINAL, STOPPED, sent=True), UNKNOWN),
        (TransportError(FailureKind.FINAL, OVER, sent=False), NOT_SENT),
        (TransportError(FailureKind.FINAL, OVER, sent=True), UNKNOWN),
        (refused(400, "CB_VA01"), REFUSED),
        (refused(520, "GAIA_DA02"), REFUSED),
        (refused(429), REFUSED),
        (refused(407), REFUSED),
        (refused(401, WWW_Authenticate="Basic"), REFUSED),
        (refused(401), UNKNOWN),
        (refused(503), UNKNOWN),
        (refused(500, "CB_VA01"), UNKNOWN),
    ],
)
def test_entries_are_what_the_last_attempt_proves(step: Step, state: EntryState) -> None:
    """Not sent when no byte left, refused when the answer proves it, else unknown: of the request's entries alone."""
    assert fates(Desk(step, policy=NO_RETRIES)) == [NOT_SENT, state, state]


@pytest.mark.parametrize("second", [unsent(), refused(400, "CB_VA01"), lost()])
def test_entries_stay_unknown_whatever_follows_a_lost_answer(second: TransportError | Scripted) -> None:
    """The refusal of a second attempt says nothing about the first."""
    steps = [lost(), *[second] * 5]

    assert fates(Desk(*steps), UPSERT) == [NOT_SENT, UNKNOWN, UNKNOWN]


@pytest.mark.parametrize("error", [NotFoundError(Message("no such entry")), KeyError("secret")])
def test_entries_are_unknown_when_the_answer_cannot_be_read(error: Exception) -> None:
    """Kintone answered, so they were sent; the text of an error that is none of ours is not shown."""
    ledger, desk = WriteLedger(1), Desk(Scripted(200, b"{}"), Scripted(200, b"{}"))

    def read(_: Answer) -> None:
        raise error

    with pytest.raises(KintoneError) as raised:
        desk.execution.run(UPSERT, ENCODED, read, entries=Entries(ledger, Span(1, 1)))

    assert raised.value.code == ("NOT_FOUND" if isinstance(error, NotFoundError) else "INTERNAL")
    assert "secret" not in str(raised.value)
    assert ledger.state(1) is UNKNOWN
    assert len(desk.transport.sent) == 1


def test_an_answer_of_another_shape_is_not_asked_for_again() -> None:
    """A second one would have the same."""
    desk = Desk(Scripted(200, b"{}"), Scripted(200, b"{}"))

    def read(_: Answer) -> None:
        raise misshapen(READ.description, Message("the records"), None)

    with pytest.raises(UnknownResponseError):
        desk.execution.run(READ, ENCODED, read)
    assert len(desk.transport.sent) == 1


# When it is sent again


def test_attempts_follow_each_other_after_growing_pauses() -> None:
    """Half a second, doubled each time; the answer that comes at last counts."""
    desk = Desk(refused(503), unsent(), refused(400, "GAIA_DA02"), Scripted(200, b'{"a": 1}'))

    assert desk.execution.run(READ, ENCODED, whole) == {"a": 1}
    assert desk.times == [0.0, 0.5, 1.5, 3.5]


@pytest.mark.parametrize("named", [7, 0])
def test_what_the_server_asks_to_wait_is_waited_for(named: int) -> None:
    """``Retry-After`` is seconds; less than our own pause does not shorten it."""
    desk = Desk(refused(429, Retry_After=str(named)), Scripted(200, b"{}"))
    desk.execution.run(READ, ENCODED, whole)

    assert desk.times == [0.0, max(0.5, named)]


@pytest.mark.parametrize(("left", "sent"), [(8, 2), (7, 1), (6, 1)])
def test_no_attempt_is_waited_for_that_would_come_too_late(left: int, sent: int) -> None:
    """A pause that takes all the time that is left ends the call at once, and the line tells of it."""
    desk = Desk(refused(429, Retry_After="7"), refused(400, "CB_VA01"), budget=left)
    error = failing(desk)

    assert (len(desk.transport.sent), desk.runtime.now) == (sent, 1000.0 + 7 * (sent - 1))
    assert [note for note in notes(error) if "7 s" in note] == notes(error)
    assert len(notes(error)) == 2 - sent


def test_a_pause_that_was_asked_for_and_fits_is_no_news() -> None:
    """It is told only where it is why the call ends."""
    error = failing(Desk(refused(400, "CB_VA01", Retry_After="7")))

    assert notes(error) == []


def test_attempts_are_counted_in_the_line_from_the_second_on() -> None:
    """One attempt is what everybody expects."""
    once, twice = failing(Desk(refused(400, "CB_VA01"))), failing(Desk(refused(503), refused(400, "CB_VA01")))

    assert "tried" not in str(once)
    assert "tried 2 times" in str(twice)
    assert twice.code == "CB_VA01"


def test_a_request_that_may_not_be_repeated_is_sent_once() -> None:
    """An insert whose answer is lost would be inserted twice."""
    desk = Desk(lost(), Scripted(200, b"{}"))

    assert failing(desk, INSERT).code == "UNREACHABLE"
    assert len(desk.transport.sent) == 1
