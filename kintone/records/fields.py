"""A field of a record or a table row: may it be written, what does it become, what does the form demand."""

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

_LINKS = {
    "WEB": (
        re.compile(r"(?:https?|ftp)://\S+", re.IGNORECASE),
        Message("a web address"),
        Message("write the whole address with http:// or https:// in front"),
    ),
    "MAIL": (
        re.compile(r"(?!mailto:)[^\s@]+@[^\s@]+", re.IGNORECASE),
        Message("a mail address"),
        Message("write one address alone, with its @ and without mailto:"),
    ),
    "CALL": (
        re.compile(r"[0-9A-Za-z+*#(][0-9A-Za-z+*#().,; -]*"),
        Message("a telephone number"),
        Message("write it with digits, +, -, brackets and blanks alone"),
    ),
}
MAX_LINK_LENGTH = 4_096


def check_value(value: object, definition: FieldDefinition, place: Place, findings: Findings) -> None:
    """Note what the form does not allow about a value that is about to be written."""
    if is_empty(value):
        _check_empty(definition, place, findings)
    elif definition.is_number:
        _check_range(str(value), definition, place, findings)
    elif isinstance(value, str) and definition.type.shape is Shape.TEXT:
        _check_length(value, definition, place, findings)
        _check_link(value, definition, place, findings)


def check_absent(definition: FieldDefinition, place: Place, findings: Findings) -> None:
    """Note what the form does not allow about a field that a new record leaves out; defaults count as given."""
    if not definition.has_default and definition.refusal("add") is None:
        _check_empty(definition, place, findings)


def example_of(definition: FieldDefinition) -> str | None:
    """Return a value, as JSON writes it, that the field's own settings offer and that it takes; None where none is.

    An invented value, however harmless it looks, would be sent as if it were meant.
    """
    return next((preview(value) for value in _own_values(definition) if _passes(value, definition)), None)


def _own_values(definition: FieldDefinition) -> Iterator[object]:
    """Yield a field's default, its options and the limits of its numbers."""
    shape = definition.type.shape
    if definition.default is not None and shape not in (Shape.CODES, Shape.OTHER):
        yield definition.default
    if shape is Shape.OPTION:
        yield from definition.options
    elif shape is Shape.OPTIONS:
        yield from ([option] for option in definition.options)
    for bound in (definition.limits.min_value, definition.limits.max_value):
        if bound is not None:
            yield plain_number(bound)


def _passes(value: object, definition: FieldDefinition) -> bool:
    findings = Findings()
    try:
        check_value(read_value(value, definition), definition, Place(definition.code), findings)
    except UnusableValueError:
        return False
    return not findings.problems


def _check_empty(definition: FieldDefinition, place: Place, findings: Findings) -> None:
    if definition.required and definition.type.required_holds:
        findings.problem(
            place, ProblemCode.REQUIRED, Message("this field is required"), lambda: _give_value(definition)
        )
    elif definition.limits.min_length:
        complaint = Message(
            "kintone asks for at least {least} characters, also when nothing is given",
            least=definition.limits.min_length,
        )
        findings.problem(place, ProblemCode.TOO_SHORT, complaint, Message("give it a value"))


def _give_value(definition: FieldDefinition) -> Message:
    example = example_of(definition)
    if example is None:
        return Message("give it {words}", words=definition.type.words)
    return Message("give it a value like {example}", example=example)


def _check_length(value: str, definition: FieldDefinition, place: Place, findings: Findings) -> None:
    longest, least = definition.limits.max_length, definition.limits.min_length
    if definition.unique:
        longest = limits.MAX_UNIQUE_LENGTH if longest is None else min(limits.MAX_UNIQUE_LENGTH, longest)
    if longest is not None and len(value) > longest:
        complaint = Message(
            "{value} has {length} characters, and at most {longest} are allowed",
            value=preview(value), length=len(value), longest=longest,
        )  # fmt: skip
        findings.problem(place, ProblemCode.TOO_LONG, complaint, Message("shorten it to {longest}", longest=longest))
    if least is not None and len(value) < least:
        complaint = Message(
            "{value} has {length} characters, and at least {least} are needed",
            value=preview(value), length=len(value), least=least,
        )  # fmt: skip
        findings.problem(place, ProblemCode.TOO_SHORT, complaint, Message("write more"))


def _check_range(value: str, definition: FieldDefinition, place: Place, findings: Findings) -> None:
    most, least, number = definition.limits.max_value, definition.limits.min_value, decimal_of(value)
    if most is not None and number > most:
        largest = plain_number(most)
        complaint = Message("{value} is above the largest value, {largest}", value=value, largest=largest)
        findings.problem(place, ProblemCode.TOO_LARGE, complaint, Message("write {largest} or less", largest=largest))
    if least is not None and number < least:
        smallest = plain_number(least)
        complaint = Message("{value} is below the smallest value, {smallest}", value=value, smallest=smallest)
        findings.problem(
            place, ProblemCode.TOO_SMALL, complaint, Message("write {smallest} or more", smallest=smallest)
        )


def _check_link(value: str, definition: FieldDefinition, place: Place, findings: Findings) -> None:
    rule = _LINKS.get(definition.limits.protocol)
    if rule is None:
        return
    pattern, words, advice = rule
    if len(value) > MAX_LINK_LENGTH or not pattern.fullmatch(value):
        complaint = Message("{value} is not {words}", value=preview(value), words=words)
        findings.problem(place, ProblemCode.BAD_FORMAT, complaint, advice)


@dataclass(slots=True)
class CheckContext:
    """What the check of one record goes by and writes to.

    ``rules`` says whether the form's rules are held to, or values are only brought into kintone's shape.
    ``wants_precision`` is set where a number would be read better with the app's precision at hand,
    ``knows_all_fields`` taken back where a field was passed on that the form does not have.
    """

    mode: WriteMode
    rules: bool = True
    findings: Findings = field(default_factory=Findings)
    wants_precision: bool = False
    knows_all_fields: bool = True

    def absences(
        self, definitions: Mapping[str, FieldDefinition], given: Container[object], row: int | None, table: str
    ) -> None:
        """Check the fields that a new record, or a new row, leaves out."""
        if not self.rules:
            return
        for code, definition in definitions.items():
            if code not in given:
                check_absent(definition, Place(code, row, table), self.findings)


def given_value(raw: object) -> object:
    """Return what stands under ``value`` in kintone's own shape, or the plain value."""
    if isinstance(raw, Mapping) and "value" in raw:
        return raw["value"]
    return raw


def read_cell(
    raw: object, definition: FieldDefinition, place: Place, context: CheckContext
) -> dict[str, object] | None:
    """Return ``{"value": …}`` as kintone takes it, or None after noting why there is none."""
    given = given_value(raw)
    refusal = definition.refusal(context.mode)
    if refusal is not None:
        if _is_echo(raw, definition):
            context.findings.left_out(place, refusal[0])
            return None
        if context.rules:
            context.findings.problem(place, ProblemCode.NOT_WRITABLE, *refusal)
            return None
        # kintone itself refuses or ignores it.
        return {"value": given}
    try:
        value = read_value(given, definition)
        if definition.is_number and isinstance(value, str) and value:
            value = _fitted(value, definition.precision, place, context)
    except UnusableValueError as error:
        context.findings.unusable(place, error)
        return None
    if not _same(given, value):
        context.findings.change(place, given, value)
    if context.rules:
        check_value(value, definition, place, context.findings)
    return {"value": value}


def _is_echo(raw: object, definition: FieldDefinition) -> bool:
    """Tell whether a value is what kintone itself gave out for a field that it calculates or copies.

    Left out and told, so that a record that was read can be written back.
    """
    ignored = definition.filled_by_kintone or definition.type.calculated
    return ignored and isinstance(raw, Mapping) and raw.get("type") == definition.type.name


def _fitted(text: str, precision: NumberPrecision | None, place: Place, context: CheckContext) -> str:
    """Return a number as the app will keep it; raises ``UnusableValueError`` where it would become another one.

    kintone refuses too many digits before the point and rounds surplus decimals without a word.
    """
    decimals, whole = decimals_of(text), whole_digits_of(text)
    if precision is None:
        # One digit before the point is kept by every app that keeps any.
        context.wants_precision |= decimals > 0 or whole > 1
        return text
    if not precision.known:
        return _perhaps_fitting(text, place, context)
    if whole > precision.whole_digits:
        raise too_many_digits(text, precision.whole_digits)
    if decimals <= precision.decimals:
        return text
    fitted = rounded(text, precision)
    if fitted == "0":
        raise _lost(text, precision.decimals)
    if whole_digits_of(fitted) > precision.whole_digits:
        raise too_many_digits(text, precision.whole_digits)
    context.findings.note(place, Message("the app keeps {count} decimals", count=precision.decimals))
    return fitted


def _perhaps_fitting(text: str, place: Place, context: CheckContext) -> str:
    """Return a number as it is and say what kintone may make of it, where the app's own precision is not known."""
    usual = DEFAULT_PRECISION
    if place.row is not None and whole_digits_of(text) > usual.whole_digits:
        # kintone stores what it cannot read in a table as empty.
        raise too_many_digits(text, usual.whole_digits)
    if decimals_of(text):
        most = NumberPrecision(limits.MAX_NUMBER_DIGITS, limits.MAX_NUMBER_DECIMALS)
        if rounded(text, most) == "0":
            raise _lost(text, most.decimals)
        context.findings.note(
            place,
            Message(
                "kintone keeps {count} decimals and rounds the rest, unless the app is set otherwise; its settings "
                "could not be read",
                count=usual.decimals,
            ),
        )
    return text


def _lost(text: str, decimals: int) -> UnusableValueError:
    return UnusableValueError(
        ProblemCode.BAD_FORMAT,
        Message("{value} would be stored as 0, since only {count} decimals are kept", value=text, count=decimals),
        Message("write 0 if that is meant, or keep it in a text field"),
    )


def _same(given: object, value: object) -> bool:
    """Tell whether a reader would see no difference; ``5`` and ``"5"`` are the same number to kintone."""
    if isinstance(given, int | float | Decimal) and not isinstance(given, bool):
        return isinstance(value, str) and str(given) == value
    return given == value or (is_empty(given) and is_empty(value) and isinstance(given, type(value)))
