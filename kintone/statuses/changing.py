"""Carrying out an action of process management on records, and reading the statuses that result.

The action is sent at once. Statuses are read only afterwards: after a success, since a status in which all assignees
must act may not move, and after a refusal, to explain it. https://cybozu.dev/ja/kintone/docs/rest-api/records/update-statuses/
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from kintone import api, limits
from kintone.api import Answer, Request, RequestSender
from kintone.app_overview import Process, read_process_once
from kintone.errors import InvalidParameterError, KintoneError
from kintone.field_types import RECORD_ID, REVISION, STATUS, STATUS_ASSIGNEE
from kintone.forms.fields import Form
from kintone.forms.reading import call_once
from kintone.ledger import ONE_ENTRY, WriteLedger
from kintone.messages import Joined, Message
from kintone.query import quote
from kintone.reading.pages import Record, raw_page_of
from kintone.remedies import for_maybe_saved
from kintone.replies import AnswerModel, PositiveNumber, misshapen, read_answer
from kintone.statuses.refusals import PROCESS_OFF, explained, is_explained, switched_off
from kintone.statuses.situation import Place, StatusChange

READ_BACK_SECONDS: Final = 30.0
"""Longest wait for the statuses that result; the change is saved by then."""
CHECK_FIRST: Final = Message(
    "wait a minute and read the status and the assignees of the records before this is tried again: where they have "
    "changed, the action was probably carried out. A repetition, such as Dify's own retry, is refused where the new "
    "status does not offer the action; where it offers an action of the same name, that is carried out as well"
)
_ROW = re.compile(r"records\[(?P<index>[0-9]{1,3})\]\.(?P<part>\w+)")

type ReadForm = Callable[[], Form]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a saved change: the revision of each record, by id, and what was read afterwards.

    ``places`` lacks the records that could not be read any more; ``unread`` is the reason why none could be read.
    ``process`` is None where the settings could not be read.
    """

    revisions: Mapping[str, str]
    places: Mapping[str, Place]
    process: Process | None = None
    unread: KintoneError | None = None

    def results(self) -> list[dict[str, str]]:
        """Return ID, revision and status of each record in the order of the call; a status not read is ``""``."""
        return [
            {"id": each, "revision": revision, "status": self.places[each].status if each in self.places else ""}
            for each, revision in self.revisions.items()
        ]


class _Changed(AnswerModel):
    id: PositiveNumber
    revision: PositiveNumber


class _Answer(AnswerModel):
    records: list[Any]


def change_status(caller: RequestSender, change: StatusChange, read_form: ReadForm) -> Outcome:
    """Carry out the action on all records or on none; after an unknown outcome it is not sent again.

    ``read_form`` tells the codes of the fields that hold status and assignees. A failure after the action was carried
    out is part of the outcome, never raised. Raises ``InvalidParameterError`` for more than 100 records.
    """
    if len(change.ids) > limits.MAX_RECORDS_PER_ACTION:
        raise InvalidParameterError(
            "record_ids names {count:,} records, and one call takes at most {most}, which all change or none; call "
            "once for each {most}",
            count=len(change.ids),
            most=limits.MAX_RECORDS_PER_ACTION,
        )
    acting = Message("changing the status of records of app {app}", app=change.app)
    rows = [_row(record_id, change) for record_id in change.ids]
    request = api.update_statuses(acting, change.app, rows)

    def changed(answer: Answer) -> Mapping[str, str]:
        return _revisions(answer, change, acting)

    try:
        revisions = caller.write(request, changed, WriteLedger(1, numbered=False), ONE_ENTRY)
    except KintoneError as error:
        raise _explained(caller, change, error, read_form) from None
    return _read_back(caller, change, revisions, read_form)


def _row(record_id: str, change: StatusChange) -> Mapping[str, str]:
    row = {"id": record_id, "action": change.action}
    return {**row, "assignee": change.assignee} if change.assignee else row


def _revisions(answer: Answer, change: StatusChange, acting: Message) -> Mapping[str, str]:
    """Return the new revisions by id in the order of the call; an answer about other records proves nothing."""
    rows = [read_answer(_Changed, row, acting) for row in read_answer(_Answer, answer.body, acting).records]
    revisions = {row.id: row.revision for row in rows}
    if len(rows) != len(change.ids) or revisions.keys() != set(change.ids):
        raise misshapen(acting, Message("the list of records"), Message("one of other records than were sent"))
    return {record_id: revisions[record_id] for record_id in change.ids}


# Reading afterwards


def _read_back(
    caller: RequestSender, change: StatusChange, revisions: Mapping[str, str], read_form: ReadForm
) -> Outcome:
    with caller.deadline.within(READ_BACK_SECONDS) as deadline:

        def ask(request: Request) -> Answer:
            return caller.call(request, deadline)

        try:
            places = _read_places(ask, change, read_form)
        except KintoneError as error:
            return Outcome(revisions, {}, unread=error)
    return Outcome(revisions, places, read_process_once(caller, change.app))


def _read_places(ask: Callable[[Request], Answer], change: StatusChange, read_form: ReadForm) -> Mapping[str, Place]:
    """Return status and assignees by record id, without the records that cannot be read."""
    description = Message("reading the status of records of app {app}", app=change.app)
    ids = ", ".join(map(quote, change.ids))
    parameters: dict[str, object] = {
        "app": change.app,
        "query": f"{RECORD_ID} in ({ids}) limit {limits.MAX_RECORDS_PER_ACTION}",
    }
    if codes := _codes(read_form):
        parameters["fields"] = [RECORD_ID, REVISION, *codes]
    page = raw_page_of(ask(api.get_records(description, parameters)), description)
    places = {str(each): _place(record) for each, record in zip(page.ids, page.records, strict=True)}
    return {each: places[each] for each in change.ids if each in places}


def _codes(read_form: ReadForm) -> list[str]:
    """Return the codes of the fields for status and assignees, which are in the language of the app's creator.

    None where the form cannot be read or lacks them: the records are then read whole.
    """
    try:
        fields = read_form().fields.values()
    except KintoneError:
        return []
    return [field.code for field in fields if field.type in (STATUS, STATUS_ASSIGNEE)]


def _place(record: Record) -> Place:
    by_type = {field["type"]: field["value"] for field in record.values()}
    people = by_type.get(STATUS_ASSIGNEE.name)
    assignees = [each for each in people if isinstance(each, dict)] if isinstance(people, list) else []
    status = by_type.get(STATUS.name)
    return Place(status[: limits.MAX_NAME_LENGTH] if isinstance(status, str) else "", assignees)


# Explaining a failure


def _explained(caller: RequestSender, change: StatusChange, error: KintoneError, read_form: ReadForm) -> KintoneError:
    """Return the error with what has to be known to act on it: the statuses as they are, and what is possible."""
    if error.maybe_saved:
        return error.copy_with(remedy=Joined([CHECK_FIRST, for_maybe_saved(error.remedy)]))
    error = _with_places(error, change)
    if error.kintone_code == PROCESS_OFF:
        return switched_off(error)
    if not is_explained(error):
        return error

    def ask(request: Request) -> Answer:
        return Answer(call_once(caller, request))

    try:
        places: Mapping[str, Place] | None = _read_places(ask, change, read_form)
    except KintoneError:
        places = None
    return explained(error, change, places, read_process_once(caller, change.app))


def _with_places(error: KintoneError, change: StatusChange) -> KintoneError:
    """Return the error with the record, or the parameter, that each of kintone's places stands for."""
    if error.reply is None:
        return error
    fields = [(_place_in_words(str(place), change), words) for place, words in error.reply.fields]
    return error.copy_with(reply=replace(error.reply, fields=fields))


def _place_in_words(place: str, change: StatusChange) -> str | Message:
    row = _ROW.fullmatch(place)
    if row is None or int(row["index"]) >= len(change.ids):
        return place
    if row["part"] in ("action", "assignee"):
        return row["part"]
    return Message("record {id}", id=change.ids[int(row["index"])])
