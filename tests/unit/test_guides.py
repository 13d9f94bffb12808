"""The texts of the two documentation tools: complete, short, and with examples that work."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from kintone.field_types import FIELD_TYPES
from kintone.forms.answers import parse_form
from kintone.forms.fields import Form
from kintone.messages import Message
from kintone.records import check_record, check_update_key
from kintone.writing.entry_reading import read_entries
from local_kintone import LocalKintone
from tools.query_guide import query_guide
from tools.record_guide import record_guide

LONGEST = 4_000
FIELDS: dict[str, dict[str, Any]] = {
    "sku": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "customer": {"type": "SINGLE_LINE_TEXT"},
    "memo": {"type": "MULTI_LINE_TEXT"},
    "amount": {"type": "NUMBER"},
    "rank": {"type": "DROP_DOWN", "options": ["High", "Middle", "Low"]},
    "tags": {"type": "CHECK_BOX", "options": ["new", "sale"]},
    "due": {"type": "DATE"},
    "start": {"type": "TIME"},
    "delivered_at": {"type": "DATETIME"},
    "owner": {"type": "USER_SELECT"},
    "lines": {"type": "SUBTABLE", "fields": {"item": {"type": "SINGLE_LINE_TEXT"}, "qty": {"type": "NUMBER"}}},
}
"""The fields of an app like that of the examples."""
APP = 6
# Functions of https://cybozu.dev/ja/kintone/docs/overview/query.
FUNCTIONS = (
    "LOGINUSER", "PRIMARY_ORGANIZATION", "NOW", "TODAY", "YESTERDAY", "TOMORROW", "FROM_TODAY", "THIS_WEEK",
    "LAST_WEEK", "NEXT_WEEK", "THIS_MONTH", "LAST_MONTH", "NEXT_MONTH", "THIS_YEAR", "LAST_YEAR", "NEXT_YEAR",
)  # fmt: skip
NOT_SEARCHED = {"CATEGORY", "SUBTABLE", "REFERENCE_TABLE", "GROUP", "__REVISION__", "LABEL", "SPACER", "HR"}
"""Types that no condition of the fact sheet names by their own code."""


def text_of(lines: list[Message]) -> str:
    """Return the lines as one text."""
    return "\n".join(map(str, lines))


@pytest.fixture(scope="module")
def kintone() -> Iterator[LocalKintone]:
    """Return a local kintone with an app that has the fields of the examples, under the number ``APP``."""
    running = LocalKintone(seed="demo")
    assert running.create_app("Examples", FIELDS) == APP
    yield running
    running.stop()


@pytest.fixture(scope="module")
def form(kintone: LocalKintone) -> Form:
    """Return the form of that app."""
    return parse_form({"properties": kintone.apps[APP].form.properties, "revision": "1"}, str(APP))


def lines_after(lines: list[Message], heading: str) -> list[str]:
    """Return the lines after one that begins with the heading."""
    texts = list(map(str, lines))
    start = next(place for place, text in enumerate(texts) if text.startswith(heading))
    return texts[start + 1 :]


def test_example_queries_are_answered(kintone: LocalKintone) -> None:
    """Kintone answers each query that the text shows."""
    examples = lines_after(query_guide(), "Examples")

    assert len(examples) >= 5
    for example in examples:
        assert isinstance(kintone.records(APP, example), list), example


@pytest.mark.parametrize(
    "value",
    [
        "TODAY()", "YESTERDAY()", "TOMORROW()", "FROM_TODAY(-3, DAYS)", "FROM_TODAY(-3, WEEKS)",
        "FROM_TODAY(-3, MONTHS)", "FROM_TODAY(-3, YEARS)", "THIS_WEEK()", "LAST_WEEK()", "NEXT_WEEK()",
        "THIS_MONTH()", "LAST_MONTH()", "NEXT_MONTH()", "THIS_YEAR()", "LAST_YEAR()", "NEXT_YEAR()",
        "THIS_WEEK(MONDAY)", "LAST_MONTH(15)", "NEXT_MONTH(LAST)",
    ],
)  # fmt: skip
def test_functions_are_written_as_kintone_takes_them(kintone: LocalKintone, value: str) -> None:
    """Kintone answers each function with the arguments that the text shows."""
    written = re.sub(r"DAYS|WEEKS|MONTHS|YEARS", "DAYS | WEEKS | MONTHS | YEARS", value)

    assert written in text_of(query_guide())
    assert isinstance(kintone.records(APP, f"due >= {value}"), list)


def test_the_query_language_is_complete() -> None:
    """The text names every function of kintone, every type that conditions may have, and the parts of a query."""
    text = text_of(query_guide())
    searched = FIELD_TYPES.keys() - NOT_SEARCHED - {"__ID__"}

    assert [name for name in (*FUNCTIONS, *searched, "$id", "order by", "limit", "offset") if name not in text] == []
    assert [name for name in NOT_SEARCHED if f"{name}:" in text or f"{name}," in text] == []


def test_example_records_can_be_written(form: Form) -> None:
    """Each record and the entries that the text shows pass the check against such an app's form."""
    shown = [json.loads(text) for text in _json_in(record_guide())]
    records = [each for each in shown if "records" not in each]
    entries = [entry for each in shown if "records" in each for entry in read_entries(each)]

    assert len(records) >= 2
    assert {bool(entry.update_key) for entry in entries} == {True, False}
    for record in (*records, *(entry.record for entry in entries)):
        assert check_record(record, form, "update").problems == []
    for entry in entries:
        if entry.update_key:
            assert check_update_key(entry.update_key.field, entry.update_key.value, form)[1] is None


def _json_in(lines: list[Message]) -> Iterator[str]:
    decoder = json.JSONDecoder()
    for text in map(str, lines):
        place = text.find("{")
        if place >= 0 and not text.startswith("- ") and "…" not in text:
            yield text[place : place + decoder.raw_decode(text[place:])[1]]


def test_values_of_every_writable_type_are_shown() -> None:
    """The text has a line with a value for each type that can be written, and names every other type."""
    lines = [str(line) for line in record_guide() if str(line).startswith("- ")]
    named = {name: line for line in lines for name in line.removeprefix("- ").partition(": ")[0].split(", ")}
    text = text_of(record_guide())

    assert named.keys() == {entry.name for entry in FIELD_TYPES.values() if entry.on_update}
    assert all(FIELD_TYPES[name].example in line for name, line in named.items())
    assert [name for name in FIELD_TYPES if not name.startswith("__") and name not in text] == []


@pytest.mark.parametrize("lines", [query_guide(), record_guide()], ids=["query", "record"])
def test_texts_are_short(lines: list[Message]) -> None:
    """A model can afford to read each text."""
    assert 1_000 < len(text_of(lines)) <= LONGEST


def test_what_is_unsure_is_called_so() -> None:
    """Whose day and whose user a token's request means is measured for users, not documented for tokens."""
    sentences = [each for each in text_of(query_guide()).split(". ") if "Administrator" in each]

    assert sentences
    assert [each for each in sentences if each.count("Administrator") != each.count("probably")] == []
