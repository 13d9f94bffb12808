"""Fields without duplicates: noticing two of a kind, and finding the record that an update key means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local_kintone.numbers import comparable
from local_kintone.refusals import RefusedError, invalid_parameter, wrong_shape
from local_kintone.writing.values import Problems, Spot, read_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_kintone.forms.form import Field
    from local_kintone.writing.saving import Writing

KEY_KINDS = frozenset({"SINGLE_LINE_TEXT", "NUMBER"})
MAX_KEY_LENGTH = 64


def unique_text(field: Field, value: object) -> str:
    """Return the text under which a value is compared: 15 and 15.0 are one number."""
    text = str(value or "")
    return comparable(text) if text and field.kind == "NUMBER" else text


def unique_texts(writing: Writing, record: Mapping[str, Any]) -> dict[str, str]:
    """Return a record's values that no other record may have."""
    fields = writing.app.form.unique_fields
    return {field.code: unique_text(field, record[field.code]["value"]) for field in fields if field.code in record}


def check_unique(writing: Writing, texts: Mapping[str, str], own: int | None, prefix: str) -> None:
    """Note a complaint for each value that another record has."""
    for code, text in texts.items():
        owner = writing.site.unique_values.owner(writing.app.number, code, text) if text else None
        if owner not in (None, own):
            writing.problems.add(Spot(prefix, code).key(), "This value already exists in another record.")


def read_update_key(writing: Writing, given: object, prefix: str) -> tuple[Field, object]:
    """Check an update key and return its field and normalised value.

    Raises:
        RefusedError: GAIA_IQ11 no such field, GAIA_IQ27 not usable as a key, CB_VA01 blank or too long a value.
    """
    if not isinstance(given, dict):
        raise wrong_shape()
    code, value = given.get("field"), given.get("value")
    if not isinstance(code, str):
        raise invalid_parameter(f"{prefix}.field")
    field = writing.app.form.fields.get(code)
    if field is None:
        raise RefusedError(400, "GAIA_IQ11", f"The specified field (code: {code}) is not found.")
    if field.kind not in KEY_KINDS or not field.unique:
        raise RefusedError(400, "GAIA_IQ27", f"The field (code: {code}) must prohibit duplicate values.")
    if value is None or value == "" or len(str(value)) > MAX_KEY_LENGTH:
        raise invalid_parameter(f"{prefix}.value", "Required field." if not value else "The value is too long.")
    problems = Problems()
    reading = replace(writing.reading(in_rows=False), problems=problems)
    read = read_value(field, value, Spot(prefix, code), reading)
    problems.raise_any()
    return field, read


def refuse_key_within(record: object, code: str, prefix: str) -> None:
    """Refuse a record that has the field of its update key, too; what kintone does is not documented.

    Raises:
        RefusedError: CB_VA01 under the field's code.
    """
    if isinstance(record, dict) and code in record:
        raise invalid_parameter(f"{prefix}{code}", "The field of the updateKey cannot be specified in record.")


def record_with_key(writing: Writing, field: Field, value: object) -> int | None:
    """Return the id of the record that an update key means, None where there is none."""
    return writing.site.unique_values.owner(writing.app.number, field.code, unique_text(field, value))
