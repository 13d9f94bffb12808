"""Attaching uploaded files to a record."""

from typing import Any

import pytest

from kintone.errors import (
    ErrorReply,
    InvalidRequestError,
    RevisionConflictError,
    UnknownResponseError,
)
from kintone.files.attachments import NoAttachmentFieldError
from kintone.ledger import EntryState
from kintone.messages import Message
from kintone.operations import Repeat
from kintone.writing.appending import ListMode
from kintone.writing.attaching import attach
from kintone.writing.upsert import MAX_CONFLICTS
from tests.unit.writing_double import Failure, FakeKintone

SAVED = {"fileKey": "f1", "name": "a.txt", "contentType": "text/plain", "size": "3"}


def site() -> FakeKintone:
    """Return a kintone with record 1, which has one file."""
    kintone = FakeKintone(types={"papers": "FILE"})
    kintone.add(name="x", papers=[SAVED])
    return kintone


def test_files_are_put_behind_those_that_are_there() -> None:
    """The record is read, and the revision makes sure that no file is lost."""
    kintone = site()
    revision = attach(kintone, 12, "1", "papers", ["new"], ListMode.APPEND)

    assert revision == "2"
    assert [(operation.method, operation.api) for operation in kintone.operations] == [
        ("GET", "record"),
        ("PUT", "record"),
    ]
    assert kintone.writes[0].parameters == {
        "app": 12,
        "id": "1",
        "record": {"papers": {"value": [{"fileKey": "f1"}, {"fileKey": "new"}]}},
        "revision": "1",
    }
    assert kintone.writes[0].repeat is Repeat.UPDATE_WITH_REVISION


def test_files_replace_those_that_are_there_when_asked_to() -> None:
    """No revision is compared, since nothing is to be kept."""
    kintone = site()
    attach(kintone, 12, "1", "papers", ["new"], ListMode.REPLACE)

    assert kintone.writes[0].parameters == {"app": 12, "id": "1", "record": {"papers": {"value": [{"fileKey": "new"}]}}}
    assert kintone.writes[0].repeat is Repeat.UPDATE_WITH_REVISION


def test_a_conflict_is_answered_by_reading_and_attaching_once_more() -> None:
    """A file that somebody attached meanwhile is kept."""
    kintone = site()

    def somebody_attaches(number: int) -> None:
        if number == 1:
            kintone.records["1"]["papers"]["value"].append({**SAVED, "fileKey": "f2"})
            kintone.touch("1")

    kintone.before_write = somebody_attaches
    attach(kintone, 12, "1", "papers", ["new"], ListMode.APPEND)

    assert kintone.values("papers") == [[{"fileKey": "f1"}, {"fileKey": "f2"}, {"fileKey": "new"}]]


def test_a_conflict_that_never_ends_says_who_must_decide() -> None:
    """It is tried a few times, and not for ever."""
    kintone = site()
    kintone.before_write = lambda _number: kintone.touch("1")
    with pytest.raises(RevisionConflictError, match="agree with those who edit them") as raised:
        attach(kintone, 12, "1", "papers", ["new"], ListMode.APPEND)

    assert raised.value.ledger
    assert raised.value.ledger.state(1) is EntryState.REFUSED
    assert len(kintone.writes) == MAX_CONFLICTS


def test_a_conflict_after_an_unknown_fate_is_not_tried_again() -> None:
    """The conflict may be with our own first try, and the file would be attached twice."""
    error = RevisionConflictError(Message("conflict"))
    kintone = site()
    kintone.failures = {1: Failure(error, applied=True, is_unknown=True)}
    with pytest.raises(RevisionConflictError, match="look in kintone before sending it again") as raised:
        attach(kintone, 12, "1", "papers", ["new"], ListMode.APPEND)

    assert raised.value.maybe_saved
    assert len(kintone.writes) == 1


@pytest.mark.parametrize("field", ["paper", "name", "zzzzzzzzz"])
def test_a_field_that_takes_no_files_is_refused(field: str) -> None:
    """Kintone would ignore it and drop the files; those that the record has are named."""
    kintone = site()
    with pytest.raises(NoAttachmentFieldError, match=rf"attachment_field: .*{field}.*papers"):
        attach(kintone, 12, "1", field, ["new"], ListMode.APPEND)

    assert kintone.writes == []


def test_a_record_without_attachment_fields_is_refused() -> None:
    """The sentence says that it has none."""
    kintone = FakeKintone()
    kintone.add(name="x")
    with pytest.raises(NoAttachmentFieldError, match="has no attachment field"):
        attach(kintone, 12, "1", "papers", ["new"], ListMode.APPEND)


def test_a_complaint_names_the_field_in_words() -> None:
    """The place is kintone's, without its brackets."""
    refused = InvalidRequestError(
        Message("refused"), reply=ErrorReply(400, "CB_VA01", fields=[("record.papers.values", ["Required."])])
    )
    kintone = site()
    kintone.failures = {1: Failure(refused)}
    with pytest.raises(InvalidRequestError) as raised:
        attach(kintone, 12, "1", "papers", [], ListMode.REPLACE)

    assert raised.value.field_errors == {"papers": ["Required."]}


def test_an_answer_without_revision_may_have_been_saved() -> None:
    """An unreadable success is no failure."""
    kintone = site()
    kintone.change_answer = lambda _body: {}
    with pytest.raises(UnknownResponseError, match="it may have been saved") as raised:
        attach(kintone, 12, "1", "papers", ["new"], ListMode.APPEND)

    assert raised.value.ledger
    assert raised.value.ledger.state(1) is EntryState.UNKNOWN


def test_a_record_without_revision_stops_before_writing() -> None:
    """Files could be lost without it."""

    class Hostile(FakeKintone):
        def _read(self, api: str, parameters: dict[str, Any]) -> dict[str, Any]:
            answer = super()._read(api, parameters)
            return {"record": {**answer["record"], "$revision": {"value": "x"}}}

    kintone = Hostile(types={"papers": "FILE"})
    kintone.add(papers=[SAVED])
    with pytest.raises(UnknownResponseError, match="holds no revision"):
        attach(kintone, 12, "1", "papers", ["new"], ListMode.APPEND)

    assert kintone.writes == []
