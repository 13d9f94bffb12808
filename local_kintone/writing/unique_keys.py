"""Fields that prohibit duplicates: detecting duplicates, and finding the record of an update key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone.numbers import canonical_number
from local_kintone.refusals import RefusedError, invalid_parameter, wrong_shape
from local_kintone.writing.values import FieldPath, Problems, ValueContext, read_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_kintone.forms.form import Field
    from local_kintone.writing.saving import WriteContext

KEY_TYPES = frozenset({"SINGLE_LINE_TEXT", "NUMBER"})
MAX_KEY_LENGTH = 64


def unique_text(field: Field, value: object) -> str:
    """Return the canonical text of a value for comparison: 15 and 15.0 are the same number."""
    text = str(value or "")
    return canonical_number(text) if text and field.type == "NUMBER" else text


def unique_texts(context: WriteContext, record: Mapping[str, Any]) -> dict[str, str]:
    """Return a record's values of the fields that prohibit duplicates."""
    fields = context.app.form.unique_fields
    return {field.code: unique_text(field, record[field.code]["value"]) for field in fields if field.code in record}


def check_unique(context: WriteContext, texts: Mapping[str, str], own: int | None, prefix: str) -> None:
    """Add a problem for each value that another record has."""
    for code, text in texts.items():
        owner = context.site.unique_values.owner(context.app.number, code, text) if text else None
        if owner not in (None, own):
            context.problems.add(FieldPath(prefix, code).key(), "This value already exists in another record.")


def read_update_key(context: WriteContext, given: object, prefix: str) -> tuple[Field, object]:
    """Check an update key and return its field and normalised value.

    Raises:
        RefusedError: GAIA_IQ11 unknown field, GAIA_IQ27 the field cannot be a key, CB_VA01 the value is blank or
            too long.
    """
    if not isinstance(given, dict):
        raise wrong_shape()
    code, value = given.get("field"), given.get("value")
    if not isinstance(code, str):
        raise invalid_parameter(f"{prefix}.field")
    field = context.app.form.fields.get(code)
    if field is None:
        raise RefusedError(400, "GAIA_IQ11", f"The specified field (code: {code}) is not found.")
    if field.type not in KEY_TYPES or not field.unique:
        raise RefusedError(400, "GAIA_IQ27", f"The field (code: {code}) must prohibit duplicate values.")
    if value is None or value == "" or len(str(value)) > MAX_KEY_LENGTH:
        raise invalid_parameter(f"{prefix}.value", "Required field." if not value else "The value is too long.")
    problems = Problems()
    value_context = ValueContext(context.site.settings, context.site.files, context.app, problems)
    read = read_value(field, value, FieldPath(prefix, code), value_context)
    problems.raise_any()
    return field, read


def reject_key_field(record: object, code: str, prefix: str) -> None:
    """Refuse a record that also contains the field of its update key; kintone's behaviour is not documented.

    Raises:
        RefusedError: CB_VA01 under the field's code.
    """
    if isinstance(record, dict) and code in record:
        raise invalid_parameter(f"{prefix}{code}", "The field of the updateKey cannot be specified in record.")


def record_with_key(context: WriteContext, field: Field, value: object) -> int | None:
    """Return the id of the record with an update key; None if there is none."""
    return context.site.unique_values.owner(context.app.number, field.code, unique_text(field, value))
