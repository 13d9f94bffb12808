"""kintone's field types: what sets them apart, and the keys that app/form/fields.json shows for each."""

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
TIMED = frozenset({"DATETIME", "CREATED_TIME", "UPDATED_TIME"})
LISTS = MANY_CHOICES | PEOPLE | {"FILE", "SUBTABLE", "STATUS_ASSIGNEE", "CATEGORY"}

# Their value is JSON null when blank; that of all other scalars is "".
NULL_WHEN_BLANK = frozenset({"DROP_DOWN", "RADIO_BUTTON", "DATE", "TIME"})

# They stand in a form but never in a record.
NEVER_IN_RECORDS = frozenset({"GROUP", "REFERENCE_TABLE"})
SWITCHABLE = frozenset({"CATEGORY", "STATUS", "STATUS_ASSIGNEE"})

AUTHORED = frozenset({"CREATOR", "MODIFIER", "CREATED_TIME", "UPDATED_TIME"})
SYSTEM = AUTHORED | SWITCHABLE | {"RECORD_NUMBER"}


def blank_value(kind: str) -> object:
    """Return what a read shows for a field of this type without a value."""
    if kind in LISTS:
        return []
    return None if kind in NULL_WHEN_BLANK else ""


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

# kintone's help on field codes: letters and digits of both widths, two underscores, two middle dots and currency
# signs of full width; a digit does not come first. Half-width signs other than the underscore are replaced on saving.
CODE_SIGNS = "_\uff3f\uff65\u30fb\uff04\uffe0\uffe1\uffe5\uffe6\u20ac"
# Characters of a code behind the first, for a regular expression; the first is one of them but for digits.
CODE_CHARACTERS = rf"\w{CODE_SIGNS}"
_CODE = re.compile(rf"(?!\d)[{CODE_CHARACTERS}]+")
MAX_CODE_LENGTH = 128
RESERVED_CODES = frozenset({"not", "__ROOT__"})

UNIQUE_KINDS = frozenset({"SINGLE_LINE_TEXT", "NUMBER", "LINK", "DATE", "DATETIME"})
_LOOKUP: dict[str, Any] = {
    "relatedApp": {"app": "", "code": ""},
    "relatedKeyField": "",
    "fieldMappings": [],
    "lookupPickerFields": [],
    "filterCond": "",
    "sort": "",
}
# What kintone shows of a lookup, whatever its base type has besides.
_LOOKUP_KEYS = ("type", "code", "label", "noLabel", "required", "lookup")

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
        ValueError: what no form of kintone has: an unknown type, a code that cannot be one or stands twice, a field
            without duplicates in a table or of a type that cannot be one.
    """
    _check_codes(given)
    complete = {code: _complete_field(code, properties) for code, properties in given.items()}
    present = {properties["type"] for properties in complete.values()}
    for kind, code in SYSTEM_CODES.items():
        if kind not in present:
            complete[code] = _complete_field(code, {"type": kind})
    return complete


def is_field_code(code: str) -> bool:
    """Tell whether kintone lets a field have this code."""
    return bool(_CODE.fullmatch(code)) and len(code) <= MAX_CODE_LENGTH and code not in RESERVED_CODES


def _check_codes(given: Mapping[str, Mapping[str, Any]]) -> None:
    seen: set[str] = set()
    for code in _codes(given):
        if not is_field_code(code):
            raise ValueError(f"kintone takes no field code {code!r}")
        if code in seen:
            raise ValueError(f"the field code {code!r} stands twice")
        seen.add(code)


def _codes(given: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    for code, properties in given.items():
        yield code
        if properties["type"] == "SUBTABLE":
            yield from properties.get("fields", {})


def _complete_field(code: str, given: Mapping[str, Any], *, in_rows: bool = False) -> dict[str, Any]:
    kind = given["type"]
    if kind not in DEFAULTS:
        raise ValueError(f"kintone has no field type {kind!r} (field {code!r})")
    properties: dict[str, Any] = {"type": kind, "code": code, "label": code, "noLabel": False}
    if kind in SWITCHABLE:
        del properties["noLabel"]
    properties |= copy.deepcopy(DEFAULTS[kind])
    properties |= {key: _shown(value) for key, value in copy.deepcopy(dict(given)).items()}
    if isinstance(properties.get("options"), (list, tuple)):
        names = properties["options"]
        properties["options"] = {name: {"label": name, "index": str(n)} for n, name in enumerate(names)}
    if kind == "SUBTABLE":
        columns = properties["fields"]
        properties["fields"] = {column: _complete_field(column, columns[column], in_rows=True) for column in columns}
    if "lookup" in properties:
        properties["lookup"] = {**copy.deepcopy(_LOOKUP), **properties["lookup"]}
        return {key: properties[key] for key in _LOOKUP_KEYS}
    if properties.get("unique") and (in_rows or kind not in UNIQUE_KINDS):
        raise ValueError(f"kintone lets the field {code!r} have duplicates")
    return properties


def _shown(value: Any) -> Any:  # noqa: ANN401 - whatever a property is
    # Numbers of a form are texts.
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value
