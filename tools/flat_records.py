"""Reads records of kintone's shape from whatever a step hands on, and converts them to plain objects.

A plain object is ``{"code": value}``; a table in it is a list of ``{"id": row id, "column": value}``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, auto
from typing import TypeGuard

from kintone.errors import InvalidParameterError
from kintone.field_types import is_table
from kintone.forms.near_matches import nearest_codes
from kintone.messages import Joined, Message, counted
from kintone.texts import preview, previews, printable
from kintone.values.numbers import may_be_rounded
from tools.structured_text import example_of, is_absent, read_structure

type Plain = dict[str, object]
type Source = Mapping[str, object]

RECORD_WRAPPERS = ("records", "record")
BESIDE_RECORDS = frozenset({*RECORD_WRAPPERS, "summary", "page", "totalCount", "updateKey", "id", "revision"})
"""The names that an answer of kintone, or the output of a step, has beside its records."""
SOLE_WRAPPERS = ("json", "data", "result", "results", "response", "payload", "rows", "records_json", "records_data")
"""Names under which a step or a template puts its whole output."""
ENTRY_KEYS = frozenset({"updateKey", "id", "revision"})
"""What stands beside the record in an entry of an upsert."""
SUMMARY = "summary"
MAX_CODES_SHOWN = 10

# Finding the records


class Wanted(Enum):
    """What a parameter is to hold."""

    RECORDS = auto()
    ENTRIES = auto()
    """Records, or entries of an upsert, ``{"id": …, "record": …}``, which are returned whole."""
    ROWS = auto()
    """Rows of a table, or the field itself with its type, whose ``value`` they are."""


def read_records(parameter: str, value: object, wanted: Wanted = Wanted.RECORDS) -> list[Source]:
    """Return the records in a parameter, decoded but not converted; raises ``InvalidParameterError``.

    Takes a record, a list of records, both under ``records``, ``record`` or the name of an output, the pages of
    ``json_stream``, and each of these as JSON, in a code fence or as a Python literal, also as the only entry of a
    list: Dify wraps a text that is no JSON list.
    """
    if is_absent(value) or (isinstance(value, list) and value and all(map(is_absent, value))):
        raise InvalidParameterError(
            "{parameter} is missing; bind it to what another step returned, such as records, or write a list such as "
            "{example}",
            parameter=parameter,
            example=example_of(parameter),
        )
    found = list(_records_in(parameter, read_structure(parameter, value), wanted))
    records = [each for each in found if each.keys() != {SUMMARY} or is_field(each[SUMMARY])]
    if found and not records:
        raise InvalidParameterError(
            "{parameter} holds a summary and no records; bind it to the records themselves", parameter=parameter
        )
    return records


def _records_in(parameter: str, structure: object, wanted: Wanted) -> Iterator[Source]:
    if isinstance(structure, list):
        for number, entry in enumerate(structure, start=1):
            part = read_structure(parameter, entry) if isinstance(entry, str) else entry
            if not isinstance(part, dict | list):
                raise InvalidParameterError(
                    "{parameter}: entry {number} must be an object with field codes, not {value}",
                    parameter=parameter,
                    number=number,
                    value=preview(entry),
                )
            yield from _records_in(parameter, part, wanted)
    elif isinstance(structure, dict):
        wrapped = _wrapped(structure, parameter, wanted)
        if wrapped is None:
            yield structure
        else:
            part = read_structure(parameter, wrapped) if isinstance(wrapped, str) else wrapped
            yield from _records_in(parameter, part, wanted)


def _is_entry(structure: Source) -> bool:
    names = structure.keys() - {"record"}
    return isinstance(structure.get("record"), dict) and bool(names) and names <= ENTRY_KEYS


def _wrapped(structure: Source, parameter: str, wanted: Wanted) -> object:
    """Return what is wrapped in an object; None if the object is a record itself, whose fields may have any code."""
    if wanted is Wanted.ROWS and _is_table_field(structure):
        return structure["value"]
    if wanted is Wanted.ENTRIES and _is_entry(structure):
        return None
    if any(map(is_field, structure.values())):
        return None
    is_answer = structure.keys() <= BESIDE_RECORDS
    for name in RECORD_WRAPPERS:
        content = structure.get(name)
        if (is_answer and _may_hold_records(content)) or _holds_fields(content):
            return content
    sole = next(iter(structure)) if len(structure) == 1 else ""
    may_wrap = sole in SOLE_WRAPPERS or sole == parameter
    return structure[sole] if may_wrap and _may_hold_records(structure[sole]) else None


def _is_table_field(structure: Source) -> bool:
    rows = structure.get("value")
    return (
        structure.keys() <= {"type", "value"} and isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
    )


def _may_hold_records(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(entry, dict | list) for entry in value)
    return isinstance(value, dict) or (isinstance(value, str) and value.strip()[:1] in ("[", "{"))


def _holds_fields(value: object) -> bool:
    records = value if isinstance(value, list) else [value]
    return any(isinstance(record, dict) and any(map(is_field, record.values())) for record in records)


# Plain values


def is_field(content: object) -> TypeGuard[Source]:
    """Tell whether an object is the field of a record; an update key has a value too, but names a field beside it."""
    return isinstance(content, dict) and "value" in content and "field" not in content


def is_row(row: object) -> bool:
    """Tell whether an object is a row of a table as kintone has it: ``{"id": …, "value": {"column": …}}``."""
    return isinstance(row, dict) and isinstance(row.get("value"), dict)


def _value_of(content: object) -> object:
    return content["value"] if is_field(content) else content


def _type_of(content: object) -> object:
    return content.get("type") if is_field(content) else None


def _rows(content: object) -> list[object] | None:
    """Return the rows of a table, None for any other field; without a type a list of objects is taken for rows."""
    name, value = _type_of(content), _value_of(content)
    if name is not None and not is_table(name):
        return None
    if name is not None and value in (None, ""):
        return []
    return value if isinstance(value, list) and all(isinstance(row, dict) for row in value) else None


@dataclass(slots=True)
class Flattener:
    """Converts records, and notes the tables whose rows have a column ``id`` in place of the ID of the row."""

    hidden_ids: dict[str, None] = field(default_factory=dict)

    def record(self, record: Source) -> Plain:
        """Return the record as a plain object."""
        return {code: self._value(code, content) for code, content in record.items()}

    def rows(self, code: str, content: object) -> list[Plain]:
        """Return the rows of the table ``code`` as plain objects."""
        return [self._row(code, row) for row in _rows(content) or ()]

    def _value(self, code: str, content: object) -> object:
        value = _value_of(content)
        holds_rows = isinstance(value, list) and value and all(map(is_row, value))
        return self.rows(code, content) if holds_rows else exact(value)

    def _row(self, table: str, row: object) -> Plain:
        if not isinstance(row, dict):
            return {}
        if not is_row(row):
            return {code: exact(content) for code, content in row.items()}
        if "id" in row and "id" in row["value"]:
            self.hidden_ids[table] = None
        ids = {"id": row["id"]} if "id" in row else {}
        return {**ids, **self.record(row["value"])}


def exact(value: object) -> object:
    """Return decoded JSON without ``Decimal``: a number if Dify carries all of its digits, else its text."""
    if may_be_rounded(value):
        return str(value)
    if isinstance(value, Decimal):
        as_float = float(value)
        return as_float if Decimal(repr(as_float)) == value else str(value)
    if isinstance(value, dict):
        return {code: exact(entry) for code, entry in value.items()}
    return [exact(entry) for entry in value] if isinstance(value, list) else value


# Rows of one table


def table_rows(records: Sequence[Source], table: str) -> list[object | None]:
    """Return the content of the table in each record, None where a record does not have it.

    Raises ``InvalidParameterError`` if no record has it, or if it is no table.
    """
    contents = [record.get(table) for record in records]
    if records and all(content is None for content in contents):
        near = nearest_codes(table, ((code, code) for code in _codes(records)))
        problem = Message('subtable_field_code: no record has the field "{code}"', code=printable(table))
        meant = Message("did you mean {code}?", code=previews(near)) if near else _tables(records)
        raise InvalidParameterError("{problem}; {meant}", problem=problem, meant=meant)
    for number, content in enumerate(contents, start=1):
        if content is not None and _rows(content) is None:
            raise InvalidParameterError(
                'subtable_field_code: "{code}" is no table in record {number}; {tables}',
                code=printable(table),
                number=number,
                tables=_tables(records),
            )
    return contents


def _tables(records: Sequence[Source]) -> Message:
    tables = [code for code in _codes(records) if any(_holds_table(record.get(code)) for record in records)]
    if not tables:
        return Message("these records have no table")
    return Message("tables of these records: {codes}", codes=previews(tables, MAX_CODES_SHOWN))


def _holds_table(content: object) -> bool:
    return is_table(_type_of(content)) or (isinstance(rows := _value_of(content), list) and any(map(is_row, rows)))


def _codes(records: Iterable[Source]) -> list[str]:
    return list(dict.fromkeys(code for record in records for code in record))


# Field codes that no record has


def unknown_fields_warning(fields: Sequence[str], records: Sequence[Source], columns: Iterable[str]) -> Message | None:
    """Return a warning about codes in ``fields`` that neither a record nor, among ``columns``, a row has."""
    known = dict.fromkeys([*_codes(records), *columns])
    unknown = [code for code in fields if code not in known]
    if not unknown or not records:
        return None
    listed = previews(unknown, MAX_CODES_SHOWN)
    near = {code: nearest_codes(code, ((each, each) for each in known)) for code in unknown[:MAX_CODES_SHOWN]}
    hints = [
        Message("did you mean {near} instead of {code}?", near=previews(found), code=preview(code))
        for code, found in near.items()
        if found
    ]
    sentence = counted(
        len(unknown),
        Message("fields: no record has {codes}", codes=listed),
        Message("fields: no record has any of {codes}", codes=listed),
    )
    return Joined([sentence, *hints])
