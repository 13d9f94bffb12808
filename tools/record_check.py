"""Checking records against the app's form before they are written, for all tools that write or check."""

from collections.abc import Callable, Sequence
from typing import Protocol

from kintone.errors import InvalidParameterError, PermissionDeniedError
from kintone.forms.field_definitions import Form
from kintone.forms.forms_api import FormsApi
from kintone.messages import Joined, Message
from kintone.problems import Change
from tools.base import Call

SKIPPED = Message(
    "Nothing else was checked against the app's form, since validate_before_write is off; kintone silently drops "
    "fields it does not know."
)
WITHOUT_FORM = Message(
    "The app's form could not be read with this token, so values went out as they are; kintone rounds numbers to the "
    "app's decimals and takes a day alone for midnight in UTC."
)
REWRITTEN = Message("Values written as kintone takes them:")
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


class Checked(Protocol):
    """What a check against a form comes to."""

    @property
    def problems(self) -> Sequence[object]:
        """What is wrong."""

    @property
    def wants_precision(self) -> bool:
        """Whether a form that knows the app's precision would say more."""

    @property
    def knows_all_fields(self) -> bool:
        """Whether the form has every field that was brought."""


def checked[Result: Checked](call: Call, check: Callable[[Form], Result], remedy: Message = SWITCH_OFF) -> Result:
    """Check with the form at hand; what looks wrong is checked again with a form read anew, which may have changed."""
    remembered = call.client.forms.holds(call.app)
    result = _checked(call, check, remedy)
    if remembered and (result.problems or not result.knows_all_fields):
        result = _checked(call, check, remedy, fresh=True)
    return result


def _checked[Result: Checked](
    call: Call, check: Callable[[Form], Result], remedy: Message, *, fresh: bool = False
) -> Result:
    form = read_form(call.client.forms, call.app, remedy, fresh=fresh)
    result = check(form)
    if result.wants_precision and form.precision is None:
        result = check(call.client.forms.with_precision(form))
    return result


def shaped[Result: Checked](call: Call, check: Callable[[Form | None], Result]) -> Result:
    """Bring values into kintone's shape by the form; with None for a form that the token may not read."""
    try:
        return checked(call, check)
    except PermissionDeniedError:
        return check(None)


def refuse(parameter: str, lines: Sequence[str | Message]) -> None:
    """Raise all problems at once, where there are any."""
    if lines:
        raise InvalidParameterError(
            "{parameter}: nothing was written; correct this and send it again: {problems}",
            parameter=parameter,
            problems=Joined(lines, " | "),
        )


def change_lines(changes: Sequence[Change], unlisted: int = 0) -> list[Message]:
    """Return the lines about values that were rewritten, for people; none where there are none."""
    if not changes:
        return []
    shown = changes[:MOST_CHANGES_SHOWN]
    left = len(changes) - len(shown) + unlisted
    lines = [REWRITTEN, *(Message("- {change}", change=change.text) for change in shown)]
    return [*lines, Message("- and {left} more", left=left)] if left > 0 else lines
