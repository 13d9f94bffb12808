"""Attaching uploaded files to a record."""

import pytest

from kintone.errors import (
    InvalidRequestError,
    RevisionConflictError,
    UnknownResponseError,
    UnreachableError,
)
from kintone.files import NoAttachmentFieldError
from kintone.forms.answers import parse_form
from kintone.writing.append import ListMode
from kintone.writing.one_record import Attached, attach
from kintone.writing.writer import MAX_CONFLICTS
from tests.unit.in_process import Asked, InProcess
from tests.unit.writing_samples import STOCK, save_records, states


def _uploaded(stock: InProcess, name: str) -> str:
    return stock.kintone.site.files.upload(name, "text/plain", b"abc")


def _attach_as_another(stock: InProcess, *names: str) -> None:
    saved = [{"fileKey": file["fileKey"]} for file in stock.values("papers")[0]]
    given = [{"fileKey": _uploaded(stock, name)} for name in names]
    stock.ask("PUT", "record", id=1, record={"papers": {"value": [*saved, *given]}})


def _names(stock: InProcess) -> list[str]:
    return [file["name"] for file in stock.values("papers")[0]]


def _attach(stock: InProcess, mode: ListMode = ListMode.APPEND, field: str = "papers") -> Attached:
    return attach(stock.client, stock.app, "1", field, [_uploaded(stock, "new.txt")], mode)


@pytest.fixture
def stock(stock: InProcess) -> InProcess:
    """Save record 1 with one file and revision 2."""
    save_records(stock, 1)
    _attach_as_another(stock, "old.txt")
    return stock


def test_new_files_follow_the_saved_files(stock: InProcess) -> None:
    """The record is read first, and its revision is sent so that no file is lost."""
    attached = _attach(stock)

    assert (attached.revision, attached.replaced) == ("3", None)
    assert [asked.call for asked in stock.asked] == ["GET record", "PUT record"]
    assert stock.writes[0].parameters["revision"] == "2"
    assert _names(stock) == ["old.txt", "new.txt"]


def test_files_replace_the_saved_files_in_replace_mode(stock: InProcess) -> None:
    """No revision is sent, since no file is kept."""
    replaced = _attach(stock, ListMode.REPLACE).replaced

    assert replaced is not None
    assert (replaced.added, replaced.removed) == (1, ("old.txt",))
    assert stock.writes[0].parameters.keys() == {"app", "id", "record"}
    assert _names(stock) == ["new.txt"]


@pytest.mark.parametrize("mode", ListMode)
def test_files_are_not_attached_again_when_the_answer_is_lost(stock: InProcess, mode: ListMode) -> None:
    """A file key can be used once, and the revision may have changed; replacing once more does no harm."""
    stock.kintone.fail(method="PUT", cut="after")
    with pytest.raises(UnreachableError) as raised:
        _attach(stock, mode)

    assert ("look in kintone" in str(raised.value)) is (mode is ListMode.APPEND)
    assert states(raised.value) == [(1, 1, "UNKNOWN")]
    assert len(stock.writes) == 1


def test_a_conflict_is_answered_by_reading_and_attaching_once_more(stock: InProcess) -> None:
    """A file that another user attached meanwhile is kept."""
    stock.before = lambda asked: _attach_as_another(stock, "theirs.txt") if asked.number == 2 else None
    _attach(stock)

    assert _names(stock) == ["old.txt", "theirs.txt", "new.txt"]


def test_a_conflict_on_every_attempt_is_an_error(stock: InProcess) -> None:
    """The number of attempts is limited."""

    def touch(asked: Asked) -> None:
        if asked.method == "PUT":
            stock.ask("PUT", "record", id=1, record={"name": {"value": str(asked.number)}})

    stock.before = touch
    with pytest.raises(RevisionConflictError, match="agree with the others") as raised:
        _attach(stock)

    assert states(raised.value) == [(1, 1, "REFUSED")]
    assert len(stock.writes) == MAX_CONFLICTS


@pytest.mark.parametrize("field", ["paper", "name", "zzzzzzzzz"])
def test_a_field_that_takes_no_files_is_refused(stock: InProcess, field: str) -> None:
    """Kintone would ignore the field and drop the files; the record's attachment fields are named."""
    with pytest.raises(NoAttachmentFieldError, match=rf"attachment_field: .*{field}.*papers"):
        _attach(stock, field=field)

    assert stock.writes == []


def test_a_record_without_attachment_fields_is_refused() -> None:
    """The message says that the record has no attachment field."""
    with InProcess({"name": STOCK["name"]}) as bare:
        save_records(bare, 1)
        with pytest.raises(NoAttachmentFieldError, match="has no attachment field"):
            _attach(bare)


def test_a_field_error_has_a_readable_path(stock: InProcess) -> None:
    """Kintone's path is shown without its brackets."""
    stock.kintone.change_form(stock.app, STOCK | {"papers": {"type": "FILE", "required": True}})
    with pytest.raises(InvalidRequestError) as raised:
        attach(stock.client, stock.app, "1", "papers", [], ListMode.REPLACE)

    assert list(raised.value.field_errors) == ["papers"]


def test_an_answer_without_revision_may_have_been_saved(stock: InProcess) -> None:
    """An unreadable answer to a write does not mean that nothing was saved."""
    stock.change = lambda asked, body: body if asked.method == "GET" else {}
    with pytest.raises(UnknownResponseError, match="it may have been saved") as raised:
        _attach(stock)

    assert states(raised.value) == [(1, 1, "UNKNOWN")]


def test_a_record_without_revision_stops_before_writing(stock: InProcess) -> None:
    """Without the revision a concurrent change could lose files."""
    stock.change = lambda _asked, body: {"record": {**body["record"], "$revision": {"value": "x"}}}
    with pytest.raises(UnknownResponseError, match=r"\$revision"):
        _attach(stock)

    assert stock.writes == []


FORM = parse_form({"properties": {code: {"code": code, "label": code, **shown} for code, shown in STOCK.items()}}, "1")


@pytest.mark.parametrize("field", ["name", "zzzzzzzzz"])
def test_form_is_no_reason_to_attach_to_a_field_that_takes_no_files(stock: InProcess, field: str) -> None:
    """With the form at hand a field is refused as without."""
    with pytest.raises(NoAttachmentFieldError):
        attach(stock.client, stock.app, "1", field, ["k"], ListMode.APPEND, FORM)

    assert stock.writes == []


@pytest.mark.parametrize("mode", ListMode)
def test_record_that_is_older_than_the_field_gets_files_by_the_form(mode: ListMode) -> None:
    """It does not show the field until it is saved once; without the form it would be refused."""
    with InProcess({"name": STOCK["name"]}) as older:
        save_records(older, 1)
        older.kintone.change_form(older.app, {"name": STOCK["name"], "papers": {"type": "FILE"}})
        with pytest.raises(NoAttachmentFieldError):
            _attach(older, mode)
        assert older.writes == []
        attach(older.client, older.app, "1", "papers", [_uploaded(older, "new.txt")], mode, FORM)

        assert _names(older) == ["new.txt"]


def test_form_changes_nothing_where_the_record_shows_the_field(stock: InProcess) -> None:
    """Saved files stay, and the revision is compared."""
    attach(stock.client, stock.app, "1", "papers", [_uploaded(stock, "new.txt")], ListMode.APPEND, FORM)

    assert stock.writes[0].parameters["revision"] == "2"
    assert _names(stock) == ["old.txt", "new.txt"]


def test_type_that_the_record_shows_counts_more_than_that_of_a_form(stock: InProcess) -> None:
    """A form that is remembered may be older than the field's type."""
    outdated = parse_form({"properties": {"name": {"type": "FILE", "code": "name", "label": "name"}}}, "1")
    with pytest.raises(NoAttachmentFieldError):
        attach(stock.client, stock.app, "1", "name", ["k"], ListMode.APPEND, outdated)

    assert stock.writes == []
