"""Prepares the parameter ``query``, and explains why kintone refused it."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kintone.errors import InvalidParameterError, InvalidQueryError, KintoneError
from kintone.messages import NOTHING, Joined, Message
from kintone.query.comparisons import Comparison, read_condition
from kintone.query.mending import mended, told
from kintone.query.mistakes import explain, unknown_fields
from kintone.query.moments import DateCheck, check_dates, is_like_a_date
from kintone.query.parts import parse
from kintone.values.periods import default_time_zone
from tools.base import Call
from tools.code_suggestions import current_form
from tools.structured_text import unfenced


@dataclass(frozen=True, slots=True)
class PreparedQuery:
    """A query as it is sent, and a warning for each thing that was mended."""

    text: str
    warnings: Sequence[Message] = ()


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
        for comparison in read_condition(parse(text).condition).comparisons
        if any(map(is_like_a_date, comparison.operands))
    ]
    check = _checked(call, dates, zone) if dates else None
    if check is None:
        return PreparedQuery(text, warnings)
    if check.unzoned:
        raise InvalidParameterError(Joined(check.unzoned))
    return PreparedQuery(check.applied(text), [*warnings, *check.told()])


def _checked(call: Call, dates: Sequence[Comparison], zone: ZoneInfo | None) -> DateCheck | None:
    """Check comparisons with dates; None if the form cannot be read, since kintone then decides.

    A remembered form may lack a new field, or hold one that was made anew with another type, so it is read again
    before it changes or refuses anything.
    """
    zone = zone or ZoneInfo(default_time_zone(call.client.access.site.host))
    may_be_outdated = call.client.forms.holds(call.app)
    try:
        check = check_dates(dates, call.client.forms.read(call.app), zone)
        if may_be_outdated and (check.changes or check.unzoned or check.unknown):
            check = check_dates(dates, call.client.forms.read(call.app, fresh=True), zone)
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
    form = current_form(call)
    if form is None:
        return error
    mistakes = [*explain(parse(query.text), form, error.code), *unknown_fields(fields, form)]
    # The sentence that kintone's code alone allows would only say the same in other words.
    return error.copy_with(problem=Joined(mistakes, " | "), remedy=NOTHING) if mistakes else error
