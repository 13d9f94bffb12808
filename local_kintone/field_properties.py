"""The keys that app/form/fields.json shows for each field type, and their defaults."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHOICES: dict[str, Any] = {"required": False, "options": {}}
_LENGTHS: dict[str, Any] = {
    "required": False,
    "unique": False,
    "defaultValue": "",
    "minLength": "",
    "maxLength": "",
}
_UNIT: dict[str, Any] = {"displayScale": "", "unit": "", "unitPosition": "BEFORE"}
_PEOPLE: dict[str, Any] = {"required": False, "defaultValue": [], "entities": []}
_MOMENT: dict[str, Any] = {"required": False, "defaultValue": "", "defaultNowValue": False}
_ENABLED: dict[str, Any] = {"enabled": False}

DEFAULTS: dict[str, dict[str, Any]] = {
    "SINGLE_LINE_TEXT": {**_LENGTHS, "expression": "", "hideExpression": False},
    "MULTI_LINE_TEXT": {"required": False, "defaultValue": ""},
    "RICH_TEXT": {"required": False, "defaultValue": ""},
    "NUMBER": {
        "required": False,
        "unique": False,
        "defaultValue": "",
        "minValue": "",
        "maxValue": "",
        "digit": False,
        **_UNIT,
    },
    "CALC": {"required": False, "expression": "", "hideExpression": False, "format": "NUMBER", **_UNIT},
    "LINK": {**_LENGTHS, "protocol": "WEB"},
    "CHECK_BOX": {**_CHOICES, "defaultValue": [], "align": "HORIZONTAL"},
    "RADIO_BUTTON": {**_CHOICES, "defaultValue": "", "align": "HORIZONTAL"},
    "DROP_DOWN": {**_CHOICES, "defaultValue": ""},
    "MULTI_SELECT": {**_CHOICES, "defaultValue": []},
    "DATE": {**_MOMENT, "unique": False},
    "DATETIME": {**_MOMENT, "unique": False},
    "TIME": _MOMENT,
    "FILE": {"required": False, "thumbnailSize": "150"},
    "USER_SELECT": _PEOPLE,
    "ORGANIZATION_SELECT": _PEOPLE,
    "GROUP_SELECT": _PEOPLE,
    "REFERENCE_TABLE": {"referenceTable": None},
    "SUBTABLE": {"fields": {}},
    "GROUP": {"openGroup": False},
    "CATEGORY": _ENABLED,
    "STATUS": _ENABLED,
    "STATUS_ASSIGNEE": _ENABLED,
    "RECORD_NUMBER": {},
    "CREATOR": {},
    "MODIFIER": {},
    "CREATED_TIME": {},
    "UPDATED_TIME": {},
}

# Codes that an app gets when a Japanese-speaking user makes it.
SYSTEM_CODES = {
    "RECORD_NUMBER": "レコード番号",
    "CREATOR": "作成者",
    "MODIFIER": "更新者",
    "CREATED_TIME": "作成日時",
    "UPDATED_TIME": "更新日時",
    "CATEGORY": "カテゴリー",
    "STATUS": "ステータス",
    "STATUS_ASSIGNEE": "作業者",
}


def complete_properties(given: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Fill a form's properties up to what kintone shows, system fields included.

    Args:
        given: field code to properties; only "type" must stand in each. Options may be a list of names.

    Returns:
        A new mapping in the shape of app/form/fields.json.

    Raises:
        ValueError: a type that kintone does not have.
    """
    complete = {code: _complete_field(code, properties) for code, properties in given.items()}
    present = {properties["type"] for properties in complete.values()}
    for kind, code in SYSTEM_CODES.items():
        if kind not in present:
            complete[code] = _complete_field(code, {"type": kind})
    return complete


def _complete_field(code: str, given: Mapping[str, Any]) -> dict[str, Any]:
    kind = given["type"]
    if kind not in DEFAULTS:
        raise ValueError(f"kintone has no field type {kind!r} (field {code!r})")
    properties: dict[str, Any] = {"type": kind, "code": code, "label": code, "noLabel": False}
    properties |= copy.deepcopy(DEFAULTS[kind])
    properties |= copy.deepcopy(dict(given))
    if isinstance(properties.get("options"), (list, tuple)):
        names = properties["options"]
        properties["options"] = {name: {"label": name, "index": str(n)} for n, name in enumerate(names)}
    if kind == "SUBTABLE":
        columns = properties["fields"]
        properties["fields"] = {column: _complete_field(column, columns[column]) for column in columns}
    if "lookup" in properties:
        # kintone shows neither for a lookup.
        properties.pop("unique", None)
        properties.pop("defaultValue", None)
    return properties
