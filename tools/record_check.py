"""Checking records against the app's form before they are written, for all tools that write or check."""

from collections.abc import Callable, Sequence

from kintone.errors import InvalidParameterError, PermissionDeniedError
from kintone.forms.field_definitions import Form
from kintone.forms.forms_api import FormsApi
from kintone.messages import Joined, Message
from kintone.validation.problems import Change
from tools.base import Call

SKIPPED = (
    "Not checked against the app's form, since validate_before_write is off; kintone silently drops fields it does not "
    "know."
)
GIVE_PERMISSION = Message(
    "the app's form can be read by a token with view or add permission; give the token one of them"
)
SWITCH_OFF = Message(
    "records are checked against the form first: {permission}, or switch validate_before_write off",
    permission=GIVE_PERMISSION,
)
MOST_CHANGES_SHOWN = 20


def read_form(forms: FormsApi, app: int, remedy: Message, *, fresh: bool = False) -> Form:
    """Return the app's form; a token that may not read it gets a sentence that says what can be done."""
    try:
        return forms.read(app, fresh=fresh)
    except PermissionDeniedError as error:
        raise error.but(remedy=remedy) from None


def checked[Checked](
    call: Call, check: Callable[[Form], Checked], problems: Callable[[Checked], bool], remedy: Message = SWITCH_OFF
) -> Checked:
    """Check with the form at hand; what looks wrong is checked again with a form read anew, which may have changed."""
    forms = call.client.forms
    remembered = forms.holds(call.app)
    result = check(read_form(forms, call.app, remedy))
    if remembered and problems(result):
        result = check(read_form(forms, call.app, remedy, fresh=True))
    return result


def refuse(parameter: str, lines: Sequence[str | Message]) -> None:
    """Raise all problems at once, where there are any."""
    if lines:
        raise InvalidParameterError(
            "{parameter}: nothing was written; correct this and send it again: {problems}",
            parameter=parameter,
            problems=Joined(lines, " | "),
        )


def change_lines(changes: list[Change], unlisted: int = 0) -> list[str]:
    """Return the values that were rewritten, for people."""
    lines = [f"- {change.text}" for change in changes[:MOST_CHANGES_SHOWN]]
    left = len(changes) - len(lines) + unlisted
    return [*lines, f"- and {left} more"] if left > 0 else lines
