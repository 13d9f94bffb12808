"""The text of ``kintone_record_data_docs``: how record data is written, from the tables that the code reads it by."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from kintone import limits
from kintone.field_types import FIELD_TYPES, PSEUDO_FIELDS, FieldType
from kintone.messages import NOTHING, Joined, Message
from kintone.problems import ProblemCode
from kintone.records.value_examples import value_examples

EXAMPLE_RECORD: Final = (
    '{"customer": "ACME", "memo": "two\\nlines", "amount": 1200, "rank": "High", "tags": ["new"], "due": "2026-04-01", '
    '"start": "09:30", "delivered_at": "2026-04-01T09:30:00+09:00", "owner": ["sato"], '
    '"lines": [{"item": "Pen", "qty": 2}]}'
)
EXAMPLE_IN_FULL: Final = '{"customer": {"value": "ACME"}, "lines": {"value": [{"value": {"qty": {"value": "2"}}}]}}'
EXAMPLE_ENTRIES: Final = (
    '{"records": [{"updateKey": {"field": "sku", "value": "A-1"}, "record": {"amount": 5}}, '
    '{"id": 12, "record": {"amount": 0}}, {"record": {"sku": "B-7"}}]}'
)
MAX_SPELLINGS: Final = 4
TELLING: Final = (ProblemCode.AMBIGUOUS, ProblemCode.BAD_FORMAT)
"""Refusals that are not plain from the type alone."""


def record_guide() -> list[Message]:
    """Return the lines: the frame, the values of each type, tables and attachments, what cannot be written."""
    return [*_frame(), *_values(), *_rules(), *_not_writable()]


def _frame() -> list[Message]:
    return [
        Message(
            "A record is JSON by field code; kintone_get_fields, if you have it, lists an app's codes, options, limits:"
        ),
        Message("{example}", example=EXAMPLE_RECORD),
        Message("kintone's own form means the same: {example}", example=EXAMPLE_IN_FULL),
        Message(
            'A field left out keeps its value in an update and gets its default in a new record; null, "" or [] '
            "empties it."
        ),
        Message("records_data of kintone_upsert_records, if you have it: {example}", example=EXAMPLE_ENTRIES),
        Message(
            "updateKey updates the record that has the value, or adds one with it; its field must prohibit duplicates "
            'and be {types}. id updates that record; neither: adds one. "revision": 3 beside id or updateKey refuses '
            "the update of a record that was changed since.",
            types=" or ".join(entry.name for entry in FIELD_TYPES.values() if entry.update_key),
        ),
    ]


class _Shown(NamedTuple):
    """What is shown of a type: its usual value, others that are accepted, and some that are refused; all as JSON."""

    usual: str
    others: tuple[str, ...]
    refused: tuple[str, ...]


def _values() -> list[Message]:
    """Return a line for the types of which all the same is shown."""
    groups: dict[_Shown, list[FieldType]] = {}
    for entry in FIELD_TYPES.values():
        if entry.on_update:
            groups.setdefault(_shown(entry), []).append(entry)
    return [Message("Values by type:"), *(_line(shown, types) for shown, types in groups.items())]


def _shown(kind: FieldType) -> _Shown:
    examples = [each for each in value_examples() if each.type == kind.name]
    others = [each.written for each in examples if not each.problem and each.written not in ("null", kind.example)]
    refused = [each.written for each in examples if each.problem and each.problem.code in TELLING]
    return _Shown(kind.example, tuple(others[:MAX_SPELLINGS]), tuple(refused))


def _line(shown: _Shown, types: list[FieldType]) -> Message:
    return Joined(
        [
            Message("- {types}: {usual}", types=", ".join(_names(types)), usual=shown.usual),
            Message("also {values}", values=", ".join(shown.others)) if shown.others else NOTHING,
            Message("refused: {values}", values=", ".join(shown.refused)) if shown.refused else NOTHING,
        ]
    )


def _rules() -> list[Message]:
    return [
        Message(
            "Choices by their exact names; users, departments, groups by login name or code; date and time with its "
            "offset. A lookup: its key field alone, kintone copies the rest."
        ),
        Message(
            "Tables and attachments sent replace what is there: a row with its id is changed, one without is new, a "
            "row or file that is not sent goes; to change one row send all of them, complete, with their ids. With "
            "table_mode or file_mode append what is not sent stays, so one row can be sent alone, with its id: you set "
            "these in kintone_update_record, the author of the workflow in kintone_upsert_records, if you have them. "
            "File keys come from kintone_upload_file, if you have it, each for one record and 3 days, or from the "
            "record itself, to keep a file."
        ),
        Message(
            "A unique value has at most {unique} characters. Unless the app's settings say otherwise, a number with "
            "more than {whole} digits before the point is refused, and one with more than {decimals} after it is "
            "rounded.",
            unique=limits.MAX_UNIQUE_LENGTH,
            whole=limits.DEFAULT_NUMBER_DIGITS - limits.DEFAULT_NUMBER_DECIMALS,
            decimals=limits.DEFAULT_NUMBER_DECIMALS,
        ),
        Message(
            'In JSON output a field is {shape}: numbers are texts, date and time are in UTC, no value is null for '
            '{types}, [] for lists, else "".',
            shape='{"type": …, "value": …}',
            types=", ".join(entry.name for entry in FIELD_TYPES.values() if entry.empty is None),
        ),
    ]  # fmt: skip


def _not_writable() -> list[Message]:
    types = FIELD_TYPES.values()
    return [
        Message(
            "Only in new records, by a token that may manage the app: {types}.",
            types=", ".join(_names(entry for entry in types if entry.on_add and not entry.on_update)),
        ),
        Message("Never: {types}.", types=", ".join(_names(entry for entry in types if not entry.on_add))),
        Message("Codes of mistakes: {codes}.", codes=", ".join(ProblemCode)),
    ]


def _names(types: Iterable[FieldType]) -> list[str]:
    codes = {entry.name: code for code, entry in PSEUDO_FIELDS.items()}
    return [codes.get(entry.name, entry.name) for entry in types]
