"""A field of a record, or of a table row: whether it may be written, what it becomes, and what is wrong with it."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from decimal import Decimal

from kintone.forms.field_definitions import FieldDefinition, WriteMode
from kintone.normalization.values import is_empty, read_value
from kintone.validation.problems import Findings, Place, ProblemCode, UnusableValueError

type ValueCheck = Callable[[object, FieldDefinition, Place, Findings], None]
type AbsenceCheck = Callable[[FieldDefinition, Place, Findings], None]


def _no_value_check(_value: object, _definition: FieldDefinition, _place: Place, _findings: Findings) -> None:
    """Find nothing."""


def _no_absence_check(_definition: FieldDefinition, _place: Place, _findings: Findings) -> None:
    """Find nothing."""


@dataclass(frozen=True, slots=True)
class Checks:
    """What is looked for beyond the shape, in each value that was read and each field that a new record leaves out."""

    value: ValueCheck = _no_value_check
    absent: AbsenceCheck = _no_absence_check


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of a record goes by and writes to."""

    mode: WriteMode
    findings: Findings
    checks: Checks

    def absences(
        self, definitions: Mapping[str, FieldDefinition], given: Container[object], row: int | None, table: str
    ) -> None:
        """Check the fields that a new record, or a new row, leaves out."""
        for code, definition in definitions.items():
            if code not in given:
                self.checks.absent(definition, Place(code, row, table), self.findings)


def given_value(raw: object) -> object:
    """Return what stands under ``value`` in kintone's own shape, or the plain value."""
    if isinstance(raw, Mapping) and "value" in raw:
        return raw["value"]
    return raw


def refused(definition: FieldDefinition, place: Place, reading: Reading) -> bool:
    """Note, and tell, that a field cannot be written."""
    refusal = definition.refusal(reading.mode)
    if refusal:
        reading.findings.problem(place, ProblemCode.NOT_WRITABLE, *refusal)
    return refusal is not None


def read_cell(raw: object, definition: FieldDefinition, place: Place, reading: Reading) -> dict[str, object] | None:
    """Return ``{"value": …}`` as kintone takes it, or None after noting why there is none."""
    if refused(definition, place, reading):
        return None
    given = given_value(raw)
    try:
        value = read_value(given, definition)
    except UnusableValueError as error:
        reading.findings.unusable(place, error)
        return None
    if not _same(given, value):
        reading.findings.change(place, given, value)
    reading.checks.value(value, definition, place, reading.findings)
    return {"value": value}


def _same(given: object, value: object) -> bool:
    """Tell whether a reader would see no difference; ``5`` and ``"5"`` are the same number to kintone."""
    if isinstance(given, int | float | Decimal) and not isinstance(given, bool):
        return isinstance(value, str) and str(given) == value
    return given == value or (is_empty(given) and is_empty(value) and isinstance(given, type(value)))
