"""Checking an update key: the field and the value by which an upsert finds its record."""

from kintone import limits
from kintone.forms.fields import FieldDefinition, Form
from kintone.forms.near_matches import nearest_codes, one_of
from kintone.messages import NOTHING, Message
from kintone.problems import Findings, Place, Problem, ProblemCode, UnusableValueError
from kintone.records.field_rules import given_value
from kintone.records.values import is_empty, read_value
from kintone.texts import preview, previews
from kintone.values.numbers import NumberPrecision, decimals_of

HIGHEST_PRECISION = NumberPrecision(limits.MAX_NUMBER_DIGITS, limits.MAX_NUMBER_DECIMALS)
"""The highest precision of any app, by which a key is checked where the app's own precision is not known."""


def check_update_key(field: object, value: object, form: Form) -> tuple[str, Problem | None]:
    """Return the key's value as text and None, or ``""`` and the problem of the field or the value.

    kintone finds records only by SINGLE_LINE_TEXT and NUMBER fields that prohibit duplicates,
    https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records.
    """
    definition = form.fields.get(field) if isinstance(field, str) else None
    if definition is None or not definition.usable_as_update_key or is_empty(given_value(value)):
        return "", _no_key(field, definition, form)
    try:
        key = _key(value, definition)
    except UnusableValueError as error:
        return "", _problem(definition.code, error.code, error.complaint, error.suggestion)
    if len(key) <= limits.MAX_UNIQUE_LENGTH:
        return key, None
    complaint = Message(
        "{value} is longer than the {maximum} characters of an update key",
        value=preview(key),
        maximum=limits.MAX_UNIQUE_LENGTH,
    )
    return "", _problem(definition.code, ProblemCode.TOO_LONG, complaint)


def _no_key(field: object, definition: FieldDefinition | None, form: Form) -> Problem:
    """Say why a field, or an empty value, cannot be a key."""
    code = field if isinstance(field, str) else preview(field)
    if definition is None:
        usable = set(form.update_key_codes())
        nearest = nearest_codes(code, ((code, label) for code, label in form.names() if code in usable))
        advice = Message("did you mean {code}?", code=one_of(nearest)) if nearest else _usable_keys(form)
        complaint = Message("app {app} has no field of this code to find records by", app=form.app)
        return _problem(code, ProblemCode.UNKNOWN_FIELD, complaint, advice)
    if not definition.usable_as_update_key:
        complaint = Message(
            "only a text (one line) or number field that prohibits duplicate values can be the update key"
        )
        return _problem(code, ProblemCode.WRONG_TYPE, complaint, _usable_keys(form))
    advice = Message("give it one, or leave updateKey out to insert")
    return _problem(code, ProblemCode.REQUIRED, Message("the update key has no value"), advice)


def _problem(code: str, kind: ProblemCode, complaint: Message, advice: Message = NOTHING) -> Problem:
    findings = Findings()
    findings.problem(Place(code), kind, complaint, advice)
    return findings.problems[0]


def _key(value: object, definition: FieldDefinition) -> str:
    """Return the text of a key; raises ``UnusableValueError``, also for a number that kintone would round.

    A rounded number would find another record.
    """
    key = str(read_value(given_value(value), definition))
    if not definition.is_number:
        return key
    precision = definition.precision or HIGHEST_PRECISION
    max_decimals = precision.decimals if precision.known else HIGHEST_PRECISION.decimals
    if decimals_of(key) > max_decimals:
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT,
            Message(
                "{value} has more decimals than the {count} by which the app finds records",
                value=key,
                count=max_decimals,
            ),
            Message("write the value as the record shows it"),
        )
    return key


def _usable_keys(form: Form) -> Message:
    codes = form.update_key_codes()
    if not codes:
        return Message("this app has no such field; prohibit duplicates in one")
    return Message("this app offers {codes}", codes=previews(codes))
