"""One value of a record as people read it.

Users read ``Name (code)``, files by their name, a table row ``column: value, column: value`` without its empty
columns; several values within a table row are joined by a slash.
"""

from collections.abc import Mapping

from pydantic_core import to_json

INNER_JOINT = " / "


def text_of(value: object, joint: str) -> str:
    """Return a field's value as text, several values and table rows joined; empty values are an empty text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, list):
        return joint.join(filter(None, (text_of(part, INNER_JOINT) for part in value)))
    return _object_text(value) if isinstance(value, dict) else to_json(value).decode()


def _object_text(value: Mapping[str, object]) -> str:
    columns, code, name = value.get("value"), value.get("code"), value.get("name")
    if isinstance(columns, dict):
        cells = ((column, text_of(cell.get("value"), INNER_JOINT)) for column, cell in columns.items())
        return ", ".join(f"{column}: {text}" for column, text in cells if text)
    if isinstance(code, str) and code:
        return f"{name} ({code})" if name and name != code else code
    return name if isinstance(name, str) else to_json(value).decode()
