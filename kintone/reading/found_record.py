"""Reading one record: by its ID, or by the value of a field that prohibits duplicates."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from kintone import api
from kintone.api import RequestSender
from kintone.errors import InvalidParameterError, NotFoundError
from kintone.field_types import REVISION
from kintone.forms.near_matches import folded
from kintone.messages import NOTHING, Joined, Message
from kintone.query import quote
from kintone.reading.pages import Record, RecordSource
from kintone.reading.reader import RecordsApi
from kintone.remedies import FIND_BY_QUERY
from kintone.replies import MISSING, AnswerModel, PositiveNumber, misshapen, number_text, read_answer
from kintone.texts import preview, printable
from kintone.values.numbers import whole_number

ENOUGH_TO_TELL = 2
"""Records that are asked for; the second one shows that the first is not the only one."""


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record as kintone shows it, with the ID and revision that it had when it was read, and kintone's warnings."""

    id: str
    revision: str
    record: Record = field(repr=False)
    warnings: Sequence[str] = ()


def find_by_id(caller: RequestSender, app: int, record_id: str) -> FoundRecord:
    """Read a record by its ID; raises ``NotFoundError``.

    Source: https://cybozu.dev/ja/kintone/docs/rest-api/records/get-record.
    """
    record = RecordsApi(caller).get(app, record_id)
    description = Message("reading record {record} of app {app}", record=record_id, app=app)
    return FoundRecord(record_id, _revision(record, description), record)


def find_by_key(caller: RequestSender, app: int, code: str, key: str) -> FoundRecord:
    """Read the one record with the text ``key`` in the field ``code``, which prohibits duplicate values.

    Raises ``NotFoundError`` if there is none, ``InvalidParameterError`` if kintone finds several, as it may when the
    setting of the field was just changed, and ``UnknownResponseError`` if it counts one twice and gives none.
    """
    source = RecordSource(caller, app, ())
    query = f"{code} = {quote(key)} limit {ENOUGH_TO_TELL}"
    page = source.fetch(query, counted=True)
    if not page.records and page.total:
        # That there is none must be certain: whoever reads it may add the record again.
        page = source.fetch(query, counted=True)
    if not page.records and page.total:
        raise misshapen(source.description, Message("the list of records"), Message("empty although one is counted"))
    if not page.records:
        raise _not_found(app, code, key)
    if len(page.records) > 1 or (page.total or 0) > 1:
        raise InvalidParameterError(
            "update_key: {count} records of app {app} have {value} in {code}, IDs {ids} among them, so it does not "
            "name one; use record_id",
            count=max(len(page.records), page.total or 0),
            app=app,
            value=preview(key),
            code=printable(code),
            ids=", ".join(map(str, page.ids)),
        )
    (record,), (record_id,) = page.records, page.ids
    if code not in record:
        raise misshapen(source.description, Message("the key field of the record"), MISSING)
    if not _may_have(record, code, key):
        raise misshapen(source.description, Message("the record"), Message("one with another value in the key field"))
    return FoundRecord(str(record_id), _revision(record, source.description), record, tuple(source.warnings))


def _not_found(app: int, code: str, key: str) -> NotFoundError:
    problem = Message("no record of app {app} has {value} in {code}", app=app, value=preview(key), code=printable(code))
    remedy = [
        Message("check update_key_value, which must be the whole value, and kintone_app_id"),
        _probably_meant(key),
        FIND_BY_QUERY,
    ]
    return NotFoundError(problem, remedy=Joined(remedy))


def _probably_meant(key: str) -> Message:
    if key != key.strip():
        return Message("leave out the blanks around update_key_value")
    number = whole_number(key)
    if number is not None and key.endswith(".0"):
        return Message(
            "if it was a number in the workflow, which arrives as {key}, write {number}", key=key, number=number
        )
    return NOTHING


def _may_have(record: Record, code: str, key: str) -> bool:
    """Tell whether the record may have the value that was searched for.

    A server that overlooks the condition answers with any record. Texts are compared without regard to case, width and
    blanks, since no page of kintone says how ``=`` and the check for duplicates compare them.
    """
    found = str(record[code]["value"])
    return folded(found) == folded(key) or _is_same_number(found, key)


def _is_same_number(one: str, other: str) -> bool:
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False


def _revision(record: Record, description: Message) -> str:
    revision = number_text(record.get(REVISION, {}).get("value"))
    if revision is None:
        found = record[REVISION]["value"] if REVISION in record else MISSING
        raise misshapen(description, Message("$revision of the record"), found)
    return revision


# Record numbers


class _App(AnswerModel):
    app_id: PositiveNumber
    code: str


def read_app_code(caller: RequestSender, app: int) -> str:
    """Return the code of an app, with which its record numbers begin; ``""`` if it has none.

    Source: https://cybozu.dev/ja/kintone/docs/rest-api/apps/get-app.
    """
    description = Message("reading the code of app {app}", app=app)
    answer = read_answer(_App, caller.call(api.get_app(description, app)).body, description)
    if answer.app_id != str(app):
        raise misshapen(description, Message("the number of the app"), Message("that of another app"))
    return answer.code
