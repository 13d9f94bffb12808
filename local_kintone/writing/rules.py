"""Default values, fields that a client may not write, and the checks of a complete record."""

from __future__ import annotations

import copy
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from local_kintone.dates import format_datetime, normalize_datetime
from local_kintone.forms import field_types
from local_kintone.refusals import RefusedError, wrong_shape
from local_kintone.writing.assignees import ADMINISTRATOR
from local_kintone.writing.values import FieldPath

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from local_kintone.forms.form import Field, Form
    from local_kintone.settings import Settings
    from local_kintone.writing.saving import WriteContext
    from local_kintone.writing.values import Problems


def acting_user(settings: Settings) -> dict[str, str]:
    """Return the user that API tokens act as."""
    return {"code": ADMINISTRATOR, "name": settings.users.get(ADMINISTRATOR, ADMINISTRATOR)}


def default_value(field: Field, settings: Settings, moment: datetime) -> Any:  # noqa: ANN401 - whatever shape the field's type has
    """Return the default value of a field or column at a time; that of a table or a lookup key is blank."""
    if field.type in ("CREATOR", "MODIFIER"):
        return acting_user(settings)
    if field.type in ("CREATED_TIME", "UPDATED_TIME"):
        return format_datetime(moment)
    if field.type == "STATUS":
        return field.statuses[0]
    if field.properties.get("defaultNowValue"):
        local = f"{moment.astimezone(settings.time_zone):%Y-%m-%d%H:%M}"
        return {"DATE": local[:10], "TIME": local[10:]}.get(field.type) or format_datetime(moment)
    default = field.properties.get("defaultValue")
    if field.type in field_types.PEOPLE and default:
        return [_person(item, settings) for item in default]
    return copy.deepcopy(default) if default else field_types.blank_value(field.type)


def _person(item: dict[str, Any], settings: Settings) -> dict[str, str]:
    if item["code"] == "LOGINUSER()":
        return acting_user(settings)
    names = settings.users | settings.organizations | settings.groups
    return {"code": item["code"], "name": names.get(item["code"], item["code"])}


READ_ONLY = frozenset({"RECORD_NUMBER", "STATUS", "STATUS_ASSIGNEE", "GROUP"})


def refuse_unwritable(context: WriteContext, given: Mapping[str, Any], *, inserting: bool) -> None:
    """Refuse a record that sets fields which only kintone sets.

    Raises:
        RefusedError: GAIA_UN10, GA_UO01 or CB_IJ01, depending on the type; GAIA_BF02 for audit fields without the
            permission to manage the app.
    """
    for code in given:
        field = context.app.form.fields.get(code)
        if field is None:
            continue
        if field.type == "CATEGORY":
            raise RefusedError(400, "GA_UO01", "The value of the category cannot be edited.")
        if field.type == "REFERENCE_TABLE":
            raise wrong_shape()
        if field.type in READ_ONLY or (field.type in field_types.AUDIT_TYPES and not inserting):
            raise RefusedError(400, "GAIA_UN10", f"The field (code: {code}, type: {field.type}) cannot be updated.")
        if field.type in field_types.AUDIT_TYPES and not context.credential.allows(context.app.number, "manage"):
            raise RefusedError(403, "GAIA_BF02", "You need app management permission to set system fields.")


def audit_value(field: Field, given: object, context: WriteContext) -> object:
    """Return the stored value of a creator, modifier or time that was sent with a new record."""
    if field.type in field_types.DATETIME_TYPES:
        moment = normalize_datetime(str(given))
        if moment is None:
            raise wrong_shape()
        return moment
    users = context.site.settings.users
    code = given.get("code") if isinstance(given, dict) else None
    if code not in users:
        raise RefusedError(400, "GAIA_IL26", f"The specified user (code: {code}) is not found.")
    return {"code": code, "name": users[code]}


LENGTH_CHECKED = frozenset({"SINGLE_LINE_TEXT", "LINK"})
# The maximum length of a text in a field that prohibits duplicates.
MAX_UNIQUE_LENGTH = 64


def check_record(form: Form, record: Mapping[str, Any], prefix: str, problems: Problems) -> None:
    """Add every problem of a merged record, including its tables' rows."""
    _check_cells(form.in_records, record, prefix, problems)
    for table in form.in_records:
        if table.type != "SUBTABLE":
            continue
        for index, row in enumerate(record[table.code]["value"]):
            inner = f"{prefix}.{table.code}.value[{index}].value"
            _check_cells(table.columns.values(), row["value"], inner, problems)


def _check_cells(fields: Iterable[Field], cells: Mapping[str, Any], prefix: str, problems: Problems) -> None:
    for field in fields:
        value = cells[field.code]["value"] if field.code in cells else None
        if field.required and not value:
            problems.add(FieldPath(prefix, field.code).key(_required_tail(field)), "Required.")
        if field.type in LENGTH_CHECKED:
            _check_length(field, str(value or ""), prefix, problems)
        if field.type == "NUMBER" and value:
            _check_range(field, str(value), prefix, problems)


def _required_tail(field: Field) -> str:
    if field.type in field_types.PEOPLE:
        return "values.value"
    return "values" if field.type in field_types.LISTS else "value"


def _check_length(field: Field, value: str, prefix: str, problems: Problems) -> None:
    min_length, max_length = field.lengths
    # kintone's messages name the first length that is not allowed: "less than" the maximum plus one.
    if max_length and len(value) > max_length:
        problems.add(FieldPath(prefix, field.code).key(), f"Enter less than {max_length + 1} characters.")
    if min_length and len(value) < min_length:
        problems.add(FieldPath(prefix, field.code).key(), f"Enter more than {min_length - 1} characters.")
    if field.unique and len(value) > MAX_UNIQUE_LENGTH:
        problems.add(FieldPath(prefix, field.code).key(), f"Enter less than {MAX_UNIQUE_LENGTH + 1} characters.")


def _check_range(field: Field, value: str, prefix: str, problems: Problems) -> None:
    maximum, minimum = field.limit("maxValue"), field.limit("minValue")
    if not maximum and not minimum:
        return
    try:
        number = Decimal(value)
    except InvalidOperation:
        return
    if maximum and number > Decimal(maximum):
        problems.add(FieldPath(prefix, field.code).key(), f"The value must be {maximum} or less.")
    if minimum and number < Decimal(minimum):
        problems.add(FieldPath(prefix, field.code).key(), f"The value must be {minimum} or more.")
