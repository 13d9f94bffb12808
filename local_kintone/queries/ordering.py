"""`order by`: what may be sorted by, and how blank values and choices sort."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from local_kintone import field_types
from local_kintone.queries.operators import UNSORTABLE, no_field, unusable
from local_kintone.queries.value_tests import as_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_kintone.forms import Field, Form
    from local_kintone.queries.tree import Sort

type Row = tuple[int, Mapping[str, Any]]


def sort_fields(order: Sequence[Sort], form: Form) -> list[tuple[Field, bool]]:
    """Return the fields to sort by, each with whether it ascends.

    Raises:
        RefusedError: GAIA_IQ11 no such field, GAIA_IQ03 a field that cannot be sorted by.
    """
    fields = []
    for sort in order:
        field = form.find(sort.field)
        if field is None:
            raise no_field(sort.field)
        if field.kind in UNSORTABLE or field.table:
            raise unusable(field, "order by")
        fields.append((field, sort.ascending))
    return fields


def sorted_ids(rows: list[Row], fields: Sequence[tuple[Field, bool]]) -> list[int]:
    """Sort records by several fields; equal ones come newest first, as without `order by`."""
    rows.sort(key=lambda row: row[0], reverse=True)
    for field, ascending in reversed(fields):
        rows.sort(key=lambda row: _key(field, row), reverse=not ascending)
    return [number for number, _ in rows]


def _key(field: Field, row: Row) -> tuple[bool, Any]:
    number, values = row
    value = values.get(field.code)
    if field.kind in ("__ID__", "RECORD_NUMBER"):
        return True, number
    if field.kind in field_types.NUMERIC:
        parsed = as_number(value)
        return parsed is not None, parsed or Decimal()
    if field.kind in field_types.ONE_CHOICE:
        options = field.options
        return bool(value), options.index(value) if value in options else len(options)
    if isinstance(value, dict):
        return True, value["code"]
    return bool(value), str(value or "")
