"""Who acts on a record: the candidates for a status, and the assignees that a record gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local_kintone.forms.form import Form
    from local_kintone.forms.process import Entity, Process, Status
    from local_kintone.settings import Settings

ADMINISTRATOR = "Administrator"

type Record = Mapping[str, Any]


def candidates(settings: Settings, status: Status, record: Record) -> list[str]:
    """Return the login names that may be assigned to a record in a status, each once; unknown users are left out."""
    codes = (code for entity in status.entities for code in _users(settings, entity, record))
    return [code for code in dict.fromkeys(codes) if code in settings.users]


def _users(settings: Settings, entity: Entity, record: Record) -> Iterable[str]:
    code = entity.code or ""
    if entity.type == "USER":
        return [code]
    if entity.type == "CREATOR":
        return [ADMINISTRATOR]
    if entity.type == "FIELD_ENTITY":
        return _users_of_field(settings, record.get(code, {}).get("value"))
    return settings.members.get(code, [])


def _users_of_field(settings: Settings, value: object) -> list[str]:
    people = value if isinstance(value, list) else [value]
    codes = [str(person["code"]) for person in people if isinstance(person, dict)]
    # A field may also hold organizations or groups, whose members are meant.
    return [user for code in codes for user in settings.members.get(code, [code])]


def people(settings: Settings, codes: Iterable[str]) -> list[dict[str, str]]:
    """Return users as the value of a field."""
    return [{"code": code, "name": settings.users.get(code, code)} for code in codes]


def set_first_assignees(settings: Settings, form: Form, process: Process | None, record: dict[str, Any]) -> None:
    """Set the assignees of a record in the first status, if process management is on: nobody or its creator."""
    if process is not None and process.enabled:
        codes = candidates(settings, process.statuses[0], record)
        record[form.first_of_type("STATUS_ASSIGNEE").code]["value"] = people(settings, codes)
