"""Fields that a client may not write, and kintone's answer for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone import field_types
from local_kintone.refusals import RefusedError, wrong_shape
from local_kintone.values.moments import normal_datetime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_kintone.forms import Field
    from local_kintone.writing.context import Writing

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
