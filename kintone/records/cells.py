"""A field of a record, or of a table row: whether it may be written, what it becomes, and what is wrong with it."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from kintone import limits
from kintone.field_types.values import is_empty, read_value
from kintone.forms.field_definitions import FieldDefinition, WriteMode
from kintone.messages import Message
from kintone.problems import Findings, Place, ProblemCode, UnusableValueError
from kintone.records.rules import check_absent, check_value
from kintone.values.numbers import (
    DEFAULT_PRECISION,
    NumberPrecision,
    decimals_of,
    rounded,
    too_many_digits,
    whole_digits_of,
)


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
    ignored = definition.filled_by_kintone or definition.kind.calculated
    return ignored and isinstance(raw, Mapping) and raw.get("type") == definition.kind.name


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
        most = NumberPrecision(limits.MOST_NUMBER_DIGITS, limits.MOST_NUMBER_DECIMALS)
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
