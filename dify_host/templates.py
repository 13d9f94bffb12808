"""Rendering of workflow values into text, as for `{{#node.name#}}` in a field."""

import json

FILE_IDENTITY = "__dify__file__"


def rendered(value: object) -> str:
    """Return the text of a value in a template (graphon, `variables/segments.py`).

    An object and a list of texts become JSON. Every other list becomes a Python literal with single quotes, True and
    None. None, an empty list, a file and a list of files become an empty text.
    """
    if value is None or value == [] or _is_file(value):
        return ""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if not isinstance(value, list):
        return str(value)
    if all(_is_file(item) for item in value):
        return ""
    return json.dumps(value, ensure_ascii=False) if all(isinstance(item, str) for item in value) else str(value)


def _is_file(value: object) -> bool:
    return isinstance(value, dict) and value.get("dify_model_identity") == FILE_IDENTITY
