"""What a form demands of values that have the right shape: presence, length, range, form of a link.

Limits are kintone's, https://get.kintone.help/k/en/user/app_settings/form/form_parts/field_restriction.html.
"""

import re
from collections.abc import Iterator

from kintone import limits
from kintone.field_types.table import Shape
from kintone.field_types.values import is_empty, read_value
from kintone.forms.field_definitions import FieldDefinition
from kintone.messages import Message
from kintone.problems import Findings, Place, ProblemCode, UnusableValueError
from kintone.values.excerpts import excerpt
from kintone.values.numbers import decimal_of, plain_number

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
LONGEST_LINK = 4_096


def check_value(value: object, definition: FieldDefinition, place: Place, findings: Findings) -> None:
    """Note what the form does not allow about a value that is about to be written."""
    if is_empty(value):
        _check_empty(definition, place, findings)
    elif definition.is_number:
        _check_range(str(value), definition, place, findings)
    elif isinstance(value, str) and definition.kind.shape is Shape.TEXT:
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
    return next((excerpt(value) for value in _own_values(definition) if _passes(value, definition)), None)


def _own_values(definition: FieldDefinition) -> Iterator[object]:
    """Yield a field's default, its options and the limits of its numbers."""
    shape = definition.kind.shape
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
    if definition.required and definition.kind.required_holds:
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
        return Message("give it {words}", words=definition.kind.words)
    return Message("give it a value like {example}", example=example)


def _check_length(value: str, definition: FieldDefinition, place: Place, findings: Findings) -> None:
    longest, least = definition.limits.max_length, definition.limits.min_length
    if definition.unique:
        longest = limits.UNIQUE_LENGTH if longest is None else min(limits.UNIQUE_LENGTH, longest)
    if longest is not None and len(value) > longest:
        complaint = Message(
            "{value} has {length} characters, and at most {longest} are allowed",
            value=excerpt(value), length=len(value), longest=longest,
        )  # fmt: skip
        findings.problem(place, ProblemCode.TOO_LONG, complaint, Message("shorten it to {longest}", longest=longest))
    if least is not None and len(value) < least:
        complaint = Message(
            "{value} has {length} characters, and at least {least} are needed",
            value=excerpt(value), length=len(value), least=least,
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
    if len(value) > LONGEST_LINK or not pattern.fullmatch(value):
        complaint = Message("{value} is not {words}", value=excerpt(value), words=words)
        findings.problem(place, ProblemCode.BAD_FORMAT, complaint, advice)
