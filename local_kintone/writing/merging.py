"""A written record laid over the stored one, or over the defaults of a new one; lookups copy from other apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from local_kintone.forms import field_types
from local_kintone.numbers import comparable
from local_kintone.refusals import RefusedError, wrong_shape
from local_kintone.storage.record_store import ALL_IDS
from local_kintone.writing.rules import authored_value, default_value
from local_kintone.writing.unique_keys import unique_text
from local_kintone.writing.values import Spot, read_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local_kintone.forms.apps import App
    from local_kintone.forms.form import Field
    from local_kintone.writing.saving import Writing


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


type Cells = dict[str, dict[str, Any]]


def merged_cells(
    writing: Writing, fields: Iterable[Field], given: object, before: Mapping[str, Any] | None, prefix: str
) -> Cells:
    """Return the cells of a record or of a table's row after a write.

    Args:
        writing: the call.
        fields: the fields or columns that the cells are of.
        given: code to {"value": …}; unknown codes are ignored, as kintone does.
        before: the stored cells, None for a new record or row, which gets defaults.
        prefix: where the cells stand in the request, for the `errors` keys.
    """
    if not isinstance(given, dict) or not all(isinstance(sent, dict) for sent in given.values()):
        raise wrong_shape()
    fields = list(fields)
    cells: Cells = {}
    for field in fields:
        value = _unsent_value(field, before, writing)
        if field.code in given and not _is_ignored(field, writing):
            value = _sent_value(writing, field, given[field.code].get("value"), value, prefix)
        cells[field.code] = {"type": field.kind, "value": value}
    for field in fields:
        if field.lookup and field.code in given:
            copy_lookup(writing, field, cells)
    return cells


def _is_ignored(field: Field, writing: Writing) -> bool:
    return field.computed or field.code in writing.app.form.lookup_targets


def _unsent_value(field: Field, before: Mapping[str, Any] | None, writing: Writing) -> object:
    if before is None:
        return default_value(field, writing.site.settings, writing.site.clock.now())
    return before[field.code]["value"] if field.code in before else field_types.blank_value(field.kind)


def _sent_value(writing: Writing, field: Field, given: object, before: object, prefix: str) -> object:
    if field.kind in field_types.AUTHORED:
        return authored_value(field, given, writing)
    if field.kind == "SUBTABLE":
        return _rows(writing, field, given, before, f"{prefix}.{field.code}.value")
    reading = writing.reading(in_rows=field.table is not None)
    return read_value(field, given, Spot(prefix, field.code), reading, before)


def _rows(writing: Writing, table: Field, given: object, before: object, prefix: str) -> list[dict[str, Any]]:
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
            number = str(writing.site.records.next_row_id())
            if "value" not in row and not _is_kept_blank(row, writing):
                writing.problems.add(f"{prefix}[{index}].value", "Required field.")
        # A row sent by its id alone stays as it is: nothing in it is written, so no lookup fetches anything.
        sent = row.get("value", {})
        if writing.site.settings.unsent_columns == "blanked" and isinstance(sent, dict):
            sent = {code: {} for code in kept or ()} | sent
        cells = merged_cells(writing, table.columns.values(), sent, kept, f"{prefix}[{index}].value")
        rows.append({"id": number, "value": cells})
    return rows


def _is_kept_blank(row: Mapping[str, Any], writing: Writing) -> bool:
    return writing.site.settings.plain_rows == "blank" and bool(row.keys() - {"id"})


def _row_id(row: Mapping[str, Any]) -> str:
    number = row.get("id")
    if number is None or number == "":
        return ""
    text = str(number)
    if isinstance(number, bool) or not (text.isascii() and text.isdecimal()):
        raise wrong_shape()
    return str(int(text))
