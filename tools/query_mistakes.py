"""Prepares the parameter ``query``, and explains why kintone refused it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kintone.app_overview import read_statuses
from kintone.errors import InvalidParameterError, InvalidQueryError, KintoneError
from kintone.messages import NOTHING, Joined, Message
from kintone.query import Query
from kintone.query.comparisons import Comparison, read_condition
from kintone.query.mending import mended, told
from kintone.query.mistakes import UNKNOWN_OPTION, compares_status, explain, unknown_fields
from kintone.query.moments import DateCheck, check_dates, unchecked_dates
from kintone.query.parts import has_options, parse
from kintone.query.unzoned import is_like_a_date
from kintone.reading.plan import plan_of
from kintone.values.periods import default_time_zone
from tools.base import Call
from tools.code_suggestions import current_form
from tools.structured_text import unfenced


@dataclass(frozen=True, slots=True)
class PreparedQuery:
    """A query as it is sent, a warning for each thing that was mended, and whether the form could not be read."""

    text: str
    warnings: Sequence[Message] = ()
    lacks_form: bool = False


def prepared_query(call: Call, zone: ZoneInfo | None = None) -> PreparedQuery:
    """Return the parameter ``query`` with slips mended that can only mean one thing.

    The form is read only where a condition compares something with a text that looks like a date. ``zone`` is where a
    date without an offset was probably meant, by default that of the site's region. Raises ``InvalidParameterError``
    for a query whose parts cannot be told apart, and for a date and time compared with a text that has no offset.
    """
    text, changes = mended(unfenced(call.parameters.text("query")).strip())
    warnings = [told(changes)] if changes else []
    dates = [
        comparison
        for comparison in read_condition(_condition(call, text)).comparisons
        if any(map(is_like_a_date, comparison.operands))
    ]
    if not dates:
        return PreparedQuery(text, warnings)
    check = _checked(call, dates, zone)
    if check is None:
        return PreparedQuery(text, [*warnings, *unchecked_dates(dates)], lacks_form=True)
    if check.refused:
        raise InvalidParameterError(Joined(check.refused))
    return PreparedQuery(check.applied(text), [*warnings, *check.told()])


def require_condition(prepared: PreparedQuery, reason: Message, instead: Mapping[str, Message]) -> Query:
    """Return a query that is a condition alone; raises ``InvalidParameterError`` if it has options.

    ``reason`` says why the tool has no use for them, ``instead`` what to do about each of them.
    """
    plan_of(prepared.text, None)
    query = parse(prepared.text)
    options = {"order by": query.order_by, "limit": query.limit, "offset": query.offset}
    problems = [
        Message(
            'query: "{option}" is not allowed here, since {reason}; {instead}',
            option=option,
            reason=reason,
            instead=instead[option],
        )
        for option, value in options.items()
        if value is not None
    ]
    if problems:
        raise InvalidParameterError(Joined(problems))
    return query


def _counts(call: Call) -> bool:
    """Tell whether the tool aggregates: its query is a condition alone."""
    return call.parameters.takes("group_by")


def _deletes(call: Call) -> bool:
    """Tell whether the tool deletes what the query finds: its query is a condition alone as well."""
    return call.parameters.takes("confirm_count")


def _condition(call: Call, text: str) -> str:
    """Return the condition of a query; raises ``InvalidParameterError`` with advice that suits the tool."""
    try:
        return parse(text).condition
    except InvalidParameterError:
        if not has_options(text) or not (_counts(call) or _deletes(call)):
            raise
    if _deletes(call):
        raise InvalidParameterError(
            "query: only a condition may stand here, without order by, limit and offset, since all records that match "
            "are deleted; remove them, or name the records in record_ids"
        )
    raise InvalidParameterError(
        "query: only a condition may stand here, without order by, limit and offset; sort the rows with the parameter "
        "order_by, and limit them with max_rows"
    )


def _checked(call: Call, dates: Sequence[Comparison], zone: ZoneInfo | None) -> DateCheck | None:
    """Check comparisons with dates; None if the form cannot be read at once, since kintone then decides.

    A remembered form may lack a new field, or hold one that was made anew with another type, so it is read again
    before it changes or refuses anything.
    """
    zone = zone or ZoneInfo(default_time_zone(call.client.access.site.host))
    may_be_outdated = call.client.forms.holds(call.app)
    try:
        check = check_dates(dates, call.client.forms.read(call.app, once=True), zone)
        if may_be_outdated and (check.changes or check.refused or check.unknown):
            check = check_dates(dates, call.client.forms.read(call.app, fresh=True, once=True), zone)
    except KintoneError:
        return None
    return check


def explained(
    call: Call, error: InvalidQueryError, query: PreparedQuery, fields: Sequence[str] = ()
) -> InvalidQueryError:
    """Return kintone's refusal of a query with what is wrong in it and what to write instead.

    ``fields`` are the codes of the parameter ``fields``. The error is unchanged where the form cannot be read, or where
    nothing wrong is found.
    """
    form = None if query.lacks_form else current_form(call)
    if form is None:
        return error
    parsed = parse(query.text)
    asks_for_statuses = error.code == UNKNOWN_OPTION and compares_status(parsed, form)
    statuses = read_statuses(call.client, call.app) if asks_for_statuses else ()
    mistakes = [
        *explain(parsed, form, error.code, counts=_counts(call), statuses=statuses),
        *unknown_fields(fields, form),
    ]
    # The sentence that kintone's code alone allows would only say the same in other words.
    return error.copy_with(problem=Joined(mistakes, " | "), remedy=NOTHING) if mistakes else error
