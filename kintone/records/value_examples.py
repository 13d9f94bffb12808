"""Examples of values as people and models write them, each with what becomes of it.

The page ``docs/values.md`` and the tool ``kintone_record_data_docs`` show them; the outcome is always computed.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from kintone.forms.answers import parse_form
from kintone.forms.fields import Form
from kintone.problems import Problem
from kintone.records.checking import check_record

WRITTEN: Final[Mapping[str, tuple[str, ...]]] = {
    "SINGLE_LINE_TEXT": ('"abc"', "12", "null", "true"),
    "MULTI_LINE_TEXT": ('"a\\r\\nb"',),
    "RICH_TEXT": ('"<b>abc</b>"',),
    "NUMBER": (
        "1200", '"1,200"', '"1200.50"', '"\uff11\uff12\uff10\uff10"', '"1.5e3"', "null", '"▲500"', '"1200円"',
        '"¥1200"', '"12万"', '"50%"',
    ),
    "LINK": ('"https://example.com/"', '"example.com"'),
    "CHECK_BOX": ('["A", "B"]', '"A, B"', '"A、B"', '"A"', '"C"', "true"),
    "MULTI_SELECT": ('["A", "B"]', '"A, B"', '"A、B"', '"A"', '"C"'),
    "RADIO_BUTTON": ('"A"', '["A"]', '["A", "B"]'),
    "DROP_DOWN": ('"A"', "null", '"a"'),
    "DATE": (
        '"2026-04-01"', '"2026/4/1"', '"2026年4月1日"', '"令和8年4月1日"', '"20260401"', '"2026.4.1"', '"R8.4.1"',
        '"2026-04-01T09:30:00+09:00"', '"2026-04-01T15:30:00Z"', '"4/1/2026"', '"2026-04"', '"4月1日"',
    ),
    "TIME": ('"9:30"', '"09:30:15"', '"9:30 PM"', '"午後3時半"', '"0930"', '"午後12時"'),
    "DATETIME": (
        '"2026-04-01T09:30:00+09:00"', '"2026/4/1 9:30 +0900"', '"2026-04-01T00:30:00Z"', '"2026-04-01 09:30"',
        '"2026-04-01"',
    ),
    "USER_SELECT": (
        '"sato"', '["sato", "suzuki"]', '[{"code": "sato"}]', "null", '"佐藤 (sato)"',
        "\"[{'code': 'sato', 'name': '佐藤'}]\"", '"sato, suzuki"',
    ),
    "ORGANIZATION_SELECT": ('"sales"', '["sales", "support"]'),
    "GROUP_SELECT": ('"everyone"', '["everyone", "managers"]'),
    "FILE": ('"c15b3870"', '["c15b3870"]', '[{"fileKey": "c15b3870"}]', '"見積.pdf"'),
    "SUBTABLE": (
        '[{"item": "Pen", "qty": 2}]', '{"item": "Pen"}', '[{"id": "7", "item": "Pen"}]',
        '[{"id": "7", "value": {"item": {"value": "Pen"}}}]', "[]", "{}", '"Pen"',
    ),
}  # fmt: skip
"""Values as JSON, by type. The fields have the options A and B, the table the columns item and qty."""


@dataclass(frozen=True, slots=True)
class ValueExample:
    """One value of a type: as written, and as kintone gets it, both as JSON; ``stored`` is empty beside a problem."""

    type: str
    written: str
    stored: str
    problem: Problem | None


@cache
def value_examples() -> tuple[ValueExample, ...]:
    """Return all examples, each read by the code that reads what callers send."""
    form = _form(WRITTEN)
    return tuple(_example(form, kind, written) for kind, values in WRITTEN.items() for written in values)


def _example(form: Form, kind: str, written: str) -> ValueExample:
    found = check_record({kind: json.loads(written)}, form, "update")
    if found.problems:
        return ValueExample(kind, written, "", found.problems[0])
    return ValueExample(kind, written, json.dumps(found.record[kind]["value"], ensure_ascii=False), None)


def _form(types: Iterable[str]) -> Form:
    """Return a form with one field of each type, whose code is the type's name."""
    options = {name: {"label": name} for name in ("A", "B")}
    columns = {code: {"type": kind, "code": code} for code, kind in (("item", "SINGLE_LINE_TEXT"), ("qty", "NUMBER"))}
    of_type: dict[str, dict[str, Any]] = {
        **{kind: {"options": options} for kind in ("CHECK_BOX", "MULTI_SELECT", "RADIO_BUTTON", "DROP_DOWN")},
        "LINK": {"protocol": "WEB"},
        "SUBTABLE": {"fields": columns},
    }
    fields = {kind: {"type": kind, "code": kind, "label": kind, **of_type.get(kind, {})} for kind in types}
    return parse_form({"properties": fields, "revision": "1"}, "1")


def markdown_table() -> str:
    """Return the examples as a table for the documentation."""
    rows = [f"| `{each.type}` | `{each.written}` | {_outcome(each)} |" for each in value_examples()]
    return "\n".join(["| Type | You write | kintone gets |", "|---|---|---|", *rows])


def _outcome(example: ValueExample) -> str:
    problem = example.problem
    return f"refused, `{problem.code}`: {problem.suggestion}" if problem else f"`{example.stored}`"
