"""Explains why kintone refused an action of process management: statuses as they are, what is possible, who may act.

kintone's own message tells neither the record nor the actions that are possible, and blames another user even if the
action does not exist in that status. What is told here was read after the refusal.
https://cybozu.dev/ja/kintone/docs/rest-api/records/update-statuses/
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kintone.app_overview import NOBODY, Action, Assignment, Candidate, Process
from kintone.error_codes import MEANINGS
from kintone.errors import InvalidRequestError, KintoneError
from kintone.forms.near_matches import folded, listed, nearest_codes, one_of
from kintone.messages import NOTHING, Joined, Message, counted
from kintone.texts import printable

ADMINISTRATOR: Final = "Administrator"
"""The login name of the user as whom an API token acts."""
NOT_POSSIBLE, NOT_ASSIGNED, NEEDS_ASSIGNEE, WRONG_ASSIGNEE, UNKNOWN_ASSIGNEE, NO_RECORD, PROCESS_OFF = (
    "GAIA_IL03", "GAIA_NT01", "GAIA_SA01", "GAIA_SA04", "GAIA_IL26", "GAIA_RE01", "GAIA_ST02",
)  # fmt: skip
MAX_GROUPS: Final = 10
MAX_CONDITION: Final = 200
SWITCH_ON: Final = Message(
    "this works only in an app with process management: have it switched on in the app's settings, Process Management, "
    "and the app published with Update App, or check kintone_app_id"
)
MAKE_ASSIGNEE: Final = Message(
    "let one of them act in kintone; or have Administrator made an assignee of the record there, or of its status in "
    "the app's settings, Process Management"
)
UNREAD_RECORDS: Final = Message("the status of the records could not be read to tell more")
UNREAD_PROCESS: Final = Message(
    "the app's process management could not be read, so the possible actions are not told here; they are the buttons "
    "that the record shows in kintone"
)
CHANGED_MEANWHILE: Final = Message(
    "the status offers this action now, so the records or the settings have probably just been changed; try again"
)
LANGUAGE: Final = Message(
    "actions have the names that Administrator sees, in that user's display language, since an API token acts as "
    "Administrator"
)


@dataclass(frozen=True, slots=True)
class StatusChange:
    """An action to carry out on records; ``assignee`` is a login name, blank for none."""

    app: int
    ids: Sequence[str]
    action: str
    assignee: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: its status, blank if it is not visible, and its assignees as kintone shows them."""

    status: str
    assignees: Sequence[Mapping[str, Any]] = field(default=(), repr=False)

    @property
    def is_open(self) -> bool:
        """Whether Administrator may act: nobody is assigned, or Administrator is among the assignees."""
        return not self.assignees or any(person.get("code") == ADMINISTRATOR for person in self.assignees)


def is_explained(error: KintoneError) -> bool:
    """Tell whether statuses and settings explain this refusal; a code that is not known here may be about them too."""
    code = error.kintone_code
    if code in (NOT_POSSIBLE, NOT_ASSIGNED, NEEDS_ASSIGNEE, WRONG_ASSIGNEE, UNKNOWN_ASSIGNEE, NO_RECORD):
        return True
    return bool(code) and code not in MEANINGS and isinstance(error, InvalidRequestError)


def explained(
    error: KintoneError, change: StatusChange, places: Mapping[str, Place] | None, process: Process | None
) -> KintoneError:
    """Return a refusal with what is possible instead.

    ``places`` are the records that could be read, None where reading failed; ``process`` is None where the settings
    could not be read.
    """
    situation = _Situation(change, places, process)
    explain = _EXPLANATIONS.get(error.kintone_code, _about_action)
    problem, remedies = explain(situation)
    missing = situation.missing() if error.kintone_code != NO_RECORD else NOTHING
    notes = [*error.notes, *([missing] if missing else []), *situation.lines()]
    return error.copy_with(
        problem=problem or error.problem,
        remedy=Joined([each for each in remedies if each] or [error.remedy]),
        notes=notes,
    )


def switched_off(error: KintoneError) -> KintoneError:
    """Return the refusal of an app without process management with what to do about it."""
    return error.copy_with(remedy=SWITCH_ON)


# The words for records, actions and people


def records_named(ids: Sequence[str]) -> Message:
    """Return the records of these IDs in words."""
    shown = ", ".join(ids)
    return counted(len(ids), Message("record {ids}", ids=shown), Message("records {ids}", ids=shown))


def people_named(people: Iterable[Mapping[str, Any]]) -> str:
    """Return users with name and login name."""
    shown: list[str] = []
    for person in people:
        code, name = str(person.get("code") or ""), str(person.get("name") or "")
        shown.append(printable(f"{name} ({code})" if name and name != code else code))
    return ", ".join(shown)


def candidates_named(assignment: Assignment) -> Message:
    """Return who may be assigned: users by login name, the others as the settings tell them."""
    return listed([_CANDIDATES.get(each.type, _candidate)(each) for each in assignment.candidates])


def _candidate(candidate: Candidate) -> Message:
    return Message("{type} {code}", type=printable(candidate.type), code=printable(candidate.code))


_CANDIDATES: Final[Mapping[str, Callable[[Candidate], Message]]] = {
    "USER": lambda each: Message("{code}", code=printable(each.code)),
    "GROUP": lambda each: Message("a member of the group {code}", code=printable(each.code)),
    "ORGANIZATION": lambda each: Message("a member of the department {code}", code=printable(each.code)),
    "FIELD_ENTITY": lambda each: Message("a user in the record's field {code}", code=printable(each.code)),
    "CUSTOM_FIELD": lambda each: Message("a user in the custom profile item {code}", code=printable(each.code)),
    "CREATOR": lambda _: Message("the creator of the app"),
}


def _shown_action(action: Action) -> Message:
    values = {"name": printable(action.name), "after": printable(action.after)}
    if action.condition:
        condition = printable(action.condition, MAX_CONDITION)
        return Message('"{name}" (to "{after}", only where {condition})', condition=condition, **values)
    return Message('"{name}" (to "{after}")', **values)


# The situation


@dataclass(frozen=True, slots=True)
class _Group:
    """Records with the same status and assignees."""

    place: Place
    ids: Sequence[str]

    @property
    def status(self) -> str:
        return printable(self.place.status)


class _Situation:
    """What was asked for, and what was read after the refusal."""

    def __init__(self, change: StatusChange, places: Mapping[str, Place] | None, process: Process | None) -> None:
        self.change = change
        self.places = places
        self.process = process
        self.action = printable(change.action)
        self.groups = _grouped(change.ids, places or {})

    @property
    def named(self) -> Sequence[Action]:
        """The actions of the given name from the statuses that the records have, or from all if these are unknown."""
        if self.process is None:
            return ()
        statuses = {group.place.status for group in self.groups}
        found = self.process.named(self.change.action)
        return [each for each in found if each.before in statuses] or found

    def offers(self, group: _Group) -> Sequence[Action]:
        """Return the actions of the given name that the status of a group offers."""
        return [each for each in self.named if each.before == group.place.status]

    def stuck(self) -> list[_Group]:
        """Return the groups whose status does not offer the action; none where the settings could not be read."""
        return [group for group in self.groups if self.process is not None and not self.offers(group)]

    def missing(self) -> Message:
        """Return which records could not be read."""
        if self.places is None:
            return UNREAD_RECORDS
        left = [each for each in self.change.ids if each not in self.places]
        if not left:
            return NOTHING
        return Message("not found, because deleted or not visible to the token: {records}", records=records_named(left))

    def lines(self) -> list[Message]:
        """Return a line for each status and its assignees: which records have it and what is possible from it."""
        lines = [self._line(group) for group in self.groups[:MAX_GROUPS]]
        if len(self.groups) > MAX_GROUPS:
            lines.append(Message("and {count} more statuses and assignees", count=len(self.groups) - MAX_GROUPS))
        if self.process is None:
            lines.append(UNREAD_PROCESS)
        elif not self.groups and self.process.actions:
            lines.append(Message("the actions of the app are {actions}", actions=_with_origins(self.process.actions)))
        return lines

    def _line(self, group: _Group) -> Message:
        if not group.place.status:
            return Message("{records}: the status is not visible to the token", records=records_named(group.ids))
        parts = [
            Message('{records}: the status is "{status}"', records=records_named(group.ids), status=group.status),
            self._possible(group),
            self._already(group),
        ]
        if group.place.assignees:
            parts.append(Message("assigned to {people}", people=people_named(group.place.assignees)))
        return Joined(parts, ", ")

    def _possible(self, group: _Group) -> Message:
        if self.process is None:
            return NOTHING
        actions = self.process.actions_from(group.place.status)
        if actions:
            return Message("possible actions are {actions}", actions=listed([_shown_action(each) for each in actions]))
        if group.place.status in self.process.statuses:
            return Message("no action leads on from it")
        return Message(
            "the settings name no such status, perhaps in another language; the actions of the app are {actions}",
            actions=_with_origins(self.process.actions),
        )

    def _already(self, group: _Group) -> Message:
        """Say of records that stand where the action leads that an earlier try may have brought them there."""
        if self.process is None or self.offers(group):
            return NOTHING
        if any(each.after == group.place.status for each in self.process.named(self.change.action)):
            return Message(
                '"{action}" leads to this status, so it may have been carried out before and need not be repeated',
                action=self.action,
            )
        return NOTHING


def _grouped(ids: Sequence[str], places: Mapping[str, Place]) -> list[_Group]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for each in ids:
        if each in places:
            place = places[each]
            key = (place.status, *(str(person.get("code")) for person in place.assignees))
            groups.setdefault(key, []).append(each)
    return [_Group(places[members[0]], members) for members in groups.values()]


def _with_origins(actions: Sequence[Action]) -> Message:
    return listed(
        [
            Message('"{name}" (from "{before}")', name=printable(each.name), before=printable(each.before))
            for each in actions
        ]
    )


# The explanations: what failed, and what to do


type _Explanation = tuple[Message, Sequence[Message]]


def _about_action(situation: _Situation) -> _Explanation:
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
    return problem, [*_proposals(situation, stuck), _mixed(situation, stuck)]


def _reasons_of_offered(situation: _Situation) -> Sequence[Message]:
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
    return [CHANGED_MEANWHILE] if situation.groups and situation.process else []


def _proposals(situation: _Situation, stuck: Sequence[_Group]) -> Sequence[Message]:
    """Return the actions that were probably meant, of those that the statuses of the records offer."""
    process = situation.process
    if process is None:
        return []
    statuses = {group.place.status for group in stuck}
    offered = [each for each in process.actions if each.before in statuses]
    given = situation.change.action
    if process.named(given):
        # Another action of a similar name would do something else.
        return [Message("use an action that is possible from the status, if that is what you want")]
    by_target = [each.name for each in offered if folded(each.after) == folded(given)]
    meant = by_target or nearest_codes(given, [(each.name, each.name) for each in offered])
    if meant:
        return [Message("did you mean {names}?", names=one_of(dict.fromkeys(meant)))]
    elsewhere = [each.name for each in process.actions if folded(each.after) == folded(given)] or nearest_codes(
        given, [(each.name, each.name) for each in process.actions]
    )
    wrong = Message('the app has no action "{action}"', action=situation.action)
    near = Message("the nearest one is {names}", names=one_of(dict.fromkeys(elsewhere))) if elsewhere else NOTHING
    return [wrong, near, LANGUAGE]


def _mixed(situation: _Situation, stuck: Sequence[_Group]) -> Message:
    """Say that the other records of the call could have changed."""
    others = [each for group in situation.groups if group not in stuck for each in group.ids]
    if not others:
        return NOTHING
    return Message("to change {records}, send these alone: all change or none", records=records_named(others))


def _about_assigned(situation: _Situation) -> _Explanation:
    """Explain that others have to act."""
    closed = [group for group in situation.groups if not group.place.is_open]
    if not closed:
        return NOTHING, []
    problem = Message(
        "an API token acts as Administrator, and only the assignees of {records} can act: {people}",
        records=records_named([each for group in closed for each in group.ids]),
        people=people_named({str(each): each for group in closed for each in group.place.assignees}.values()),
    )
    return problem, [MAKE_ASSIGNEE, _mixed(situation, closed)]


def _about_needed_assignee(situation: _Situation) -> _Explanation:
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


def _about_wrong_assignee(situation: _Situation) -> _Explanation:
    """Explain that nobody can be chosen, or not this user."""
    given = printable(situation.change.assignee)
    remedies: list[Message] = []
    for each in situation.named:
        assignment = _assignment(situation, each)
        values = {"after": printable(each.after), "given": given}
        if assignment.is_chosen:
            candidates = candidates_named(assignment)
            remedies.append(
                Message('for "{after}" the assignee must be one of {candidates}', candidates=candidates, **values)
            )
        else:
            remedies.append(Message('leave assignee out: nobody is chosen for "{after}"', **values))
    problem = Message('the action "{action}" does not take the assignee {given}', action=situation.action, given=given)
    return problem, _distinct(remedies)


def _about_unknown_assignee(situation: _Situation) -> _Explanation:
    """Explain that nobody has this login name."""
    problem = Message(
        "assignee: kintone has no user with the login name {given}", given=printable(situation.change.assignee)
    )
    advice = Message("write the login name, not the display name")
    return problem, [advice, *_about_wrong_assignee(situation)[1]]


def _about_missing(situation: _Situation) -> _Explanation:
    """Explain that a record does not exist."""
    missing = situation.missing()
    check = Message("check record_ids, and kintone_app_id if the records are in another app; all change or none")
    if missing in (NOTHING, UNREAD_RECORDS):
        return NOTHING, [check]
    return missing, [check]


_EXPLANATIONS: Final[Mapping[str, Callable[[_Situation], _Explanation]]] = {
    NOT_POSSIBLE: _about_action,
    NOT_ASSIGNED: _about_assigned,
    NEEDS_ASSIGNEE: _about_needed_assignee,
    WRONG_ASSIGNEE: _about_wrong_assignee,
    UNKNOWN_ASSIGNEE: _about_unknown_assignee,
    NO_RECORD: _about_missing,
}


def _assignment(situation: _Situation, action: Action) -> Assignment:
    return situation.process.assignment(action.after) if situation.process else NOBODY


def _distinct(messages: Iterable[Message]) -> list[Message]:
    """Return the messages without repetition."""
    return list({str(message): message for message in messages}.values())
