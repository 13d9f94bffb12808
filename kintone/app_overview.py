"""An app as a credential sees it: form, name, process management, and whether its records may be viewed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, auto
from functools import partial
from typing import Any, Final

from pydantic import Field

from kintone import api, limits
from kintone.api import RequestSender
from kintone.deadline import Deadline
from kintone.errors import KintoneError
from kintone.field_types import RECORD_ID
from kintone.forms.answers import Number
from kintone.forms.fields import Form
from kintone.forms.reading import call_once
from kintone.messages import Message
from kintone.replies import AnswerModel, PositiveNumber, misshapen, read_answer

EXTRAS_SECONDS: Final = 30.0
"""Longest wait for what the fields can be described without."""
NO_PERMISSION: Final = ("GAIA_NO01", "CB_NO02")
"""kintone's codes for a token, and for a user, without the permission that a request needs."""


@dataclass(frozen=True, slots=True)
class Action:
    """An action of process management, the statuses before and after it, and the query that its records must match."""

    name: str
    before: str
    after: str
    condition: str = ""


class CandidateType(Enum):
    """Who is meant by the code of a candidate; kintone has the names."""

    USER = auto()
    GROUP = auto()
    ORGANIZATION = auto()
    FIELD_ENTITY = auto()
    """The users in a field of the record."""
    CREATOR = auto()
    """The creator of the app, without a code."""
    CUSTOM_FIELD = auto()
    """A custom item of the users' profiles."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom a status may be assigned to; ``type`` is the name of a ``CandidateType``, or one that is not known here."""

    type: str
    code: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who acts in a status: ``ONE`` chosen candidate, ``ANY`` of them, or ``ALL``."""

    type: str
    candidates: Sequence[Candidate] = ()

    @property
    def is_chosen(self) -> bool:
        """Whether an action that leads to this status must name an assignee."""
        return self.type == "ONE" and bool(self.candidates)

    @property
    def waits_for_all(self) -> bool:
        """Whether all of the assignees have to act before a record moves on."""
        return self.type == "ALL"


NOBODY: Final = Assignment("ONE")
"""Nobody in particular has to act."""


@dataclass(frozen=True, slots=True)
class Process:
    """The process management of an app: statuses in their order, and actions; without both where it is off.

    ``assignments`` holds who acts in each status.
    """

    enabled: bool
    statuses: Sequence[str] = ()
    actions: Sequence[Action] = ()
    assignments: Mapping[str, Assignment] = field(default_factory=dict)

    def assignment(self, status: str) -> Assignment:
        """Return who acts in a status."""
        return self.assignments.get(status, NOBODY)

    def actions_from(self, status: str) -> Sequence[Action]:
        """Return the actions that lead on from a status."""
        return [action for action in self.actions if action.before == status]

    def named(self, action: str) -> Sequence[Action]:
        """Return the actions of a name."""
        return [each for each in self.actions if each.name == action]


@dataclass(frozen=True, slots=True)
class AppOverview:
    """What was read of an app; an error stands for a part that could not be read."""

    form: Form
    name: str | KintoneError
    process: Process | KintoneError
    may_view: bool | KintoneError


class _App(AnswerModel):
    app_id: PositiveNumber
    name: str


class _Process(AnswerModel):
    enable: bool
    states: dict[str, Any] | None = None
    actions: list[Any] | None = None


class _Entity(AnswerModel):
    type: str
    code: str | None = None


class _Candidate(AnswerModel):
    entity: _Entity


class _Assignee(AnswerModel):
    type: str
    entities: list[_Candidate] | None = None


class _State(AnswerModel):
    name: str
    index: Number = None
    assignee: _Assignee | None = None


class _Action(AnswerModel):
    name: str
    before: str = Field(alias="from")
    after: str = Field(alias="to")
    condition: str | None = Field(default=None, alias="filterCond")


class _Records(AnswerModel):
    records: list[Any]


def read_overview(caller: RequestSender, app: int, read_form: Callable[[], Form]) -> AppOverview:
    """Read all parts at once, in four requests; only a failure of the form, which ``read_form`` reads, is raised."""
    with caller.deadline.within(EXTRAS_SECONDS) as deadline:
        workers = deadline.runtime.workers(3, "kintone-app")
        try:
            name = workers.submit(_read_or_error, partial(_read_name, caller, app, deadline))
            process = workers.submit(_read_or_error, partial(_read_process, caller, app, deadline))
            may_view = workers.submit(_read_or_error, partial(_may_view, caller, app, deadline))
            return AppOverview(read_form(), name.result(), process.result(), may_view.result())
        finally:
            deadline.cancel()
            workers.shutdown(wait=False, cancel_futures=True)


def _read_or_error[Result](read: Callable[[], Result]) -> Result | KintoneError:
    try:
        return read()
    except KintoneError as error:
        return error


def _read_name(caller: RequestSender, app: int, deadline: Deadline) -> str:
    description = Message("reading the name of app {app}", app=app)
    answer = read_answer(_App, caller.call(api.get_app(description, app), deadline).body, description)
    if answer.app_id != str(app):
        raise misshapen(description, Message("the number of the app"), Message("that of another app"))
    return answer.name


def _read_process(caller: RequestSender, app: int, deadline: Deadline) -> Process:
    description = Message("reading the process management of app {app}", app=app)
    body = caller.call(api.get_process_management(description, app), deadline).body
    return parse_process(body, description)


def read_process_once(caller: RequestSender, app: int) -> Process | None:
    """Return the process management, asked for once; None where it cannot be read."""
    description = Message("reading the process management of app {app}", app=app)
    try:
        return parse_process(call_once(caller, api.get_process_management(description, app)), description)
    except KintoneError:
        return None


def read_statuses(caller: RequestSender, app: int) -> Sequence[str]:
    """Return the statuses of process management, asked for once; empty where they cannot be read or it is off."""
    process = read_process_once(caller, app)
    return process.statuses if process else ()


def parse_process(body: object, description: Message) -> Process:
    """Read process management; raises ``UnknownResponseError`` for an answer without the documented shape.

    An app that never had process management has null for statuses and actions.
    https://cybozu.dev/ja/kintone/docs/rest-api/apps/settings/get-process-management-settings
    """
    answer = read_answer(_Process, body, description)
    if not answer.enable:
        return Process(enabled=False)
    states, actions = answer.states or {}, answer.actions or []
    if max(len(states), len(actions)) > limits.MAX_LIST_ENTRIES:
        found = Message("above {maximum}", maximum=limits.MAX_LIST_ENTRIES)
        raise misshapen(description, Message("the number of statuses or actions"), found)
    in_order = sorted((read_answer(_State, state, description) for state in states.values()), key=_index)
    read = [read_answer(_Action, action, description) for action in actions]
    return Process(
        enabled=True,
        statuses=[state.name for state in in_order],
        actions=[Action(action.name, action.before, action.after, action.condition or "") for action in read],
        assignments={state.name: _assignment(state.assignee) for state in in_order},
    )


def _assignment(assignee: _Assignee | None) -> Assignment:
    if assignee is None:
        return NOBODY
    entities = [each.entity for each in (assignee.entities or [])[: limits.MAX_LIST_ENTRIES]]
    return Assignment(assignee.type, [Candidate(entity.type, entity.code or "") for entity in entities])


def _index(state: _State) -> Decimal:
    return state.index or Decimal(0)


def _may_view(caller: RequestSender, app: int, deadline: Deadline) -> bool:
    """Request the id of one record: whether kintone answers it shows the permission to view."""
    description = Message("reading a record of app {app}", app=app)
    request = api.get_records(description, {"app": app, "fields": [RECORD_ID], "query": "limit 1"})
    try:
        read_answer(_Records, caller.call(request, deadline).body, description)
    except KintoneError as error:
        if error.kintone_code in NO_PERMISSION:
            return False
        raise
    return True
