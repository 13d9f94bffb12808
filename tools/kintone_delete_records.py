"""The tool ``kintone_delete_records``."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from kintone.errors import InvalidParameterError, InvalidQueryError, KintoneError
from kintone.field_types import RECORD_ID
from kintone.messages import NOTHING, Joined, Message, counted
from kintone.reading.reader import ReadRequest, RecordsApi
from kintone.values.numbers import whole_number
from kintone.writing.deletion import DeletionReport, DeletionRequest, delete_records
from kintone.writing.deletion_words import NOTHING_DELETED, records_named
from tools import base
from tools.parameters import Parameters
from tools.query_mistakes import PreparedQuery, explained, prepared_query, require_condition
from tools.query_outputs import ProgressLog
from tools.record_ids import is_given, read_record_ids
from tools.record_inputs import shown_value
from tools.results import MAX_MESSAGE_BYTES, Result, size_of

type Warnings = Sequence[Message | str]

MAX_IDS_SHOWN = 100
MAX_IDS_COMPARED = 20
"""IDs that are named where the query finds another number than was expected."""
IDS_LEFT_OUT = Message("The list of their IDs is too large for Dify and was left out of record_ids.")


class DeleteRecords(base.KintoneTool):
    """Deletes the records of a list of IDs, or those that a query finds if their number is as expected."""

    tool_name = "kintone_delete_records"

    def run(self, call: base.Call) -> Result:
        """Find the records, compare their number, delete them and return their IDs."""
        by_query = _is_by_query(call.parameters)
        expected = _expected_count(call.parameters, by_query=by_query)
        with _nothing_deleted_yet():
            ids, warnings = _found(call) if by_query else _given(call)
        if expected is not None and len(ids) != expected:
            warnings = [*_found_in_words(ids), *warnings] if by_query else warnings
            raise _other_count(expected, len(ids), warnings, by_query=by_query)
        request = DeletionRequest(call.app, ids, by_query)
        return _result(request, delete_records(call.client, request), warnings)


# The parameters


def _is_by_query(parameters: Parameters) -> bool:
    """Tell whether the records are given by ``query``; raises ``InvalidParameterError`` for both ways and for none."""
    has_ids, has_query = is_given(parameters.raw("record_ids")), bool(parameters.text("query"))
    if has_ids and has_query:
        raise InvalidParameterError(
            "record_ids and query are both given; keep record_ids to delete these records, or query to delete what it "
            "finds"
        )
    if not has_ids and not has_query:
        raise InvalidParameterError(
            "record_ids and query are both blank; write the IDs of the records to delete, such as 12, 15, or a "
            "condition as query together with confirm_count"
        )
    return has_query


def _expected_count(parameters: Parameters, *, by_query: bool) -> int | None:
    """Return ``confirm_count``; raises ``InvalidParameterError`` if it is missing with a query or is no count."""
    value = parameters.raw("confirm_count")
    if value is None and by_query:
        raise InvalidParameterError(
            "confirm_count is missing; write how many records the query finds, and they are deleted if it finds "
            "exactly as many"
        )
    number = None if value is None else whole_number(value)
    if value is not None and (number is None or number < 0):
        raise InvalidParameterError(
            "confirm_count must be the whole number of records to delete, such as 3, not {given}",
            given=shown_value(value),
        )
    return number


def _given(call: base.Call) -> tuple[Sequence[int], Warnings]:
    return sorted(read_record_ids(call, call.parameters.raw("record_ids"))), ()


def _found(call: base.Call) -> tuple[Sequence[int], Warnings]:
    """Return the IDs of all records that the query finds, ascending, with the warnings about the query."""
    prepared = prepared_query(call)
    _require_whole_condition(prepared)
    request = ReadRequest(call.app, prepared.text, [RECORD_ID], ranges=call.settings.read_ranges)
    reading = RecordsApi(call.client).read(request, ProgressLog(call.app))
    ids: list[int] = []
    try:
        with closing(reading.pages()) as pages:
            for page in pages:
                ids += map(int, page.ids)
    except InvalidQueryError as error:
        raise explained(call, error, prepared) from None
    return ids, [*prepared.warnings, *reading.warnings]


def _require_whole_condition(prepared: PreparedQuery) -> None:
    query = require_condition(
        prepared,
        Message("all records that match are deleted"),
        dict.fromkeys(("order by", "limit", "offset"), Message("remove it, or name the records in record_ids")),
    )
    if not query.condition:
        raise InvalidParameterError(
            'query is blank, which would match every record; write a condition such as status in ("Done")'
        )


def _other_count(expected: int, found: int, warnings: Warnings, *, by_query: bool) -> InvalidParameterError:
    if by_query and not found:
        problem = Message(
            "confirm_count is {expected}, but the query finds no record, so nothing was deleted by this call; the "
            "records may have been deleted before, or the query is not the one that was counted",
            expected=expected,
        )
    elif by_query:
        problem = Message(
            "confirm_count is {expected}, but the query finds {found}, so nothing was deleted; look at what it finds, "
            "and repeat this with confirm_count {found} only if all of these are meant",
            expected=expected,
            found=found,
        )
    else:
        problem = Message(
            "confirm_count is {expected}, but record_ids names {found}, so nothing was deleted; correct one of them, "
            "or leave confirm_count out",
            expected=expected,
            found=found,
        )
    return InvalidParameterError(problem).copy_with(notes=[Message("{warning}", warning=each) for each in warnings])


def _found_in_words(ids: Sequence[int]) -> list[Message]:
    if not ids:
        return []
    left = len(ids) - MAX_IDS_COMPARED
    more = Message("and {left:,} more", left=left) if left > 0 else NOTHING
    return [Message("it finds the records {ids}", ids=Joined([*map(str, ids[:MAX_IDS_COMPARED]), more], ", "))]


@contextmanager
def _nothing_deleted_yet() -> Iterator[None]:
    """Add to a failure before the first deletion that nothing was deleted."""
    try:
        yield
    except InvalidParameterError:
        raise
    except KintoneError as error:
        raise error.copy_with(problem=Joined([error.problem, NOTHING_DELETED])) from None


# The result


def _result(request: DeletionRequest, report: DeletionReport, warnings: Warnings) -> Result:
    ids = [str(record_id) for record_id in report.ids]
    lines = _lines(request, report)
    if size_of(ids) > MAX_MESSAGE_BYTES // 2:
        # The records are gone, so a list that is too large for Dify is left out instead of failing the call.
        ids = []
        lines.append(IDS_LEFT_OUT)
    variables = {"deleted_count": len(report.ids), "record_ids": ids}
    return Result([*lines, *(Message("Warning: {warning}", warning=each) for each in warnings)], variables, variables)


def _lines(request: DeletionRequest, report: DeletionReport) -> list[Message]:
    """Return what is deleted, and what is known of records whose answer was lost.

    A query has seen its records, so they were deleted; an ID that was given may never have been one of this app.
    """
    if not report.looked_up:
        return [_headline(request.app, report.ids)]
    named = records_named(report.looked_up)
    if request.by_query:
        lost = Message(
            "Looked up after kintone's answer was lost, and gone: {records}.",
            records=named,
        )
        return [_headline(request.app, report.ids), lost]
    lost_ids = set(report.looked_up)
    confirmed = [record_id for record_id in report.ids if record_id not in lost_ids]
    doubt = Message(
        "kintone's answer to the deletion was lost. Looked up afterwards, app {app} no longer has, or never had: "
        "{records}. Whether this call deleted them is not known; if they are in another app, check kintone_app_id.",
        app=request.app,
        records=named,
    )
    return [_headline(request.app, confirmed), doubt] if confirmed else [doubt]


def _headline(app: int, ids: Sequence[int]) -> Message:
    if not ids:
        return Message("The query finds no record of app {app}, as confirm_count says: nothing was deleted.", app=app)
    left = len(ids) - MAX_IDS_SHOWN
    more = Message("and {left:,} more", left=left) if left > 0 else NOTHING
    shown = Joined([*map(str, ids[:MAX_IDS_SHOWN]), more], ", ")
    return counted(
        len(ids),
        Message("Deleted 1 record of app {app}, which cannot be restored: {ids}.", app=app, ids=shown),
        Message(
            "Deleted {count:,} records of app {app}, which cannot be restored: {ids}.",
            count=len(ids),
            app=app,
            ids=shown,
        ),
    )
