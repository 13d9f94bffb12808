"""A form's layout, where an app was made without one of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone import field_types

if TYPE_CHECKING:
    from local_kintone.forms import Field, Form

FIELDS_IN_A_ROW = 3
WIDTH = "193"


def plain_layout(form: Form) -> list[dict[str, Any]]:
    """Return rows of three fields, one entry per table and per group, as app/form/layout.json shows them."""
    layout: list[dict[str, Any]] = []
    row: list[dict[str, Any]] = []
    for field in form.fields.values():
        if field.kind in field_types.SWITCHABLE:
            continue
        if field.kind in ("SUBTABLE", "GROUP"):
            layout.append(_block(field))
            continue
        row.append(_cell(field))
        if len(row) == FIELDS_IN_A_ROW:
            layout.append({"type": "ROW", "fields": row})
            row = []
    if row:
        layout.append({"type": "ROW", "fields": row})
    return layout


def _block(field: Field) -> dict[str, Any]:
    if field.kind == "GROUP":
        return {"type": "GROUP", "code": field.code, "layout": []}
    cells = [_cell(column) for column in field.columns.values()]
    return {"type": "SUBTABLE", "code": field.code, "fields": cells}


def _cell(field: Field) -> dict[str, Any]:
    return {"type": field.kind, "code": field.code, "size": {"width": WIDTH}}
