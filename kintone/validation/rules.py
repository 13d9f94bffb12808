"""What a form demands of values that have the right shape: presence, length, range, form of a link.

Limits are kintone's, https://get.kintone.help/k/en/user/app_settings/form/form_parts/field_restriction.html.
"""

import re

from kintone.forms.field_definitions import FieldDefinition
from kintone.forms.fields import Shape
from kintone.messages import Message
from kintone.normalization.values import is_empty
from kintone.validation.problems import Findings, Place, ProblemCode
from kintone.values.excerpts import excerpt
from kintone.values.numbers import decimal_of

UNIQUE_LENGTH = 64
_LINKS = {
    "WEB": (re.compile(r"(?:https?|ftp)://\S+", re.IGNORECASE), Message("a web address"), "https://example.com/"),
    "MAIL": (re.compile(r"(?!mailto:)[^\s@]+@[^\s@]+", re.IGNORECASE), Message("a mail address"), "name@example.com"),
    "CALL": (re.compile(r"[0-9A-Za-z+*#(][0-9A-Za-z+*#().,; -]*"), Message("a telephone number"), "03-1234-5678"),
}
LONGEST_LINK = 4_096


def check_value(value: object, definition: FieldDefinition, place: Place, findings: Findings) -> None:
    """Note what the form does not allow about a value that is about to be written."""
    if is_empty(value):
        _check_empty(definition, place, findings)
    elif definition.kind.shape is Shape.NUMBER:
        _check_range(str(value), definition, place, findings)
    elif isinstance(value, str) and definition.kind.shape is Shape.TEXT:
        _check_length(value, definition, place, findings)
        if definition.kind.name == "LINK":
            _check_link(value, definition, place, findings)


def check_absent(definition: FieldDefinition, place: Place, findings: Findings) -> None:
    """Note what the form does not allow about a field that a new record leaves out; defaults count as given."""
    if not definition.has_default and definition.refusal("add") is None:
        _check_empty(definition, place, findings)


def _check_empty(definition: FieldDefinition, place: Place, findings: Findings) -> None:
    if definition.required and definition.kind.required_holds:
        findings.problem(
            place, ProblemCode.REQUIRED, Message("this field is required"),
            Message("give it a value like {example}", example=definition.kind.example),
        )  # fmt: skip
    elif definition.limits.min_length:
        findings.problem(
            place, ProblemCode.TOO_SHORT,
            Message(
                "kintone asks for at least {least} characters, also when nothing is given",
                least=definition.limits.min_length,
            ),
            Message("give it a value"),
        )  # fmt: skip


def _check_length(value: str, definition: FieldDefinition, place: Place, findings: Findings) -> None:
    limits = definition.limits
    longest = limits.max_length
    if definition.unique:
        longest = min(UNIQUE_LENGTH, UNIQUE_LENGTH if longest is None else longest)
    if longest is not None and len(value) > longest:
        complaint = Message(
            "{value} has {length} characters, and at most {longest} are allowed",
            value=excerpt(value), length=len(value), longest=longest,
        )  # fmt: skip
        findings.problem(place, ProblemCode.TOO_LONG, complaint, Message("shorten it to {longest}", longest=longest))
    if limits.min_length is not None and len(value) < limits.min_length:
        complaint = Message(
            "{value} has {length} characters, and at least {least} are needed",
            value=excerpt(value), length=len(value), least=limits.min_length,
        )  # fmt: skip
        findings.problem(place, ProblemCode.TOO_SHORT, complaint, Message("write more"))


def _check_range(value: str, definition: FieldDefinition, place: Place, findings: Findings) -> None:
    most, least, number = definition.limits.max_value, definition.limits.min_value, decimal_of(value)
    if most is not None and number > most:
        complaint = Message("{value} is above the largest value, {largest}", value=value, largest=most)
        findings.problem(place, ProblemCode.TOO_LARGE, complaint, Message("write {largest} or less", largest=most))
    if least is not None and number < least:
        complaint = Message("{value} is below the smallest value, {smallest}", value=value, smallest=least)
        findings.problem(place, ProblemCode.TOO_SMALL, complaint, Message("write {smallest} or more", smallest=least))


def _check_link(value: str, definition: FieldDefinition, place: Place, findings: Findings) -> None:
    rule = _LINKS.get(definition.limits.protocol)
    if rule is None:
        return
    pattern, words, example = rule
    if len(value) > LONGEST_LINK or not pattern.fullmatch(value):
        findings.problem(
            place, ProblemCode.BAD_FORMAT, Message("{value} is not {words}", value=excerpt(value), words=words),
            Message('write {words} such as "{example}"', words=words, example=example),
        )  # fmt: skip
