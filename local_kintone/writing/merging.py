"""Merging a written record into the stored one or into the defaults, and copying of lookups from other apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from local_kintone.forms import field_types
from local_kintone.numbers import canonical_number
from local_kintone.refusals import RefusedError, wrong_shape
from local_kintone.storage.record_store import ALL_IDS
from local_kintone.writing.rules import audit_value, default_value
from local_kintone.writing.unique_keys import unique_text
from local_kintone.writing.values import FieldPath, read_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local_kintone.forms.apps import App
    from local_kintone.forms.form import Field
    from local_kintone.writing.saving import WriteContext


def copy_lookup(context: WriteContext, key: Field, cells: dict[str, dict[str, Any]]) -> None:
    """Fill the fields that a lookup copies; a blank key clears them.

    Raises:
        RefusedError: GAIA_LO04, without `errors`, if the key is not found or the source app may not be viewed;
            GAIA_LO03 if several records have the key.
    """
    settings = key.lookup or {}
    value = cells[key.code]["value"]
    source = _source_record(context, key, str(value)) if value else None
    for mapping in settings.get("fieldMappings", ()):
        target = cells[mapping["field"]]
        if source is None:
            target["value"] = field_types.blank_value(target["type"])
        else:
            target["value"] = _copied(source, mapping["relatedField"], target["type"])


def _copied(source: dict[str, Any], code: str, field_type: str) -> object:
    # A record that is older than the field lacks it.
    cell = source.get(code, {})
    if cell.get("type") == "RECORD_NUMBER" and field_type == "NUMBER":
        return source["$id"]["value"]
    value = cell.get("value")
    return field_types.blank_value(field_type) if value is None else value


def _source_record(context: WriteContext, key: Field, value: str) -> dict[str, Any]:
    settings: Any = key.lookup
    app = context.site.apps.by_number.get(int(settings["relatedApp"]["app"]))
    if app is None or not context.credential.allows(app.number, "view"):
        raise _not_found()
    source = app.form.fields[settings["relatedKeyField"]]
    if source.type == "RECORD_NUMBER":
        numbers = _record_numbers(app, key, value)
    else:
        numbers = _numbers(context, app, source, value)
    if len(numbers) > 1:
        raise RefusedError(400, "GAIA_LO03", "The lookup's key field is not unique in the source app.")
    record = context.site.records.get(app.number, numbers[0]) if numbers else None
    if record is None:
        raise _not_found()
    return record


def _record_numbers(app: App, key: Field, value: str) -> list[int]:
    # A NUMBER key contains the record id; a text key contains the record number including the app code.
    prefix = f"{app.code}-" if app.code and key.type != "NUMBER" else ""
    if not value.startswith(prefix):
        return []
    number = value.removeprefix(prefix)
    if key.type == "NUMBER":
        number = canonical_number(number)
    # The comparison excludes signs, decimals, leading zeros and full-width digits.
    return [int(number)] if number.isdecimal() and number == str(int(number)) else []


def _numbers(context: WriteContext, app: App, field: Field, value: str) -> list[int]:
    wanted = unique_text(field, value)
    if field.unique:
        owner = context.site.unique_values.owner(app.number, field.code, wanted)
        return [] if owner is None else [owner]
    rows = context.site.records.scan(app.number, [field.code], ALL_IDS, ascending=True)
    return [number for number, values in rows if unique_text(field, values.get(field.code)) == wanted]


def _not_found() -> RefusedError:
    return RefusedError(
        400, "GAIA_LO04", "A value in the lookup field does not exist in the source app, or it may not be viewed."
    )


type Cells = dict[str, dict[str, Any]]


def merged_cells(
    context: WriteContext, fields: Iterable[Field], given: object, before: Mapping[str, Any] | None, prefix: str
) -> Cells:
    """Return the cells of a record or of a table's row after a write.

    Args:
        context: the write call.
        fields: the fields or columns of the cells.
        given: code to {"value": …}; unknown codes are ignored, as in kintone.
        before: the stored cells; None for a new record or row, which gets the defaults.
        prefix: path of the cells in the request, for the `errors` keys.
    """
    if not isinstance(given, dict) or not all(isinstance(sent, dict) for sent in given.values()):
        raise wrong_shape()
    fields = list(fields)
    cells: Cells = {}
    for field in fields:
        if field.code in given and not _is_ignored(field, context):
            value = _sent_value(context, field, given[field.code].get("value"), before, prefix)
        else:
            value = _unsent_value(field, before, context)
        cells[field.code] = {"type": field.type, "value": value}
    for field in fields:
        if field.lookup and field.code in given:
            copy_lookup(context, field, cells)
    return cells


def _is_ignored(field: Field, context: WriteContext) -> bool:
    return field.computed or field.code in context.app.form.lookup_targets


def _unsent_value(field: Field, before: Mapping[str, Any] | None, context: WriteContext) -> object:
    if before is None:
        return default_value(field, context.site.settings, context.site.clock.now())
    return before[field.code]["value"] if field.code in before else field_types.blank_value(field.type)


def _sent_value(
    context: WriteContext, field: Field, given: object, before: Mapping[str, Any] | None, prefix: str
) -> object:
    if field.type in field_types.AUDIT_TYPES:
        return audit_value(field, given, context)
    if field.type == "SUBTABLE":
        rows = _unsent_value(field, before, context)
        return _rows(context, field, given, rows, f"{prefix}.{field.code}.value")
    value_context = context.in_records if field.table is None else context.in_rows
    stored = _unsent_value(field, before, context) if field.type == "FILE" else None
    return read_value(field, given, FieldPath(prefix, field.code), value_context, stored)


def _rows(context: WriteContext, table: Field, given: object, before: object, prefix: str) -> list[dict[str, Any]]:
    if given is None or given == "":
        given = []
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        raise wrong_shape()
    stored = {str(row["id"]): row["value"] for row in cast("list[dict[str, Any]]", before or [])}
    seen: set[str] = set()
    rows = []
    for index, row in enumerate(given):
        number = _row_id(row)
        if number in seen:
            raise RefusedError(400, "GAIA_SI01", f"The table row id {number} is specified more than once.")
        if number:
            seen.add(number)
        kept = stored.get(number)
        if kept is None:
            number = str(context.site.records.next_row_id())
            if "value" not in row and not _is_kept_blank(row, context):
                context.problems.add(f"{prefix}[{index}].value", "Required field.")
        # A row that is sent with its id alone is not changed, and its lookups are not fetched.
        sent = row.get("value", {})
        if context.site.settings.unsent_columns == "blanked" and isinstance(sent, dict):
            sent = {code: {} for code in kept or ()} | sent
        cells = merged_cells(context, table.columns.values(), sent, kept, f"{prefix}[{index}].value")
        rows.append({"id": number, "value": cells})
    return rows


def _is_kept_blank(row: Mapping[str, Any], context: WriteContext) -> bool:
    return context.site.settings.unwrapped_rows == "blank" and bool(row.keys() - {"id"})


def _row_id(row: Mapping[str, Any]) -> str:
    number = row.get("id")
    if number is None or number == "":
        return ""
    text = str(number)
    if isinstance(number, bool) or not (text.isascii() and text.isdecimal()):
        raise wrong_shape()
    return str(int(text))
