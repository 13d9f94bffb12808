"""Defaults, fields that a client may not write, and what a whole record must satisfy before it is kept."""

from __future__ import annotations

import copy
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from local_kintone.dates import normal_datetime, shown_datetime
from local_kintone.forms import field_types
from local_kintone.refusals import RefusedError, wrong_shape
from local_kintone.writing.values import Spot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from local_kintone.forms.form import Field, Form
    from local_kintone.settings import Settings
    from local_kintone.writing.saving import Writing
    from local_kintone.writing.values import Problems

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


NEVER = frozenset({"RECORD_NUMBER", "STATUS", "STATUS_ASSIGNEE", "GROUP"})


def refuse_unwritable(writing: Writing, given: Mapping[str, Any], *, inserting: bool) -> None:
    """Refuse a record that sets what only kintone sets.

    Raises:
        RefusedError: GAIA_UN10, GA_UO01, CB_IJ01 by type; GAIA_BF02 for creator and times without app management.
    """
    for code in given:
        field = writing.app.form.fields.get(code)
        if field is None:
            continue
        if field.kind == "CATEGORY":
            raise RefusedError(400, "GA_UO01", "The value of the category cannot be edited.")
        if field.kind == "REFERENCE_TABLE":
            raise wrong_shape()
        if field.kind in NEVER or (field.kind in field_types.AUTHORED and not inserting):
            raise RefusedError(400, "GAIA_UN10", f"The field (code: {code}, type: {field.kind}) cannot be updated.")
        if field.kind in field_types.AUTHORED and not writing.credential.allows(writing.app.number, "manage"):
            raise RefusedError(403, "GAIA_BF02", "You need app management permission to set system fields.")


def authored_value(field: Field, given: object, writing: Writing) -> object:
    """Return the stored form of a creator, modifier or time that was sent with a new record."""
    if field.kind in field_types.TIMED:
        moment = normal_datetime(str(given))
        if moment is None:
            raise wrong_shape()
        return moment
    users = writing.site.settings.users
    code = given.get("code") if isinstance(given, dict) else None
    if code not in users:
        raise RefusedError(400, "GAIA_IL26", f"The specified user (code: {code}) is not found.")
    return {"code": code, "name": users[code]}


MEASURED = frozenset({"SINGLE_LINE_TEXT", "LINK"})
# A text whose duplicates are prohibited may not be longer.
MAX_UNIQUE_LENGTH = 64


def check_record(form: Form, record: Mapping[str, Any], prefix: str, problems: Problems) -> None:
    """Note every complaint about a merged record, its tables' rows included."""
    _check_cells(form.in_records, record, prefix, problems)
    for table in form.in_records:
        if table.kind != "SUBTABLE":
            continue
        for index, row in enumerate(record[table.code]["value"]):
            inner = f"{prefix}.{table.code}.value[{index}].value"
            _check_cells(table.columns.values(), row["value"], inner, problems)


def _check_cells(fields: Iterable[Field], cells: Mapping[str, Any], prefix: str, problems: Problems) -> None:
    for field in fields:
        value = cells.get(field.code, {}).get("value")
        spot = Spot(prefix, field.code)
        if field.required and not value:
            problems.add(spot.key(_required_tail(field)), "Required.")
        if field.kind in MEASURED:
            _check_length(field, str(value or ""), spot, problems)
        if field.kind == "NUMBER" and value:
            _check_range(field, str(value), spot, problems)


def _required_tail(field: Field) -> str:
    if field.kind in field_types.PEOPLE:
        return "values.value"
    return "values" if field.kind in field_types.LISTS else "value"


def _check_length(field: Field, value: str, spot: Spot, problems: Problems) -> None:
    longest, shortest = field.limit("maxLength"), field.limit("minLength")
    # kintone's texts count one off: they say what the length must be less or more than.
    if longest and len(value) > int(longest):
        problems.add(spot.key(), f"Enter less than {int(longest) + 1} characters.")
    if shortest and len(value) < int(shortest):
        problems.add(spot.key(), f"Enter more than {int(shortest) - 1} characters.")
    if field.unique and len(value) > MAX_UNIQUE_LENGTH:
        problems.add(spot.key(), f"Enter less than {MAX_UNIQUE_LENGTH + 1} characters.")


def _check_range(field: Field, value: str, spot: Spot, problems: Problems) -> None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return
    most, least = field.limit("maxValue"), field.limit("minValue")
    if most and number > Decimal(most):
        problems.add(spot.key(), f"The value must be {most} or less.")
    if least and number < Decimal(least):
        problems.add(spot.key(), f"The value must be {least} or more.")
