"""kintone's field types: their groups, and the keys that app/form/fields.json returns for each."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TEXT = frozenset({"SINGLE_LINE_TEXT", "MULTI_LINE_TEXT", "RICH_TEXT", "LINK"})
NUMERIC = frozenset({"NUMBER", "CALC", "RECORD_NUMBER", "__ID__", "__REVISION__"})
ONE_CHOICE = frozenset({"RADIO_BUTTON", "DROP_DOWN"})
MANY_CHOICES = frozenset({"CHECK_BOX", "MULTI_SELECT"})
PEOPLE = frozenset({"USER_SELECT", "ORGANIZATION_SELECT", "GROUP_SELECT"})
DATETIME_TYPES = frozenset({"DATETIME", "CREATED_TIME", "UPDATED_TIME"})
LISTS = MANY_CHOICES | PEOPLE | {"FILE", "SUBTABLE", "STATUS_ASSIGNEE", "CATEGORY"}

# A blank value of these types is JSON null; a blank value of all other scalar types is "".
NULL_WHEN_BLANK = frozenset({"DROP_DOWN", "RADIO_BUTTON", "DATE", "TIME"})

# Types that are part of a form but never of a record.
NOT_IN_RECORDS = frozenset({"GROUP", "REFERENCE_TABLE"})
PROCESS_TYPES = frozenset({"STATUS", "STATUS_ASSIGNEE"})
OPTIONAL_SYSTEM_TYPES = PROCESS_TYPES | {"CATEGORY"}

AUDIT_TYPES = frozenset({"CREATOR", "MODIFIER", "CREATED_TIME", "UPDATED_TIME"})
SYSTEM = AUDIT_TYPES | OPTIONAL_SYSTEM_TYPES | {"RECORD_NUMBER"}


def blank_value(field_type: str) -> object:
    """Return the value of a blank field of this type."""
    if field_type in LISTS:
        return []
    return None if field_type in NULL_WHEN_BLANK else ""


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

# kintone's help on field codes: letters, digits, underscores and middle dots of both widths, and full-width currency
# symbols; the first character is not a digit. Other half-width symbols are replaced on saving.
CODE_SYMBOLS = "_\uff3f\uff65\u30fb\uff04\uffe0\uffe1\uffe5\uffe6\u20ac"
# Characters of a code after the first, for a regular expression; the first may be any of them except digits.
CODE_CHARACTERS = rf"\w{CODE_SYMBOLS}"
_CODE = re.compile(rf"(?!\d)[{CODE_CHARACTERS}]+")
MAX_CODE_LENGTH = 128
RESERVED_CODES = frozenset({"not", "__ROOT__"})

UNIQUE_TYPES = frozenset({"SINGLE_LINE_TEXT", "NUMBER", "LINK", "DATE", "DATETIME"})
_LOOKUP: dict[str, Any] = {
    "relatedApp": {"app": "", "code": ""},
    "relatedKeyField": "",
    "fieldMappings": [],
    "lookupPickerFields": [],
    "filterCond": "",
    "sort": "",
}
# The keys that kintone returns for a lookup field; the other keys of its base type are left out.
_LOOKUP_KEYS = ("type", "code", "label", "noLabel", "required", "lookup")

# Codes of system fields in an app that was created by a Japanese-speaking user.
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
    """Complete a form's properties to those that kintone returns, including system fields.

    Args:
        given: field code to properties; only "type" is required. Options may be a list of names.

    Returns:
        A new mapping in the shape of app/form/fields.json.

    Raises:
        ValueError: kintone would not accept the form: an unknown type, an invalid or repeated code, or a field
            that prohibits duplicates in a table or with a type that cannot prohibit them.
    """
    _check_codes(given)
    complete = {code: _complete_field(code, properties) for code, properties in given.items()}
    present = {properties["type"] for properties in complete.values()}
    for field_type, code in SYSTEM_CODES.items():
        if field_type not in present:
            complete[code] = _complete_field(code, {"type": field_type})
    return complete


def enables_process(given: Mapping[str, Mapping[str, Any]]) -> bool:
    """Tell whether a form's properties enable process management."""
    return any(field["type"] in PROCESS_TYPES and field.get("enabled") for field in given.values())


def is_field_code(code: str) -> bool:
    """Tell whether kintone accepts a field code."""
    return bool(_CODE.fullmatch(code)) and len(code) <= MAX_CODE_LENGTH and code not in RESERVED_CODES


def _check_codes(given: Mapping[str, Mapping[str, Any]]) -> None:
    seen: set[str] = set()
    for code in _codes(given):
        if not is_field_code(code):
            raise ValueError(f"kintone does not accept the field code {code!r}")
        if code in seen:
            raise ValueError(f"the field code {code!r} is used twice")
        seen.add(code)


def _codes(given: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    for code, properties in given.items():
        yield code
        if properties["type"] == "SUBTABLE":
            yield from properties.get("fields", {})


def _complete_field(code: str, given: Mapping[str, Any], *, in_rows: bool = False) -> dict[str, Any]:
    field_type = given["type"]
    if field_type not in DEFAULTS:
        raise ValueError(f"kintone has no field type {field_type!r} (field {code!r})")
    properties: dict[str, Any] = {"type": field_type, "code": code, "label": code, "noLabel": False}
    if field_type in OPTIONAL_SYSTEM_TYPES:
        del properties["noLabel"]
    properties |= copy.deepcopy(DEFAULTS[field_type])
    properties |= {key: _shown(value) for key, value in copy.deepcopy(dict(given)).items()}
    if isinstance(properties.get("options"), (list, tuple)):
        names = properties["options"]
        properties["options"] = {name: {"label": name, "index": str(n)} for n, name in enumerate(names)}
    if field_type == "SUBTABLE":
        columns = properties["fields"]
        properties["fields"] = {column: _complete_field(column, columns[column], in_rows=True) for column in columns}
    if "lookup" in properties:
        properties["lookup"] = {**copy.deepcopy(_LOOKUP), **properties["lookup"]}
        return {key: properties[key] for key in _LOOKUP_KEYS}
    if properties.get("unique") and (in_rows or field_type not in UNIQUE_TYPES):
        raise ValueError(f"the field {code!r} cannot prohibit duplicates")
    return properties


def _shown(value: Any) -> Any:  # noqa: ANN401 - a property has any type
    # kintone returns the numbers of a form as texts.
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value
