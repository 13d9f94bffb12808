"""Process management: the statuses of an app with their assignees, and the actions that lead from one to another.

https://cybozu.dev/ja/kintone/docs/rest-api/apps/settings/get-process-management-settings
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_kintone.forms.form import Form

MAX_NAME_LENGTH = 64
# How the assignees of a status are determined: one is chosen, all must act, any one may act.
ASSIGNEE_TYPES = ("ONE", "ALL", "ANY")
# kintone also has CUSTOM_FIELD, which this server does not support.
ENTITY_TYPES = ("USER", "GROUP", "ORGANIZATION", "FIELD_ENTITY", "CREATOR")


@dataclass(frozen=True, slots=True)
class Entity:
    """One candidate for the assignees of a status.

    Attributes:
        type: one of ENTITY_TYPES; CREATOR is the creator of the app.
        code: login name, group code, organization code or field code; None for CREATOR.
        include_subs: whether the organizations below an organization count, too; returned, not applied.
    """

    type: str
    code: str | None
    include_subs: bool = False

    @classmethod
    def from_definition(cls, given: str | Mapping[str, Any]) -> Self:
        """Take a login name, or an entity as in app/status.json."""
        if isinstance(given, str):
            return cls("USER", given)
        entity = given["entity"]
        if entity["type"] not in ENTITY_TYPES:
            raise ValueError(f"unknown type of an assignee: {entity['type']!r}")
        return cls(entity["type"], entity.get("code"), bool(given.get("includeSubs", False)))

    def to_api(self) -> dict[str, Any]:
        """Return the entity as in app/status.json."""
        return {"entity": {"type": self.type, "code": self.code}, "includeSubs": self.include_subs}


@dataclass(frozen=True, slots=True)
class Status:
    """One status: its name, one of ASSIGNEE_TYPES, and the candidates for its assignees."""

    name: str
    assignee_type: str = "ONE"
    entities: tuple[Entity, ...] = ()

    @classmethod
    def from_definition(cls, name: str, given: Mapping[str, Any]) -> Self:
        """Take a status as in app/status.json; without `assignee` it has none."""
        if not 0 < len(name) <= MAX_NAME_LENGTH:
            raise ValueError(f"kintone does not accept the status name {name!r}")
        assignee = given.get("assignee", {})
        kind = assignee.get("type", "ONE")
        if kind not in ASSIGNEE_TYPES:
            raise ValueError(f"unknown type of the assignees of {name!r}: {kind!r}")
        return cls(name, kind, tuple(Entity.from_definition(entity) for entity in assignee.get("entities", ())))


@dataclass(frozen=True, slots=True)
class Action:
    """An action: its name, the statuses before and after, and a query that records must match; "" for every record."""

    name: str
    before: str
    after: str
    condition: str = ""

    @classmethod
    def from_definition(cls, given: Mapping[str, Any]) -> Self:
        """Take an action as in app/status.json; `filterCond` may be missing."""
        return cls(given["name"], given["from"], given["to"], given.get("filterCond", ""))


@dataclass(frozen=True, slots=True)
class Process:
    """The process management of one app, switched on or off; the first status is that of new records."""

    statuses: tuple[Status, ...]
    actions: tuple[Action, ...]
    enabled: bool = True

    @classmethod
    def from_definition(cls, given: Mapping[str, Any]) -> Self:
        """Take process management in the shape of app/status.json.

        Args:
            given: `enable` (default true), `states` (a list of names, or name to a status whose `index` and
                `assignee` may be missing) and `actions`. An entity may be a login name.

        Raises:
            ValueError: kintone would not accept it.
        """
        states = given["states"]
        named = states if isinstance(states, dict) else {name: {} for name in states}
        ordered = sorted(named, key=lambda name: int(named[name].get("index", list(named).index(name))))
        statuses = tuple(Status.from_definition(name, named[name]) for name in ordered)
        actions = tuple(Action.from_definition(action) for action in given.get("actions", ()))
        if not statuses:
            raise ValueError("process management needs a status")
        for action in actions:
            if not {action.before, action.after} <= named.keys():
                raise ValueError(f"the action {action.name!r} needs statuses of {', '.join(ordered)}")
        return cls(statuses, actions, bool(given.get("enable", True)))

    def check(self, form: Form) -> None:
        """Raise ValueError if the statuses do not fit a form.

        The first status has no assignee or the record's creator, as kintone demands:
        https://github.com/SonicGarden/kintone-emulator docs/real-kintone-notes.md (measured).
        """
        for status in self.statuses:
            for entity in status.entities:
                if entity.type == "FIELD_ENTITY" and entity.code not in form.fields:
                    raise ValueError(f"the app has no field {entity.code!r} for the assignees of {status.name!r}")
        first = self.statuses[0]
        creator = Entity("FIELD_ENTITY", form.first_of_type("CREATOR").code)
        if first.assignee_type != "ONE" or first.entities not in ((), (creator,)):
            raise ValueError(f"the assignee of the first status {first.name!r} can only be the record's creator")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the statuses, in their order."""
        return tuple(status.name for status in self.statuses)

    def status(self, name: str) -> Status:
        """Return a status by its name."""
        return next(status for status in self.statuses if status.name == name)

    def actions_from(self, status: str, name: str) -> list[Action]:
        """Return the actions of a name that lead on from a status."""
        return [action for action in self.actions if (action.before, action.name) == (status, name)]

    def to_api(self) -> dict[str, Any]:
        """Return `enable`, `states` and `actions` as in app/status.json."""
        states = {
            status.name: {
                "name": status.name,
                "index": str(index),
                "assignee": {
                    "type": status.assignee_type,
                    "entities": [entity.to_api() for entity in status.entities],
                },
            }
            for index, status in enumerate(self.statuses)
        }
        actions = [
            {
                "name": action.name,
                "from": action.before,
                "to": action.after,
                "filterCond": action.condition,
                "type": "PRIMARY",
            }
            for action in self.actions
        ]
        return {"enable": self.enabled, "states": states, "actions": actions}


# What an app has whose form enables the field STATUS without more.
DEFAULT_PROCESS = Process.from_definition(
    {
        "states": ["未処理", "処理中", "完了"],
        "actions": [
            {"name": "処理を開始", "from": "未処理", "to": "処理中"},
            {"name": "完了する", "from": "処理中", "to": "完了"},
            {"name": "差し戻す", "from": "処理中", "to": "未処理"},
        ],
    }
)
