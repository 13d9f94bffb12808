"""What a whole record must satisfy before it is kept: required, lengths, ranges."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from local_kintone import field_types
from local_kintone.values.problems import Spot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local_kintone.forms import Field, Form
    from local_kintone.values.problems import Problems

MEASURED = frozenset({"SINGLE_LINE_TEXT", "LINK"})
# A text whose duplicates are prohibited may not be longer.
LONGEST_UNIQUE = 64


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
    if field.unique and len(value) > LONGEST_UNIQUE:
        problems.add(spot.key(), f"Enter less than {LONGEST_UNIQUE + 1} characters.")


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
