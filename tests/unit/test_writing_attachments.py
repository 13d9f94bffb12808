"""Attaching uploaded files to a record."""

import pytest

from kintone.errors import (
    InvalidRequestError,
    RevisionConflictError,
    UnknownResponseError,
    UnreachableError,
)
from kintone.files import NoAttachmentFieldError
from kintone.writing.append import ListMode
from kintone.writing.one_record import attach
from kintone.writing.writer import MAX_CONFLICTS
from tests.unit.in_process import Asked, InProcess
from tests.unit.writings import STOCK, fates, have


def _uploaded(stock: InProcess, name: str) -> str:
    return stock.kintone.site.files.upload(name, "text/plain", b"abc")


def _somebody_attaches(stock: InProcess, *names: str) -> None:
    saved = [{"fileKey": file["fileKey"]} for file in stock.values("papers")[0]]
    given = [{"fileKey": _uploaded(stock, name)} for name in names]
    stock.ask("PUT", "record", id=1, record={"papers": {"value": [*saved, *given]}})


def _names(stock: InProcess) -> list[str]:
    return [file["name"] for file in stock.values("papers")[0]]


def _attach(stock: InProcess, mode: ListMode = ListMode.APPEND, field: str = "papers") -> str:
    return attach(stock.client, stock.app, "1", field, [_uploaded(stock, "new.txt")], mode)


@pytest.fixture
def stock(stock: InProcess) -> InProcess:
    """Have record 1, which has one file and revision 2."""
    have(stock, 1)
    _somebody_attaches(stock, "old.txt")
    return stock


def test_files_are_put_behind_those_that_are_there(stock: InProcess) -> None:
    """The record is read, and the revision makes sure that no file is lost."""
    revision = _attach(stock)

    assert revision == "3"
    assert [asked.call for asked in stock.asked] == ["GET record", "PUT record"]
    assert stock.writes[0].parameters["revision"] == "2"
    assert _names(stock) == ["old.txt", "new.txt"]


def test_files_replace_those_that_are_there_when_asked_to(stock: InProcess) -> None:
    """No revision is compared, since nothing is to be kept."""
    _attach(stock, ListMode.REPLACE)

    assert stock.writes[0].parameters.keys() == {"app", "id", "record"}
    assert _names(stock) == ["new.txt"]


@pytest.mark.parametrize("mode", ListMode)
def test_files_are_not_attached_again_when_the_answer_is_lost(stock: InProcess, mode: ListMode) -> None:
    """The key of an upload serves once, and the revision is another one by then."""
    stock.kintone.fail(method="PUT", cut="after")
    with pytest.raises(UnreachableError, match="look in kintone") as raised:
        _attach(stock, mode)

    assert fates(raised.value) == [(1, 1, "UNKNOWN")]
    assert len(stock.writes) == 1


def test_a_conflict_is_answered_by_reading_and_attaching_once_more(stock: InProcess) -> None:
    """A file that somebody attached meanwhile is kept."""
    stock.before = lambda asked: _somebody_attaches(stock, "theirs.txt") if asked.number == 2 else None
    _attach(stock)

    assert _names(stock) == ["old.txt", "theirs.txt", "new.txt"]


def test_a_conflict_that_never_ends_says_who_must_decide(stock: InProcess) -> None:
    """It is tried a few times, and not for ever."""

    def touch(asked: Asked) -> None:
        if asked.method == "PUT":
            stock.ask("PUT", "record", id=1, record={"name": {"value": str(asked.number)}})

    stock.before = touch
    with pytest.raises(RevisionConflictError, match="agree with the others") as raised:
        _attach(stock)

    assert fates(raised.value) == [(1, 1, "REFUSED")]
    assert len(stock.writes) == MAX_CONFLICTS


@pytest.mark.parametrize("field", ["paper", "name", "zzzzzzzzz"])
def test_a_field_that_takes_no_files_is_refused(stock: InProcess, field: str) -> None:
    """Kintone would ignore it and drop the files; those that the record has are named."""
    with pytest.raises(NoAttachmentFieldError, match=rf"attachment_field: .*{field}.*papers"):
        _attach(stock, field=field)

    assert stock.writes == []


def test_a_record_without_attachment_fields_is_refused() -> None:
    """The sentence says that it has none."""
    with InProcess({"name": STOCK["name"]}) as bare:
        have(bare, 1)
        with pytest.raises(NoAttachmentFieldError, match="has no attachment field"):
            _attach(bare)


def test_a_complaint_names_the_field_in_words(stock: InProcess) -> None:
    """The place is kintone's, without its brackets."""
    stock.kintone.change_form(stock.app, STOCK | {"papers": {"type": "FILE", "required": True}})
    with pytest.raises(InvalidRequestError) as raised:
        attach(stock.client, stock.app, "1", "papers", [], ListMode.REPLACE)

    assert list(raised.value.field_errors) == ["papers"]


def test_an_answer_without_revision_may_have_been_saved(stock: InProcess) -> None:
    """An unreadable success is no failure."""
    stock.change = lambda asked, body: body if asked.method == "GET" else {}
    with pytest.raises(UnknownResponseError, match="it may have been saved") as raised:
        _attach(stock)

    assert fates(raised.value) == [(1, 1, "UNKNOWN")]


def test_a_record_without_revision_stops_before_writing(stock: InProcess) -> None:
    """Files could be lost without it."""
    stock.change = lambda _asked, body: {"record": {**body["record"], "$revision": {"value": "x"}}}
    with pytest.raises(UnknownResponseError, match=r"\$revision"):
        _attach(stock)

    assert stock.writes == []
