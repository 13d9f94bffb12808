"""Parts of process management in the shape of app/status.json."""

from typing import Any


def person(code: str, kind: str = "USER") -> dict[str, Any]:
    """Return a candidate: a user, or a group, organization or field."""
    return {"entity": {"type": kind, "code": code}, "includeSubs": False}


def state(kind: str, *entities: dict[str, Any]) -> dict[str, Any]:
    """Return a status, of whose candidates ONE, ANY or ALL act."""
    return {"assignee": {"type": kind, "entities": list(entities)}}


def action(name: str, before: str, after: str, condition: str = "") -> dict[str, str]:
    """Return an action that leads from one status to another."""
    return {"name": name, "from": before, "to": after, "filterCond": condition}
