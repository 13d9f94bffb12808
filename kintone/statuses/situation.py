"""Where records stand in process management: statuses, assignees, possible actions, and the words for them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kintone.app_overview import Action, Assignment, Candidate, CandidateType, Process
from kintone.forms.near_matches import listed
from kintone.messages import NOTHING, Joined, Message, counted, verbatim
from kintone.texts import printable

ADMINISTRATOR: Final = "Administrator"
"""The login name of the user as whom an API token acts."""
MAX_GROUPS: Final = 10
MAX_CHARACTERS: Final = 700
"""Of the lines about groups; the actions of one status may take more."""
MAX_IDS: Final = 20
"""Records of the groups that have no line; the problem names all."""
MAX_CONDITION: Final = 200
UNREAD_RECORDS: Final = Message("the status of the records could not be read to tell more")
UNREAD_PROCESS: Final = Message(
    "the app's process management could not be read, so the possible actions are not told here; they are the buttons "
    "that the record shows in kintone"
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
    def codes(self) -> Sequence[str]:
        """The login names of the assignees."""
        return [str(person.get("code")) for person in self.assignees]

    @property
    def is_open(self) -> bool:
        """Whether Administrator may act: nobody is assigned, or Administrator is among the assignees."""
        return not self.assignees or ADMINISTRATOR in self.codes


# The words for records, actions and people


def records_named(ids: Sequence[str]) -> Message:
    """Return the records of these IDs in words."""
    shown = ", ".join(ids)
    return counted(len(ids), Message("record {ids}", ids=shown), Message("records {ids}", ids=shown))


def people_named(people: Iterable[Mapping[str, Any]]) -> Message:
    """Return users with name and login name."""
    shown: list[Message] = []
    for person in people:
        code, name = str(person.get("code") or ""), str(person.get("name") or "")
        shown.append(verbatim(printable(f"{name} ({code})" if name and name != code else code)))
    return listed(shown)


def candidates_named(assignment: Assignment) -> Message:
    """Return who may be assigned: users by login name, the others as the settings tell them."""
    return listed([_CANDIDATES.get(each.type, _candidate)(each) for each in assignment.candidates])


def _candidate(candidate: Candidate) -> Message:
    return Message("{type} {code}", type=printable(candidate.type), code=printable(candidate.code))


_CANDIDATES: Final[Mapping[str, Callable[[Candidate], Message]]] = {
    CandidateType.CREATOR.name: lambda _: Message("the creator of the app"),
    CandidateType.USER.name: lambda each: Message("{code}", code=printable(each.code)),
    CandidateType.GROUP.name: lambda each: Message("a member of the group {code}", code=printable(each.code)),
    CandidateType.ORGANIZATION.name: lambda each: Message(
        "a member of the department {code}", code=printable(each.code)
    ),
    CandidateType.FIELD_ENTITY.name: lambda each: Message(
        "a user in the record's field {code}", code=printable(each.code)
    ),
    CandidateType.CUSTOM_FIELD.name: lambda each: Message(
        "a user in the custom profile item {code}", code=printable(each.code)
    ),
}


def _shown_action(action: Action) -> Message:
    values = {"name": printable(action.name), "after": printable(action.after)}
    if action.condition:
        condition = printable(action.condition, MAX_CONDITION)
        return Message('"{name}" (to "{after}", only where {condition})', condition=condition, **values)
    return Message('"{name}" (to "{after}")', **values)


# The situation


@dataclass(frozen=True, slots=True)
class Group:
    """Records with the same status and assignees."""

    place: Place
    ids: Sequence[str]

    @property
    def status(self) -> str:
        """The name of the status, for a sentence."""
        return printable(self.place.status)


class Situation:
    """What was asked for, and what was read after the refusal."""

    def __init__(self, change: StatusChange, places: Mapping[str, Place] | None, process: Process | None) -> None:
        """Keep what was read; None stands for what could not be read."""
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

    def offers(self, group: Group) -> Sequence[Action]:
        """Return the actions of the given name that the status of a group offers."""
        return [each for each in self.named if each.before == group.place.status]

    def stuck(self) -> list[Group]:
        """Return the groups whose status certainly does not offer the action."""
        known = self.process.statuses if self.process else ()
        return [group for group in self.groups if group.place.status in known and not self.offers(group)]

    @property
    def all_offered(self) -> bool:
        """Whether every record was read and has a status that offers the action."""
        return len(self.places or ()) == len(self.change.ids) and all(map(self.offers, self.groups))

    def missing(self) -> Message:
        """Return which records could not be read."""
        if self.places is None:
            return UNREAD_RECORDS
        left = [each for each in self.change.ids if each not in self.places]
        if not left:
            return NOTHING
        return Message(
            "not found in app {app}, or not visible to the token: {records}",
            app=self.change.app,
            records=records_named(left),
        )

    def lines(self) -> list[Message]:
        """Return a line for each status and its assignees: which records have it and what is possible from it."""
        lines = self._first_lines()
        if left := self.groups[len(lines) :]:
            ids = [verbatim(each) for group in left for each in group.ids]
            lines.append(
                Message(
                    "and {count} more statuses and assignees, of the records {ids}",
                    count=len(left),
                    ids=listed(ids, ", ", MAX_IDS),
                )
            )
        if self.process is None:
            lines.append(UNREAD_PROCESS)
        elif not self.groups and self.process.actions:
            lines.append(Message("the actions of the app are {actions}", actions=_with_origins(self.process.actions)))
        return lines

    def _first_lines(self) -> list[Message]:
        """Return the lines of as many groups as a message has room for; one at least."""
        lines: list[Message] = []
        room = MAX_CHARACTERS
        for group in self.groups[:MAX_GROUPS]:
            line = self._line(group)
            room -= len(str(line))
            if room < 0 and lines:
                break
            lines.append(line)
        return lines

    def _line(self, group: Group) -> Message:
        if not group.place.status:
            return Message("{records}: the status is not visible to the token", records=records_named(group.ids))
        status = Message('{records}: the status is "{status}"', records=records_named(group.ids), status=group.status)
        if not group.place.assignees:
            return Joined([status, self._possible(group)])
        assigned = Message("it is assigned to {people}", people=people_named(group.place.assignees))
        if group.place.is_open:
            return Joined([status, self._possible(group), assigned])
        return Joined([status, assigned, Message("this token cannot act on it"), self._possible(group)])

    def _possible(self, group: Group) -> Message:
        if self.process is None:
            return NOTHING
        actions = self.process.actions_from(group.place.status)
        if actions:
            possible = Message("possible actions are {actions}", actions="")
            if not group.place.is_open:
                possible = Message("the actions of its assignees are {actions}", actions="")
            return possible.copy_with(actions=listed([_shown_action(each) for each in actions]))
        if group.place.status in self.process.statuses:
            return Message("no action leads on from it")
        if not self.process.actions:
            return Message("the settings name no such status and no action")
        return Message(
            "the settings name no such status, perhaps in another language; the actions of the app are {actions}",
            actions=_with_origins(self.process.actions),
        )

    def arrived(self, group: Group) -> bool:
        """Tell whether records already stand where the action leads."""
        named = self.process.named(self.change.action) if self.process else ()
        return any(each.after == group.place.status for each in named)


def _grouped(ids: Sequence[str], places: Mapping[str, Place]) -> list[Group]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for each in ids:
        if each in places:
            place = places[each]
            groups.setdefault((place.status, *place.codes), []).append(each)
    return [Group(places[members[0]], members) for members in groups.values()]


def _with_origins(actions: Sequence[Action]) -> Message:
    return listed(
        [
            Message('"{name}" (from "{before}")', name=printable(each.name), before=printable(each.before))
            for each in actions
        ]
    )
