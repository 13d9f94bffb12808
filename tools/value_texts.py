"""Writes the values of a record's fields for people and models, so lean that they take about as much as CSV.

The fields of a record are ``code=value``, with ``|`` between them. The values of a list and the columns of a table row
have ``, `` between them, table rows ``; ``. A value in which a separator would be misread, or whose outer blanks would
not be seen, stands in double quotes as in JSON.
"""

import json
import re
from collections.abc import Mapping

from pydantic_core import to_json

from kintone.field_types import is_table
from kintone.reading.pages import Record

FIELD_SEPARATOR = "|"
ROW_SEPARATOR = "; "
ITEM_SEPARATOR = ", "
INNER_SEPARATOR = " / "
ELLIPSIS = "…"
QUOTE = '"'

_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_UNCLEAR = re.compile(r'\A["\s]|\||\s\Z')
_UNCLEAR_IN_LIST = re.compile(r'\A["\s]|\||[,;] | / |[,;\s]\Z')


def shown_value(field: Record) -> str:
    """Return the value of a field of kintone's shape on one line; ``""`` for an empty value."""
    value = field.get("value")
    if isinstance(value, str):
        return _quoted(value, _UNCLEAR)
    if is_table(field.get("type")) and isinstance(value, list):
        rows = ROW_SEPARATOR.join(_row(row) for row in value)
        return f"[{rows}]" if value else ""
    return _listed(value, ITEM_SEPARATOR)


def on_one_line(text: str) -> str:
    """Return the text with each line break or run of control characters replaced by a blank."""
    return _BREAKS.sub(" ", text)


def cut(text: str, longest: int) -> str:
    """Return a shown value cut to ``longest`` characters, with an ellipsis at its end and its quotes closed."""
    if len(text) <= longest:
        return text
    end = ELLIPSIS + QUOTE if text.startswith(QUOTE) and text.endswith(QUOTE) else ELLIPSIS
    return text[: max(0, longest - len(end))] + end


def _row(row: Record) -> str:
    """Return the columns of a table row, the empty ones too."""
    cells = ((code, _listed(cell.get("value"), INNER_SEPARATOR)) for code, cell in row["value"].items())
    return ITEM_SEPARATOR.join(f"{on_one_line(code)}={text}" for code, text in cells)


def _listed(value: object, separator: str) -> str:
    values = value if isinstance(value, list) else [value]
    return separator.join(filter(None, (_quoted(_item(each), _UNCLEAR_IN_LIST) for each in values)))


def _item(value: object) -> str:
    """Return one value of a list: a text, the name and code of a user, the name of a file."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return named(value) if isinstance(value, dict) else to_json(value).decode()


def named(value: Mapping[str, object]) -> str:
    """Return the name and the code of a user, department or group, or the name of a file."""
    code, name = value.get("code"), value.get("name")
    if isinstance(code, str) and code:
        return f"{name} ({code})" if name and name != code else code
    return name if isinstance(name, str) else to_json(value).decode()


def _quoted(text: str, unclear: re.Pattern[str]) -> str:
    line = on_one_line(text)
    return json.dumps(line, ensure_ascii=False) if unclear.search(line) else line
