"""The fields of a form as result variables: one object a field, with the same keys in each."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from kintone.app_overview import Process
from kintone.errors import KintoneError
from kintone.field_types import STATUS
from kintone.forms.fields import FieldDefinition, Form, Limits

type Described = dict[str, object]

NOW = "now"
"""The default of a field that kintone fills with the current date or time."""


def described(field: FieldDefinition) -> Described:
    """Return a field, or a column of a table, as the result variable holds it."""
    return {
        "code": field.code,
        "label": field.label,
        "type": field.type.name,
        "required": field.required,
        "unique": field.unique,
        "default": NOW if field.default_now else field.default,
        "options": list(field.options),
        "limits": _limits(field),
        "unit": field.unit,
        "lookup": _lookup(field),
        "columns": [described(column) for column in field.columns.values()],
        "writable": is_writable(field),
        "operators": list(field.operators),
    }


def is_writable(field: FieldDefinition) -> bool:
    """Tell whether a record can be added and updated with a value for the field; False where that is not known."""
    return field.type.is_known and field.refusal("add") is None and field.refusal("update") is None


def data_codes(fields: Sequence[FieldDefinition]) -> list[str]:
    """Return the codes of the fields that records show."""
    return [field.code for field in fields if field.is_in_records]


def described_process(process: Process | KintoneError, form: Form) -> Described:
    """Return process management; where it could not be read, only whether it is on, which the form shows too."""
    if isinstance(process, KintoneError):
        return {"enabled": is_process_on(form), "statuses": [], "actions": []}
    actions = [{"name": action.name, "from": action.before, "to": action.after} for action in process.actions]
    return {"enabled": process.enabled, "statuses": list(process.statuses), "actions": actions}


def is_process_on(form: Form) -> bool:
    """Tell whether the form has a status, which it has while process management is on."""
    return any(field.enabled for field in form.fields.values() if field.type is STATUS)


def _limits(field: FieldDefinition) -> Described:
    """Return the limits that there are; a limit of the value is a text, so that no digit is lost."""
    given: Limits = field.limits
    limits: Mapping[str, object] = {
        "min_length": given.min_length,
        "max_length": given.max_length,
        "min_value": _text(given.min_value),
        "max_value": _text(given.max_value),
        "shown_decimals": field.shown_decimals,
        "protocol": given.protocol or None,
    }
    return {name: limit for name, limit in limits.items() if limit is not None}


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _lookup(field: FieldDefinition) -> Described | None:
    if field.lookup is None:
        return None
    return {"app": field.lookup.app, "key": field.lookup.key, "copies": list(field.lookup.copies)}
