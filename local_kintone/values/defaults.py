"""Values that a new record or row gets where the writer sent none."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from local_kintone import field_types
from local_kintone.values.moments import shown_datetime

if TYPE_CHECKING:
    from datetime import datetime

    from local_kintone.forms import Field
    from local_kintone.settings import Settings

ADMINISTRATOR = "Administrator"


def acting_user(settings: Settings) -> dict[str, str]:
    """Return who a token acts as."""
    return {"code": ADMINISTRATOR, "name": settings.users.get(ADMINISTRATOR, ADMINISTRATOR)}


def default_value(field: Field, settings: Settings, moment: datetime) -> Any:  # noqa: ANN401 - whatever shape the field's type has
    """Return the default of a field or column at a moment; a table gets no row, a lookup key nothing."""
    if field.kind in ("CREATOR", "MODIFIER"):
        return acting_user(settings)
    if field.kind in ("CREATED_TIME", "UPDATED_TIME"):
        return shown_datetime(moment)
    if field.kind == "STATUS":
        return settings.states[0]
    if field.properties.get("defaultNowValue"):
        local = f"{moment.astimezone(settings.time_zone):%Y-%m-%d%H:%M}"
        return {"DATE": local[:10], "TIME": local[10:]}.get(field.kind) or shown_datetime(moment)
    default = field.properties.get("defaultValue")
    if field.kind in field_types.PEOPLE and default:
        return [_person(item, settings) for item in default]
    return copy.deepcopy(default) if default else field_types.blank_value(field.kind)


def _person(item: dict[str, Any], settings: Settings) -> dict[str, str]:
    if item["code"] == "LOGINUSER()":
        return acting_user(settings)
    names = settings.users | settings.organizations | settings.groups
    return {"code": item["code"], "name": names.get(item["code"], item["code"])}
