"""The text of ``kintone_query_docs``: kintone's query language, from the tables that the code knows it by."""

from collections.abc import Iterable, Mapping
from typing import Final

from kintone import limits
from kintone.field_types import FIELD_TYPES, PSEUDO_FIELDS, FieldType, types_by_conditions
from kintone.messages import NOTHING, Joined, Message
from kintone.operators import EQUALITY, LISTS, PERIODS
from kintone.query.parts import OPTIONS

EXAMPLES: Final = (
    'rank in ("High", "Middle") and amount >= 1000 order by due asc, $id desc limit 20',
    '(customer = "ACME" or customer like "Aoyama") and memo is not empty',
    "due >= TODAY() and due < FROM_TODAY(7, DAYS)",
    'delivered_at >= "2026-04-01T00:00:00+09:00" and delivered_at < "2026-05-01T00:00:00+09:00"',
    'owner in ("sato", "suzuki") and tags not in ("")',
    'item in ("Pen") and qty >= 2',
    "$id in (3, 5)",
    "order by $id desc limit 5",
)  # fmt: skip
ARGUMENTS: Final[Mapping[str, str]] = {"FROM_TODAY": f"(-3, {' | '.join(PERIODS)})"}
"""Arguments of functions that cannot do without; https://cybozu.dev/ja/kintone/docs/overview/query."""


def query_guide() -> list[Message]:
    """Return the lines: the parts of a query, operators by type, sorting, values, functions, tables, examples."""
    return [*_parts(), *_operators(), *_sorting(), *_functions(), *_rules(), *_examples()]


def _parts() -> list[Message]:
    return [
        Message("A query is a condition, then {options}: in this order, each optional.", options=", ".join(OPTIONS)),
        Message(
            "Field codes, not labels, stand bare (kintone_get_fields lists them, if you have it); $id is the "
            "record's ID. Texts stand "
            'in double quotes, inside them \\" for a quote and \\\\ for a backslash. "and" binds tighter than "or"; '
            "use parentheses. There is no not before a condition, no between, and nothing of SQL."
        ),
        Message(
            "Without limit every match comes, oldest first; with limit and no order by the newest first. limit may "
            "exceed {read:,}, offset {offset:,}. kintone_aggregate, if you have it, takes the condition alone.",
            read=limits.MAX_RECORDS_PER_READ,
            offset=limits.MAX_OFFSET,
        ),
    ]


def _operators() -> list[Message]:
    lines: list[Message] = []
    for types in types_by_conditions():
        rules = types[0].query
        operators = Message("- {types}: {operators}", types=_names(types), operators=", ".join(rules.operators))
        empty = Message("no value: {empty}, a value: {filled}", empty=rules.empty, filled=rules.filled)
        lines.append(Joined([operators, empty if rules.empty else NOTHING]))
    return [
        Message("Operators by type:"),
        *lines,
        Message(
            "- column of a table: by its own code, as its type, but {lists} instead of {equality}. A condition holds "
            "if one row meets it; one with not if there are rows and all meet it; conditions of one table joined by "
            "and must be met by the same row.",
            lists=" and ".join(LISTS),
            equality=" and ".join(EQUALITY),
        ),
        Message(
            "- lookup: as its type. Related records: FIELD.COLUMN, as a column of a table; its app's token is needed "
            "too."
        ),
    ]


def _sorting() -> list[Message]:
    sortable = _names(entry for entry in FIELD_TYPES.values() if entry.query.sortable)
    return [Message("order by takes, with asc or desc: {types}; no columns of tables.", types=sortable)]


def _functions() -> list[Message]:
    """Return a line for each set of functions that some types have and others do not."""
    types_of: dict[str, list[FieldType]] = {}
    for entry in FIELD_TYPES.values():
        for function in entry.query.functions:
            types_of.setdefault(function, []).append(entry)
    groups: dict[str, list[str]] = {}
    for function, types in types_of.items():
        groups.setdefault(_names(types), []).append(function + ARGUMENTS.get(function, "()"))
    return [
        Message("Functions, without quotes:"),
        *(Message("- {types}: {functions}", types=types, functions=", ".join(each)) for types, each in groups.items()),
        Message(
            "Those of a week or a month take a day of it: THIS_WEEK(MONDAY), LAST_MONTH(15), NEXT_MONTH(LAST). With an "
            "API token the days are probably those of Administrator's time zone, and LOGINUSER() is probably "
            "Administrator; dates and login names written out are safe. A condition with PRIMARY_ORGANIZATION() is "
            "dropped for a user without one, so that other records come too."
        ),
    ]


def _rules() -> list[Message]:
    return [
        Message(
            'Values: date "2026-04-01", time "09:30", date and time with its offset "2026-04-01T09:30:00+09:00"; '
            "choices and statuses by their exact names; users, departments, groups by login name or code. An unknown "
            "code, option or user is an error."
        ),
        Message(
            "like finds whole words, in Japanese two characters or more, never a part of a Latin word; no wildcards, "
            "symbols are ignored. A record just written may be found only a while later. In attachments it searches "
            "name and content."
        ),
    ]


def _examples() -> list[Message]:
    return [Message("Examples:"), *(Message("{example}", example=example) for example in EXAMPLES)]


def _names(types: Iterable[FieldType]) -> str:
    codes = {entry.name: code for code, entry in PSEUDO_FIELDS.items()}
    return ", ".join(codes.get(entry.name, entry.name) for entry in types)
