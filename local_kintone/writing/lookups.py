"""Lookups: a key that was written copies fields from a record of another app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone import field_types
from local_kintone.numbers import comparable
from local_kintone.record_store import ALL_IDS
from local_kintone.refusals import RefusedError
from local_kintone.writing.unique_keys import unique_text

if TYPE_CHECKING:
    from local_kintone.apps import App
    from local_kintone.forms import Field
    from local_kintone.writing.context import Writing


def copy_lookup(writing: Writing, key: Field, cells: dict[str, dict[str, Any]]) -> None:
    """Fill the fields that a lookup copies; a blank key blanks them.

    Raises:
        RefusedError: GAIA_LO04, without `errors`, where the key is not found or the source may not be viewed;
            GAIA_LO03 where several records have it.
    """
    settings = key.lookup or {}
    value = cells[key.code]["value"]
    source = _source_record(writing, key, str(value)) if value else None
    for mapping in settings.get("fieldMappings", ()):
        target = cells[mapping["field"]]
        if source is None:
            target["value"] = field_types.blank_value(target["type"])
        else:
            target["value"] = _copied(source, mapping["relatedField"], target["type"])


def _copied(source: dict[str, Any], code: str, kind: str) -> object:
    # A record from before the form had the field lacks it.
    cell = source.get(code, {})
    if cell.get("type") == "RECORD_NUMBER" and kind == "NUMBER":
        return source["$id"]["value"]
    value = cell.get("value")
    return field_types.blank_value(kind) if value is None else value


def _source_record(writing: Writing, key: Field, value: str) -> dict[str, Any]:
    settings: Any = key.lookup
    app = writing.site.apps.by_number.get(int(settings["relatedApp"]["app"]))
    if app is None or not writing.credential.allows(app.number, "view"):
        raise _not_found()
    source = app.form.fields[settings["relatedKeyField"]]
    if source.kind == "RECORD_NUMBER":
        numbers = _record_numbers(app, key, value)
    else:
        numbers = _numbers(writing, app, source, value)
    if len(numbers) > 1:
        raise RefusedError(400, "GAIA_LO03", "The lookup's key field is not unique in the source app.")
    record = writing.site.records.get(app.number, numbers[0]) if numbers else None
    if record is None:
        raise _not_found()
    return record


def _record_numbers(app: App, key: Field, value: str) -> list[int]:
    # A number means the record's id; a text is the record number as it is shown, app code included.
    prefix = f"{app.code}-" if app.code and key.kind != "NUMBER" else ""
    if not value.startswith(prefix):
        return []
    number = value.removeprefix(prefix)
    if key.kind == "NUMBER":
        number = comparable(number)
    # One comparison keeps signs, decimals, leading zeros and digits of full width out.
    return [int(number)] if number.isdecimal() and number == str(int(number)) else []


def _numbers(writing: Writing, app: App, field: Field, value: str) -> list[int]:
    wanted = unique_text(field, value)
    if field.unique:
        owner = writing.site.unique_values.owner(app.number, field.code, wanted)
        return [] if owner is None else [owner]
    rows = writing.site.records.scan(app.number, [field.code], ALL_IDS, ascending=True)
    return [number for number, values in rows if unique_text(field, values.get(field.code)) == wanted]


def _not_found() -> RefusedError:
    return RefusedError(
        400, "GAIA_LO04", "A value in the lookup field does not exist in the source app, or it may not be viewed."
    )
