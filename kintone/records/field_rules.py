"""Reading and checking one field of a record or one cell of a table row."""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from kintone import limits
from kintone.field_types import Shape
from kintone.forms.fields import FieldDefinition, WriteMode
from kintone.messages import Message
from kintone.problems import Findings, Place, ProblemCode, UnusableValueError
from kintone.records.values import is_empty, read_value
from kintone.texts import preview
from kintone.values.numbers import (
    DEFAULT_PRECISION,
    NumberPrecision,
    decimal_of,
    decimals_of,
    plain_number,
    rounded,
    too_many_digits,
    whole_digits_of,
)


@dataclass(slots=True)
class CheckContext:
    """The settings of the check of one record, and its findings.

    ``rules`` says whether the record must keep to the form's rules; without, values are only converted to kintone's
    shape. The check sets ``wants_precision`` where a number can only be checked with the app's number precision, which
    the form does not know. It clears ``knows_all_fields`` where it accepts a field that the form does not have.
    ``explained`` names what suggestions have listed.
    """

    mode: WriteMode
    rules: bool = True
    findings: Findings = field(default_factory=Findings)
    wants_precision: bool = False
    knows_all_fields: bool = True
    explained: set[str] = field(default_factory=set)

    def explains(self, name: str) -> bool:
        """Note that a suggestion lists this; return whether none did before."""
        is_new = name not in self.explained
        self.explained.add(name)
        return is_new

    def check_missing(
        self, definitions: Mapping[str, FieldDefinition], given: Container[object], row: int | None, table: str
    ) -> None:
        """Check the fields that a new record or a new row leaves out."""
        if not self.rules:
            return
        for code, definition in definitions.items():
            if code not in given:
                check_left_out(definition, Place(code, row, table), self.findings)


def given_value(raw: object) -> object:
    """Return the value of ``{"value": …}``, which is kintone's own shape, or the plain value."""
    if isinstance(raw, Mapping) and "value" in raw:
        return raw["value"]
    return raw


def read_cell(
    raw: object, definition: FieldDefinition, place: Place, context: CheckContext
) -> dict[str, object] | None:
    """Return ``{"value": …}`` as kintone takes it, or None after noting why the field is not sent."""
    given = given_value(raw)
    refusal = definition.refusal(context.mode)
    if refusal is not None:
        if _is_read_back(raw, definition):
            context.findings.left_out(place, refusal[0])
            return None
        if context.rules:
            context.findings.problem(place, ProblemCode.NOT_WRITABLE, *refusal)
            return None
        # Left to kintone, which refuses or ignores it.
        return {"value": given}
    try:
        value = read_value(given, definition)
        if definition.is_number and isinstance(value, str) and value:
            value = _with_precision(value, definition.precision, place, context)
    except UnusableValueError as error:
        context.findings.unusable(place, error)
        return None
    if not _same(given, value):
        context.findings.change(place, given, value)
    if context.rules:
        check_value(value, definition, place, context.findings)
    return {"value": value}


def _is_read_back(raw: object, definition: FieldDefinition) -> bool:
    """Tell whether a value was read from kintone, for a field that kintone calculates or copies.

    Such a value is left out with a note, so that a record that was read can be written back.
    """
    ignored = definition.filled_by_kintone or definition.type.calculated
    return ignored and isinstance(raw, Mapping) and raw.get("type") == definition.type.name


def _same(given: object, value: object) -> bool:
    """Tell whether the values do not differ for people; ``5`` and ``"5"`` are the same number to kintone."""
    if isinstance(given, int | float | Decimal) and not isinstance(given, bool):
        return isinstance(value, str) and str(given) == value
    return given == value or (is_empty(given) and is_empty(value) and isinstance(given, type(value)))


# Numbers, by the precision of the app


def _with_precision(text: str, precision: NumberPrecision | None, place: Place, context: CheckContext) -> str:
    """Return a number as the app will store it; raises ``UnusableValueError`` for too many digits or a loss to 0.

    kintone refuses too many digits before the point and rounds surplus decimals silently.
    """
    decimals, whole = decimals_of(text), whole_digits_of(text)
    if precision is None:
        # A single digit before the point fits into every app, so that it needs no check.
        context.wants_precision |= decimals > 0 or whole > 1
        return text
    if not precision.known:
        return _with_unknown_precision(text, place, context)
    if whole > precision.whole_digits:
        raise too_many_digits(text, precision.whole_digits)
    if decimals <= precision.decimals:
        return text
    stored = rounded(text, precision)
    if stored == "0":
        raise _becomes_zero(text, precision.decimals)
    if whole_digits_of(stored) > precision.whole_digits:
        raise too_many_digits(text, precision.whole_digits)
    context.findings.note(place, Message("the app keeps {count} decimals", count=precision.decimals))
    return stored


def _with_unknown_precision(text: str, place: Place, context: CheckContext) -> str:
    """Return a number unchanged, with a note that kintone may round it, where the app's precision is not known."""
    default = DEFAULT_PRECISION
    if place.row is not None and whole_digits_of(text) > default.whole_digits:
        # In a table, kintone stores a number that it cannot read as empty.
        raise too_many_digits(text, default.whole_digits)
    if decimals_of(text):
        highest = NumberPrecision(limits.MAX_NUMBER_DIGITS, limits.MAX_NUMBER_DECIMALS)
        if rounded(text, highest) == "0":
            raise _becomes_zero(text, highest.decimals)
        context.findings.note(
            place,
            Message(
                "kintone keeps {count} decimals and rounds the rest, unless the app is set otherwise; its settings "
                "could not be read",
                count=default.decimals,
            ),
        )
    return text


def _becomes_zero(text: str, decimals: int) -> UnusableValueError:
    return UnusableValueError(
        ProblemCode.BAD_FORMAT,
        Message("{value} would be stored as 0, since only {count} decimals are kept", value=text, count=decimals),
        Message("write 0 if that is meant, or keep it in a text field"),
    )


# The form's rules


_LINK_RULES = {
    "WEB": (
        re.compile(r"(?:https?|ftp)://\S+", re.IGNORECASE),
        Message("a web address"),
        Message("write the whole address, beginning with http:// or https://"),
    ),
    "MAIL": (
        re.compile(r"(?!mailto:)[^\s@]+@[^\s@]+", re.IGNORECASE),
        Message("a mail address"),
        Message("write a single address, with its @ and without mailto:"),
    ),
    "CALL": (
        re.compile(r"[0-9A-Za-z+*#(][0-9A-Za-z+*#().,; -]*"),
        Message("a telephone number"),
        Message("write it with digits, +, -, brackets and blanks only"),
    ),
}


def check_value(value: object, definition: FieldDefinition, place: Place, findings: Findings) -> None:
    """Note what the form does not allow about a value that is to be written."""
    if is_empty(value):
        _check_empty(definition, place, findings)
    elif definition.is_number:
        _check_range(str(value), definition, place, findings)
    elif isinstance(value, str) and definition.type.shape is Shape.TEXT:
        _check_length(value, definition, place, findings)
        _check_link(value, definition, place, findings)


def check_left_out(definition: FieldDefinition, place: Place, findings: Findings) -> None:
    """Note it where the form does not allow a new record to leave a field out; a default counts as a value."""
    if not definition.has_default and definition.refusal("add") is None:
        _check_empty(definition, place, findings)


def _check_empty(definition: FieldDefinition, place: Place, findings: Findings) -> None:
    if definition.required and definition.type.enforces_required:
        findings.problem(
            place, ProblemCode.REQUIRED, Message("this field is required"), lambda: _give_value(definition)
        )
    elif definition.limits.min_length:
        complaint = Message(
            "kintone requires at least {minimum} characters, even for an empty value",
            minimum=definition.limits.min_length,
        )
        findings.problem(place, ProblemCode.TOO_SHORT, complaint, Message("give it a value"))


def _give_value(definition: FieldDefinition) -> Message:
    example = example_of(definition)
    if example is None:
        return Message("give it {words}", words=definition.type.words)
    return Message("give it a value like {example}", example=example)


def _check_length(value: str, definition: FieldDefinition, place: Place, findings: Findings) -> None:
    max_length, min_length = definition.limits.max_length, definition.limits.min_length
    if definition.unique:
        max_length = limits.MAX_UNIQUE_LENGTH if max_length is None else min(limits.MAX_UNIQUE_LENGTH, max_length)
    if max_length is not None and len(value) > max_length:
        complaint = Message(
            "{value} has {length} characters, and at most {maximum} are allowed",
            value=preview(value), length=len(value), maximum=max_length,
        )  # fmt: skip
        advice = Message("shorten it to {maximum}", maximum=max_length)
        findings.problem(place, ProblemCode.TOO_LONG, complaint, advice)
    if min_length is not None and len(value) < min_length:
        complaint = Message(
            "{value} has {length} characters, and at least {minimum} are needed",
            value=preview(value), length=len(value), minimum=min_length,
        )  # fmt: skip
        findings.problem(place, ProblemCode.TOO_SHORT, complaint, Message("write more"))


def _check_range(value: str, definition: FieldDefinition, place: Place, findings: Findings) -> None:
    max_value, min_value, number = definition.limits.max_value, definition.limits.min_value, decimal_of(value)
    if max_value is not None and number > max_value:
        largest = plain_number(max_value)
        complaint = Message("{value} is above the largest value, {largest}", value=value, largest=largest)
        findings.problem(place, ProblemCode.TOO_LARGE, complaint, Message("write {largest} or less", largest=largest))
    if min_value is not None and number < min_value:
        smallest = plain_number(min_value)
        complaint = Message("{value} is below the smallest value, {smallest}", value=value, smallest=smallest)
        findings.problem(
            place, ProblemCode.TOO_SMALL, complaint, Message("write {smallest} or more", smallest=smallest)
        )


def _check_link(value: str, definition: FieldDefinition, place: Place, findings: Findings) -> None:
    rule = _LINK_RULES.get(definition.limits.protocol)
    if rule is None:
        return
    pattern, words, advice = rule
    if len(value) > limits.MAX_LINK_LENGTH or not pattern.fullmatch(value):
        complaint = Message("{value} is not {words}", value=preview(value), words=words)
        findings.problem(place, ProblemCode.BAD_FORMAT, complaint, advice)


# Example values


def example_of(definition: FieldDefinition) -> str | None:
    """Return a valid value from the field's own settings as JSON, None where they have none.

    No value is invented: a model would send it as if the user had meant it.
    """
    return next((preview(value) for value in _values_in_settings(definition) if _is_valid(value, definition)), None)


def _values_in_settings(definition: FieldDefinition) -> Iterator[object]:
    """Yield a field's default, its options and the limits of its numbers."""
    shape = definition.type.shape
    if definition.default is not None and shape not in (Shape.CODES, Shape.OTHER):
        yield definition.default
    for option in definition.options:
        yield option if shape is Shape.OPTION else [option]
    for bound in (definition.limits.min_value, definition.limits.max_value):
        if bound is not None:
            yield plain_number(bound)


def _is_valid(value: object, definition: FieldDefinition) -> bool:
    findings = Findings()
    try:
        check_value(read_value(value, definition), definition, Place(definition.code), findings)
    except UnusableValueError:
        return False
    return not findings.problems
