"""Checking a unique key: a field that prohibits duplicate values, and the value by which one record is found."""

from collections.abc import Sequence

from kintone import limits
from kintone.errors import InvalidParameterError
from kintone.forms.fields import FieldDefinition, Form
from kintone.forms.near_matches import listed, nearest_codes
from kintone.messages import Joined, Message, verbatim
from kintone.problems import UnusableValueError
from kintone.records.field_rules import given_value
from kintone.records.values import read_value
from kintone.texts import preview, printable

MAX_FIELDS_SHOWN = 20
MAX_FIELDS_OF_A_LABEL = 3


def unique_fields(form: Form) -> Sequence[FieldDefinition]:
    """Return the fields that prohibit duplicate values; no two records have the same value in one of them.

    A query finds a record by any of them, an update key only by those of text (one line) and number.
    """
    return [definition for definition in form.fields.values() if definition.unique]


def unique_fields_in_words(form: Form) -> Message:
    """Return codes and labels of the fields that prohibit duplicate values, for a sentence; empty if there are none."""
    return listed([_named(definition) for definition in unique_fields(form)], max_count=MAX_FIELDS_SHOWN)


def unique_key(code: str, value: object, form: Form) -> str:
    """Return the text by which a query finds the record with this value.

    Raises ``InvalidParameterError``, which names ``update_key`` or ``update_key_value``, for a field that the form does
    not have or that permits duplicates, and for a value that the field cannot have.
    """
    definition = form.fields.get(code)
    if definition is None:
        raise InvalidParameterError("update_key: {complaint}", complaint=_no_such_field(code, form))
    if not definition.unique:
        complaint = Joined([_permits_duplicates(definition), _instead(form)])
        raise InvalidParameterError("update_key: {complaint}", complaint=complaint)
    try:
        key = str(read_value(given_value(value), definition))
    except UnusableValueError as error:
        raise InvalidParameterError(
            "update_key_value: {complaint}", complaint=Joined([error.complaint, error.suggestion], ": ")
        ) from None
    if len(key) > limits.MAX_UNIQUE_LENGTH:
        raise InvalidParameterError(
            "update_key_value: {value} has {length:,} characters, and {field} holds at most {maximum}",
            value=preview(key),
            length=len(key),
            field=_named(definition),
            maximum=limits.MAX_UNIQUE_LENGTH,
        )
    return key


def _no_such_field(code: str, form: Form) -> Message:
    """Return what is wrong with a code, and the field that was probably meant; a unique one first."""
    complaint = Message('app {app} has no field "{code}"', app=form.app, code=printable(code))
    if code in form.tables_by_column:
        table = printable(form.tables_by_column[code])
        column = Message("{complaint} but as a column of the table {table}", complaint=complaint, table=table)
        return Joined([column, _instead(form)])
    near = nearest_codes(code, ((field.code, field.label) for field in unique_fields(form)))
    if near:
        meant = listed([_named(form.fields[each]) for each in near])
        return Joined([complaint, Message("did you mean {meant}?", meant=meant)])
    same_label = nearest_codes(code, form.names())[:MAX_FIELDS_OF_A_LABEL]
    others = [_permits_duplicates(form.fields[each]) for each in same_label]
    return Joined([complaint, *others, _instead(form)])


def _permits_duplicates(definition: FieldDefinition) -> Message:
    return Message("{field} permits duplicate values, so it does not name one record", field=_named(definition))


def _instead(form: Form) -> Message:
    usable = unique_fields_in_words(form)
    if usable:
        return Message("fields of this app that prohibit duplicate values: {fields}", fields=usable)
    return Message(
        "no field of this app prohibits duplicate values; find the record with kintone_query, if you have it"
    )


def _named(definition: FieldDefinition) -> Message:
    code, label = printable(definition.code), printable(definition.label)
    return verbatim(code) if code == label else Message("{code} ({label})", code=code, label=label)
