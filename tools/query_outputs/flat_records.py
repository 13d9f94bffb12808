"""Records as plain objects: field codes and values, without kintone's wrappers.

====================================  =====================================================
field                                 value
====================================  =====================================================
text, number, date, choice, ``$id``   kintone's text as it is; numbers too, so that no digit is lost
several choices                       list of texts
users, groups, organizations          list of ``{"code", "name"}``; creator and modifier: one such object
files                                 list of ``{"fileKey", "name", "contentType", "size"}``
table                                 list of rows, ``{"id": row id, column: value, …}``; a column called ``id`` wins
====================================  =====================================================
"""

from typing import Any

from kintone.field_types.table import is_table
from kintone.reading.pages import Record

type FlatRecord = dict[str, Any]


def flatten(record: Record) -> FlatRecord:
    """Return a record of kintone's shape, ``{"code": {"type", "value"}}``, as ``{"code": value}``."""
    return {
        code: value if type(value := field.get("value")) is not list else _listed(field)
        for code, field in record.items()
    }


def _listed(field: dict[str, Any]) -> list[Any]:
    values: list[Any] = field["value"]
    if not is_table(field.get("type")):
        return values
    return [{"id": row.get("id"), **flatten(row["value"])} for row in values]
