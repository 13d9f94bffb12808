"""What to write in place of a field code, or a column, that the app does not have."""

from collections.abc import Mapping, Sequence

from kintone.forms.fields import FieldDefinition, Form, WriteMode
from kintone.forms.near_matches import listed, nearest_preferred, one_of
from kintone.messages import NOTHING, Joined, Message
from kintone.records.field_rules import CheckContext
from kintone.texts import preview, printable


def into_rows(code: str, form: Form, context: CheckContext) -> Message:
    """Return how a column that stands beside its table is written; the table's columns are listed once a call."""
    table = form.fields[form.tables_by_column[code]]
    advice = Message(
        "write it into the rows: {{{table}: [{{{column}: …}}]}}", table=preview(table.code), column=preview(code)
    )
    return Joined([advice, columns_in_words(table)]) if context.explains(f"{code} {table.code}") else advice


def suggestion(code: str, form: Form, context: CheckContext) -> Message:
    """Return the nearest fields, or columns, and which there are; the fields once a call, as many as fit a sentence."""
    nearest = nearest_fields(code, form.fields, context.mode)
    if nearest:
        return Joined([question(nearest, form.fields, context.mode), _fields_in_words(form, context)])
    all_columns = {name: column for field in form.fields.values() for name, column in field.columns.items()}
    columns = nearest_fields(code, all_columns, context.mode)
    if not columns:
        return Joined([Message("use a code of the app's form, or leave it out"), _fields_in_words(form, context)])
    tables = [form.fields[table] for table in dict.fromkeys(form.tables_by_column[column] for column in columns)]
    suggested = [
        Message("the column {column} of the table {table}", column=preview(column), table=preview(table))
        for column in columns
        for table in (form.tables_by_column[column],)
    ]
    meant = Message("did you mean {columns}?", columns=Joined(suggested, " or "))
    return Joined(
        [
            meant,
            _unwritable(columns, all_columns, context.mode),
            *(columns_in_words(table) for table in tables if context.explains(f"{code} {table.code}")),
        ]
    )


def nearest_fields(code: str, fields: Mapping[str, FieldDefinition], mode: WriteMode) -> tuple[str, ...]:
    """Return the nearest fields, or columns; those that can be written first."""
    writable = [(each.code, each.label) for each in fields.values() if each.refusal(mode) is None]
    others = [(each.code, each.label) for each in fields.values() if each.refusal(mode) is not None]
    return nearest_preferred(code, writable, others)


def question(codes: Sequence[str], fields: Mapping[str, FieldDefinition], mode: WriteMode) -> Message:
    """Ask whether one of these fields, or columns, is meant; where none of them can be written, say why."""
    meant = Message("did you mean {code}?", code=one_of(codes))
    return Joined([meant, _unwritable(codes, fields, mode)], " ")


def _unwritable(codes: Sequence[str], fields: Mapping[str, FieldDefinition], mode: WriteMode) -> Message:
    """Say that what is near cannot be written; nothing where it can."""
    refusals = [fields[code].refusal(mode) for code in codes]
    if not refusals or refusals[0] is None or None in refusals:
        return NOTHING
    complaint, advice = refusals[0]
    return Message("it cannot be written ({complaint}): {advice}", complaint=complaint, advice=advice)


def _fields_in_words(form: Form, context: CheckContext) -> Message:
    writable = [code_and_label(field) for field in form.fields.values() if field.refusal("update") is None]
    if not writable or not context.explains("fields"):
        return NOTHING
    return Message("fields that can be written: {fields}", fields=listed(writable))


def columns_in_words(table: FieldDefinition) -> Message:
    """Name all columns of a table, those that kintone fills itself apart."""
    written = [code_and_label(column) for column in table.columns.values() if column.refusal("add") is None]
    filled = [code_and_label(column) for column in table.columns.values() if column.refusal("add") is not None]
    name = printable(table.code)
    parts = [
        Message("columns of {table}: {columns}", table=name, columns=Joined(written, ", ")) if written else NOTHING,
        Message("filled in by kintone: {columns}", columns=Joined(filled, ", ")) if filled else NOTHING,
    ]
    return Joined(parts)


def code_and_label(field: FieldDefinition) -> Message:
    """Return the code, with the label where that is another text."""
    code, label = printable(field.code), printable(field.label)
    if code == label:
        return Message("{code}", code=code)
    return Message("{code} ({label})", code=code, label=label)
