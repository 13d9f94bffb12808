"""Writing one record: adding it, and attaching uploaded files to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kintone import api
from kintone.api import Answer, Request, RequestSender
from kintone.errors import InvalidParameterError, KintoneError
from kintone.field_types import field_type
from kintone.files import check_attachment_field
from kintone.forms.fields import FieldDefinition, Form
from kintone.ledger import ONE_ENTRY, WriteLedger
from kintone.messages import NOTHING, Joined, Message
from kintone.reading.reader import RecordsApi
from kintone.remedies import RETRY_IS_HARMLESS, RETRY_WRITES_TWICE, for_maybe_saved
from kintone.replies import read_answer
from kintone.writing.append import ListMode
from kintone.writing.batches import AddedAnswer
from kintone.writing.entries import Entry
from kintone.writing.field_paths import readable
from kintone.writing.list_changes import ListChange, files_change
from kintone.writing.removals import Removals
from kintone.writing.repeating import EntryTraits, retry_note
from kintone.writing.upserts import UpsertRequest, WhenMissing
from kintone.writing.writer import upsert

CHECK_FIRST = Message("wait a minute and look in kintone first; send it again only if it was not saved")


@dataclass(frozen=True, slots=True)
class Added:
    """A new record; ``response`` is kintone's whole answer."""

    id: str
    revision: str
    response: dict[str, Any] = field(repr=False)


def add_record(caller: RequestSender, app: int, record: Mapping[str, object]) -> Added:
    """Add a record in kintone's shape, ``{"code": {"value": …}}``; after an unknown outcome it is not sent again.

    Source: https://cybozu.dev/ja/kintone/docs/rest-api/records/add-record.
    """
    adding = Message("adding a record to app {app}", app=app)
    request = api.add_record(adding, app, record)

    def added(answer: Answer) -> Added:
        parsed = read_answer(AddedAnswer, answer.body, adding)
        return Added(parsed.id, parsed.revision, answer.body)

    return write_one(caller, request, added)


def write_one[Result](caller: RequestSender, request: Request, read: Callable[[Answer], Result]) -> Result:
    """Write a single record; errors are those of ``restated_for_one``."""
    try:
        return caller.write(request, read, WriteLedger(1, numbered=False), ONE_ENTRY)
    except KintoneError as error:
        raise restated_for_one(error, RETRY_WRITES_TWICE) from None


def restated_for_one(error: KintoneError, retry: Message) -> KintoneError:
    """Return the error with places in words that count from 1, and with advice for a record that may be saved.

    ``retry`` says what a repetition of the whole call does then; where it is harmless, nothing has to be looked up.
    """
    restated = with_named_fields(error)
    if error.maybe_saved:
        first = NOTHING if retry is RETRY_IS_HARMLESS else CHECK_FIRST
        remedy = Joined([first, for_maybe_saved(restated.remedy)])
        restated = restated.copy_with(remedy=remedy, notes=[*restated.notes, retry])
    return restated


def with_named_fields(error: KintoneError) -> KintoneError:
    """Return the error with the places of a single record in words that count from 1."""
    if error.reply is None:
        return error
    fields = [(place if isinstance(place, Message) else readable(place), words) for place, words in error.reply.fields]
    return error.copy_with(reply=replace(error.reply, fields=fields))


@dataclass(frozen=True, slots=True)
class Updated:
    """An updated record; ``response`` is kintone's whole answer, ``changes`` tells what became of rows and files."""

    id: str
    revision: str
    response: dict[str, Any] = field(repr=False)
    changes: Sequence[ListChange] = ()


def update_record(  # noqa: PLR0913, PLR0917 - each is a parameter of its own for the caller too
    caller: RequestSender,
    app: int,
    entry: Entry,
    form: Form | None,
    table_mode: ListMode = ListMode.REPLACE,
    file_mode: ListMode = ListMode.REPLACE,
    removals: Removals | None = None,
) -> Updated:
    """Update the record that the entry names by id or key, and add none where there is no such record.

    The record is read first only where the entry has a table or an attachment field: what is written then has the
    revision that was read, so that ``changes`` is true. ``form`` shows which fields these are; appending needs it.
    ``removals`` collects what goes, also where the outcome is unknown.
    Sources: https://cybozu.dev/ja/kintone/docs/rest-api/records/update-record and, by key,
    https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records.
    """
    request = UpsertRequest(
        app,
        [entry],
        table_mode=table_mode,
        file_mode=file_mode,
        form=form,
        is_single=True,
        when_missing=WhenMissing.FAIL,
        tells_lists=True,
    )
    traits = EntryTraits()
    try:
        api.encode_json(entry.record)
        report = upsert(caller, request, removals=removals, traits=traits)
    except InvalidParameterError:
        raise
    except KintoneError as error:
        raise restated_for_one(error, retry_note(traits)) from None
    saved = report.results[0]
    return Updated(saved["id"], saved["revision"], report.responses[0], report.list_changes.get(1, ()))


@dataclass(frozen=True, slots=True)
class Attached:
    """The revision of a record that got files; ``replaced`` tells what became of those it had when it was read."""

    revision: str
    replaced: ListChange | None = None


def attach(  # noqa: PLR0913, PLR0917 - each is a parameter of its own for the caller too
    caller: RequestSender,
    app: int,
    record_id: str,
    field: str,
    file_keys: Sequence[str],
    mode: ListMode,
    form: Form | None = None,
    removals: Removals | None = None,
) -> Attached:
    """Put uploaded files into an attachment field; return the new revision, and what became of the files it had.

    The record is read first, since kintone ignores a field that does not exist and removes saved files that are not
    sent. The record shows the types of its fields, so that ``form`` is needed only where the record is older than the
    field. ``removals`` gets the files that are replaced if it is not known whether this was saved. Raises
    ``InvalidParameterError`` for a field that is not an attachment field.
    """
    record = RecordsApi(caller).get(app, record_id)
    if form is None or not lacks_attachment_field(record, field, form):
        check_attachment_field(record, field)
        form = _form_of(app, record)
    files = [{"fileKey": key} for key in file_keys]
    entry = Entry(1, {field: {"value": files}}, id=record_id)
    request = UpsertRequest(app, [entry], file_mode=mode, form=form, is_single=True)
    saved = record[field]["value"] if field in record else ()
    change = files_change(field, saved, files) if mode is ListMode.REPLACE else None
    try:
        report = upsert(caller, request, {1: record})
    except KintoneError as error:
        if removals and change and error.maybe_saved:
            removals.expect(record_id, [change])
            removals.batch_unknown()
        # The files are uploaded again under other keys.
        retry = RETRY_WRITES_TWICE if mode is ListMode.APPEND else RETRY_IS_HARMLESS
        raise restated_for_one(error, retry) from None
    return Attached(report.results[0]["revision"], change)


def lacks_attachment_field(record: Mapping[str, Any], field: str, form: Form) -> bool:
    """Tell whether a record does not show an attachment field of the form because it is older than the field."""
    definition = form.fields.get(field)
    return field not in record and definition is not None and definition.holds_files


def _form_of(app: int, record: Mapping[str, Any]) -> Form:
    """Return a form made of the codes and types that a record shows."""
    fields = {code: FieldDefinition(code, code, field_type(shown["type"])) for code, shown in record.items()}
    return Form(str(app), "", fields)
