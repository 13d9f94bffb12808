"""Explains why kintone refused an action of process management: statuses as they are, what is possible, who may act.

kintone's own message tells neither the record nor the actions that are possible, and blames another user even if the
action does not exist in that status. What is told here was read after the refusal.
https://cybozu.dev/ja/kintone/docs/rest-api/records/update-statuses/
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from kintone.app_overview import NOBODY, Action, Assignment, Process
from kintone.error_codes import MEANINGS
from kintone.errors import InvalidRequestError, KintoneError
from kintone.forms.near_matches import folded, nearest_codes, one_of
from kintone.messages import NOTHING, Joined, Message
from kintone.statuses.situation import (
    MAX_CONDITION,
    UNREAD_RECORDS,
    Group,
    Place,
    Situation,
    StatusChange,
    candidates_named,
    records_named,
)
from kintone.texts import printable

NOT_POSSIBLE, NOT_ASSIGNED, NEEDS_ASSIGNEE, WRONG_ASSIGNEE, UNKNOWN_ASSIGNEE, NO_RECORD, PROCESS_OFF = (
    "GAIA_IL03", "GAIA_NT01", "GAIA_SA01", "GAIA_SA04", "GAIA_IL26", "GAIA_RE01", "GAIA_ST02",
)  # fmt: skip
CONFLICTS: Final = ("GAIA_CO02", "GAIA_UN03")
SWITCH_ON: Final = Message(
    "this works only in an app with process management: have it switched on in the app's settings, Process Management, "
    "and the app published with Update App, or check kintone_app_id"
)
MAKE_ASSIGNEE: Final = Message(
    "this takes a person: an assignee carries it out in kintone; only if they are not to decide, somebody makes "
    "Administrator an assignee there, of the record or of its status in the app's settings, Process Management"
)
CHANGED_MEANWHILE: Final = Message(
    "the status offers this action now, so the records or the settings have probably just been changed; try again "
    "once, and if it is refused again, look at the record in kintone: its buttons are the possible actions"
)
APART: Final = Message("call once for the records of each next status")
LANGUAGE: Final = Message(
    "actions have the names that Administrator sees, in that user's display language, since an API token acts as "
    "Administrator"
)


def is_explained(error: KintoneError) -> bool:
    """Tell whether statuses and settings explain this refusal; a code that is not known here may be about them too."""
    code = error.kintone_code
    if code in _EXPLANATIONS:
        return True
    return bool(code) and code not in MEANINGS and isinstance(error, InvalidRequestError)


def explained(
    error: KintoneError, change: StatusChange, places: Mapping[str, Place] | None, process: Process | None
) -> KintoneError:
    """Return a refusal with what is possible instead.

    ``places`` are the records that could be read, None where reading failed; ``process`` is None where the settings
    could not be read.
    """
    situation = Situation(change, places, process)
    explain = _EXPLANATIONS.get(error.kintone_code, _about_unknown)
    problem, remedies = explain(situation)
    notes = [*error.notes]
    if explain in (_about_action, _about_assigned, _about_conflict, _about_unknown):
        notes += [each for each in (situation.missing(), *situation.lines()) if each]
    return error.copy_with(
        problem=problem or error.problem,
        remedy=Joined([each for each in remedies if each] or [error.remedy]),
        notes=notes,
    )


def switched_off(error: KintoneError) -> KintoneError:
    """Return the refusal of an app without process management with what to do about it."""
    return error.copy_with(remedy=SWITCH_ON)


# The explanations: what failed, and what to do


type _Explanation = tuple[Message, Sequence[Message]]


def _about_action(situation: Situation) -> _Explanation:
    """Explain an action that is not possible."""
    stuck = situation.stuck()
    if not stuck:
        problem = Message('kintone does not carry out the action "{action}"', action=situation.action)
        return problem, _reasons_of_offered(situation)
    problem = Message(
        'the action "{action}" is not possible for {records}',
        action=situation.action,
        records=records_named([each for group in stuck for each in group.ids]),
    )
    arrived = [group for group in stuck if situation.arrived(group)]
    others = [group for group in stuck if group not in arrived]
    remedies = [_already(situation, group) for group in arrived] + (_proposals(situation, others) if others else [])
    return problem, [*remedies, _mixed(situation, stuck)]


def _about_unknown(situation: Situation) -> _Explanation:
    """Explain a refusal whose code says nothing: by the statuses, if these do not offer the action."""
    problem, remedies = _about_action(situation)
    return problem, [each for each in remedies if each != CHANGED_MEANWHILE]


def _already(situation: Situation, group: Group) -> Message:
    """Say that an earlier try may have brought records where they are."""
    return Message(
        '"{status}" is where "{action}" leads, so it may have been carried out on {records} before: if that was meant, '
        "do not repeat it",
        status=group.status,
        action=situation.action,
        records=records_named(group.ids),
    )


def _reasons_of_offered(situation: Situation) -> Sequence[Message]:
    """Return why an action is refused although every status offers it."""
    reasons: list[Message] = []
    for group in situation.groups:
        offered = situation.offers(group)
        if len(offered) > 1:
            reasons.append(
                Message(
                    'the status "{status}" has {count} actions named "{action}", which kintone cannot tell apart; have '
                    "one of them renamed in the app's settings, Process Management",
                    status=group.status,
                    count=len(offered),
                    action=situation.action,
                )
            )
        elif offered and offered[0].condition:
            reasons.append(
                Message(
                    'from "{status}" the action is possible only where {condition}',
                    status=group.status,
                    condition=printable(offered[0].condition, MAX_CONDITION),
                )
            )
    if reasons:
        return _distinct(reasons)
    return [CHANGED_MEANWHILE] if situation.all_offered else _nowhere(situation)


def _proposals(situation: Situation, stuck: Sequence[Group]) -> list[Message]:
    """Return the actions that were probably meant, of those that the statuses of the records offer."""
    process = situation.process
    if process is None:
        return []
    statuses = {group.place.status for group in stuck}
    offered = [each for each in process.actions if each.before in statuses]
    given = situation.change.action
    if process.named(given):
        # Another action of a similar name would do something else.
        usable = {group.place.status for group in stuck if group.place.is_open}
        if not any(each.before in usable for each in offered):
            return []
        return [Message("use an action that is possible from the status, if that is what you want")]
    by_target = [each.name for each in offered if folded(each.after) == folded(given)]
    meant = by_target or nearest_codes(given, [(each.name, each.name) for each in offered])
    if meant:
        return [Message("did you mean {names}?", names=one_of(dict.fromkeys(meant)))]
    return _nowhere(situation)


def _nowhere(situation: Situation) -> list[Message]:
    """Say that the app has no action of this name, with the nearest one; nothing if it has, or if that is not known."""
    process, given = situation.process, situation.change.action
    if process is None or process.named(given):
        return []
    elsewhere = [each.name for each in process.actions if folded(each.after) == folded(given)] or nearest_codes(
        given, [(each.name, each.name) for each in process.actions]
    )
    wrong = Message('the app has no action "{action}"', action=situation.action)
    near = Message("the nearest one is {names}", names=one_of(dict.fromkeys(elsewhere))) if elsewhere else NOTHING
    return [wrong, near, LANGUAGE]


def _mixed(situation: Situation, stuck: Sequence[Group]) -> Message:
    """Say that the other records of the call could have changed, as far as the token may act on them."""
    free = [group for group in situation.groups if group not in stuck and group.place.is_open]
    others = [each for group in free for each in group.ids]
    if not others:
        return NOTHING
    return Message("to change {records} alone, leave the others out: all change or none", records=records_named(others))


def _about_assigned(situation: Situation) -> _Explanation:
    """Explain that others have to act."""
    closed = [group for group in situation.groups if not group.place.is_open]
    if not closed:
        return NOTHING, []
    problem = Message(
        "an API token acts as Administrator, and only the assignees of {records} can act",
        records=records_named([each for group in closed for each in group.ids]),
    )
    return problem, [MAKE_ASSIGNEE, _mixed(situation, closed)]


def _about_needed_assignee(situation: Situation) -> _Explanation:
    """Explain that somebody has to be chosen."""
    chosen = [each for each in situation.named if _assignment(situation, each).is_chosen]
    remedies = [
        Message(
            'set assignee to the login name of one who can act in "{after}": {candidates}',
            after=printable(each.after),
            candidates=candidates_named(_assignment(situation, each)),
        )
        for each in chosen
    ]
    problem = Message('the action "{action}" needs an assignee for the next status', action=situation.action)
    return problem, _distinct(remedies)


def _about_wrong_assignee(situation: Situation) -> _Explanation:
    """Explain that nobody can be chosen, or not this user."""
    given = printable(situation.change.assignee)
    remedies: list[Message] = []
    for each in situation.named:
        assignment = _assignment(situation, each)
        values = {"after": printable(each.after), "given": given}
        if assignment.is_chosen:
            candidates = candidates_named(assignment)
            remedies.append(
                Message('for "{after}" one of these must be chosen: {candidates}', candidates=candidates, **values)
            )
        else:
            remedies.append(Message('leave assignee out: nobody is chosen for "{after}"', **values))
    problem = Message('the action "{action}" does not take the assignee {given}', action=situation.action, given=given)
    distinct = _distinct(remedies)
    return problem, distinct if len(distinct) < 2 else [*distinct, APART]  # noqa: PLR2004 - several next statuses


def _about_unknown_assignee(situation: Situation) -> _Explanation:
    """Explain that nobody has this login name."""
    problem = Message(
        "assignee: kintone has no user with the login name {given}", given=printable(situation.change.assignee)
    )
    advice = Message("write the login name, not the display name")
    return problem, [advice, *_about_wrong_assignee(situation)[1]]


def _about_missing(situation: Situation) -> _Explanation:
    """Explain that a record does not exist."""
    missing = situation.missing()
    check = Message("check record_ids, and kintone_app_id if the records are in another app; all change or none")
    if missing in (NOTHING, UNREAD_RECORDS):
        return NOTHING, [check]
    return missing, [check]


def _about_conflict(_: Situation) -> _Explanation:
    """Explain that somebody changed a record in the same moment."""
    return NOTHING, [Message("look at what has changed, and carry out the action if it is still right")]


_EXPLANATIONS: Final[Mapping[str, Callable[[Situation], _Explanation]]] = {
    NOT_POSSIBLE: _about_action,
    NOT_ASSIGNED: _about_assigned,
    NEEDS_ASSIGNEE: _about_needed_assignee,
    WRONG_ASSIGNEE: _about_wrong_assignee,
    UNKNOWN_ASSIGNEE: _about_unknown_assignee,
    NO_RECORD: _about_missing,
    **dict.fromkeys(CONFLICTS, _about_conflict),
}


def _assignment(situation: Situation, action: Action) -> Assignment:
    return situation.process.assignment(action.after) if situation.process else NOBODY


def _distinct(messages: Iterable[Message]) -> list[Message]:
    """Return the messages without repetition."""
    return list({str(message): message for message in messages}.values())
