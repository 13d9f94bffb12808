"""Values of a workflow rendered into a text, as where `{{#node.name#}}` stands in a field."""

import json

FILE_MARK = "__dify__file__"


def rendered(value: object) -> str:
    """Return the text that stands for a value in a template (graphon, `variables/segments.py`).

    An object and a list of texts become JSON; every other list becomes a Python literal, with single quotes, True and
    None; an empty list, a file, a list of files and nothing at all become an empty text.
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
    return isinstance(value, dict) and value.get("dify_model_identity") == FILE_MARK
