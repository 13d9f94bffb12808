"""The field types of kintone's forms and what sets them apart."""

from __future__ import annotations

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
