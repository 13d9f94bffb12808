"""What the app's form cannot tell about a record: the values of which only kintone knows whether it takes them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kintone.field_types import Shape
from kintone.forms.fields import FieldDefinition, Form
from kintone.forms.near_matches import listed
from kintone.messages import Message
from kintone.problems import Place
from kintone.records.values import is_empty
from kintone.texts import preview, printable

_PEOPLE = (Shape.CODES, Shape.PERSON)


def unchecked_values(record: Mapping[str, Any], form: Form) -> list[Message]:
    """Return a sentence for each kind of value that only kintone can check, naming the fields that hold one.

    ``record`` is in kintone's own shape. kintone refuses a user, department or group that it does not have, a value
    that another record has in a field that prohibits duplicates, and a lookup whose source app has not exactly one
    record with the key. Source: https://cybozu.dev/ja/kintone/docs/overview/field-types.
    """
    held = list(_filled(record, form))
    people = [name for field, name in held if field.type.shape in _PEOPLE]
    unique = [name for field, name in held if field.unique]
    lookups = [name for field, name in held if field.lookup is not None]
    files = [name for field, name in held if field.holds_files]
    unknown = [
        Message("{field} ({type})", field=name, type=printable(field.type.name))
        for field, name in held
        if not field.type.is_known
    ]
    sentences = (
        (
            people,
            Message(
                "Not checked: whether kintone has users, departments or groups with these login names or codes: "
                "{fields}.",
                fields="",
            ),
        ),
        (
            unique,
            Message(
                "Not checked: whether another record has the same value, since duplicates are prohibited: {fields}.",
                fields="",
            ),
        ),
        (
            lookups,
            Message(
                "Not checked: whether the lookup finds exactly one record of its source app by this key: {fields}.",
                fields="",
            ),
        ),
        (files, Message("Not checked: whether the file keys exist and are unused: {fields}.", fields="")),
        (
            unknown,
            Message(
                "Not checked, since their types are not known here, and neither is whether they can be written: "
                "{fields}.",
                fields="",
            ),
        ),
    )
    return [sentence.copy_with(fields=listed(_each_once(names))) for names, sentence in sentences if names]


def replaced_lists(record: Mapping[str, Any], form: Form) -> list[Message]:
    """Return sentences about tables and attachment fields: of these an update removes what is left out.

    Row ids are not checked, which is said too. ``record`` is in kintone's own shape. Source: https://cybozu.dev/ja/kintone/docs/rest-api/records/update-record.
    """
    tables = [_named(code) for code in record if _is_table(code, form)]
    rows = [_named(code) for code, cell in record.items() if _is_table(code, form) and _has_ids(cell["value"])]
    files = [_named(code) for code in record if (field := form.find(code)) is not None and field.holds_files]
    sentences = (
        (
            rows,
            Message(
                "Not checked: whether the record has rows with these ids; kintone takes others for new rows: {fields}.",
                fields="",
            ),
        ),
        (
            tables,
            Message(
                "The update removes the saved rows that are left out, unless table_mode is append: {fields}.", fields=""
            ),
        ),
        (
            files,
            Message(
                "The update removes the saved files that are left out, unless file_mode is append: {fields}.", fields=""
            ),
        ),
    )
    return [sentence.copy_with(fields=listed(names)) for names, sentence in sentences if names]


def sent_lookups(record: Mapping[str, Any], form: Form) -> list[Message]:
    """Name the lookup fields and columns that have a value, with it and where it is looked for.

    ``record`` is in kintone's own shape.
    """
    return [_lookup(place, field, value) for place, field, value in _cells(record, form) if field.lookup is not None]


def _lookup(place: Place, field: FieldDefinition, value: object) -> Message:
    sent = Message("{place} = {value}", place=place.words, value=preview(value))
    if field.lookup is None or not field.lookup.app or not field.lookup.key:
        return sent
    return Message(
        "{sent}, looked for in {key} of app {app}", sent=sent, key=printable(field.lookup.key), app=field.lookup.app
    )


def _cells(record: Mapping[str, Any], form: Form) -> Iterator[tuple[Place, FieldDefinition, object]]:
    """Yield place, definition and value of each field and cell that has a value."""
    for code, cell in record.items():
        field = form.find(code)
        if field is None or is_empty(cell["value"]):
            continue
        if not field.is_table:
            yield Place(code), field, cell["value"]
            continue
        for number, row in enumerate(cell["value"], start=1):
            for column_code, column_cell in row["value"].items():
                column = field.columns.get(column_code)
                if column is not None and not is_empty(column_cell["value"]):
                    yield Place(column_code, number, code), column, column_cell["value"]


def _named(code: str) -> Message:
    return Message("{code}", code=printable(code))


def _is_table(code: str, form: Form) -> bool:
    field = form.find(code)
    return field is not None and field.is_table


def _has_ids(rows: Sequence[Mapping[str, Any]]) -> bool:
    return any(row.get("id") for row in rows)


def _filled(record: Mapping[str, Any], form: Form) -> Iterator[tuple[FieldDefinition, Message]]:
    """Yield each field and column that has a value, columns once for each row, with its name for a sentence."""
    for place, field, _ in _cells(record, form):
        if place.table:
            yield field, Message("{code} in {table}", code=printable(place.field), table=printable(place.table))
        else:
            yield field, _named(place.field)


def _each_once(names: list[Message]) -> list[Message]:
    return list({str(name): name for name in names}.values())
