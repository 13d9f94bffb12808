"""The values of a JSON record made ready for its check: times with their offset, people as codes, no attachments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kintone.field_types import Shape
from kintone.forms.fields import FieldDefinition
from kintone.messages import Message
from kintone.problems import Findings, Place, Problem, ProblemCode, UnusableValueError
from kintone.record_files.clocks import LocalClock
from kintone.records.field_rules import given_value
from kintone.records.values import is_empty

type Definitions = Mapping[str, FieldDefinition]

PERSON = frozenset(["code", "name"])
"""The keys by which kintone shows a user, department or group; it takes the code alone, and nothing is lost by that."""
_NO_ATTACHMENTS = Message("a file of records cannot hold attachments")
_UPLOAD = Message("leave this field out and attach files with kintone_upload_file, if you have it")


@dataclass(slots=True)
class JsonValues:
    """Prepares the records of one file.

    Dates and times without an offset get that of ``clock``. Empty attachment fields are left out, so that no file of a
    saved record goes; ``attachments`` has their codes.
    """

    clock: LocalClock
    attachments: dict[str, None] = field(default_factory=dict)

    def prepared(self, record: Mapping[str, object], definitions: Definitions) -> tuple[dict[str, object], "Refusals"]:
        """Return a record, and what is wrong with its dates and times and its attachments."""
        refused = Refusals()
        return self._fields(record, definitions, refused, Place("")), refused

    def _fields(
        self, cells: Mapping[str, object], definitions: Definitions, refused: "Refusals", at: Place
    ) -> dict[str, object]:
        """Return the cells of a record, or those of the row whose number and table ``at`` has."""
        changed = dict(cells)
        for code, raw in cells.items():
            definition = definitions.get(code) if isinstance(code, str) else None
            if definition is None:
                continue
            value = given_value(raw)
            place = Place(code, at.row, at.table)
            if definition.is_table:
                if isinstance(value, list):
                    rows = [self._row(row, definition, refused, n) for n, row in enumerate(value, start=1)]
                    changed[code] = _like(raw, rows)
            elif definition.holds_files:
                if is_empty(value):
                    del changed[code]
                    self.attachments[code] = None
                else:
                    refused.add(place, UnusableValueError(ProblemCode.NOT_WRITABLE, _NO_ATTACHMENTS, _UPLOAD))
            elif definition.type.shape is Shape.DATETIME and isinstance(value, str) and value:
                changed[code] = _like(raw, self._moment(value, place, refused))
            elif definition.type.shape in (Shape.CODES, Shape.PERSON):
                changed[code] = _like(raw, _codes(value))
        return changed

    def _row(self, row: object, table: FieldDefinition, refused: "Refusals", number: int) -> object:
        if not isinstance(row, Mapping):
            return row
        at = Place(table.code, number, table.code)
        if is_wrapped(row):
            return {**row, "value": self._fields(row["value"], table.columns, refused, at)}
        return self._fields(row, table.columns, refused, at)

    def _moment(self, value: str, place: Place, refused: "Refusals") -> str:
        try:
            return self.clock.read(value)
        except UnusableValueError as error:
            refused.add(place, error)
            return value


@dataclass(slots=True)
class Refusals:
    """What is wrong with values that the check of the record would take, or complain about in other words."""

    _problems: dict[tuple[str, int | None], Problem] = field(default_factory=dict)

    def add(self, place: Place, error: UnusableValueError) -> None:
        """Note that a value cannot be used."""
        findings = Findings()
        findings.unusable(place, error)
        (problem,) = findings.problems
        self._problems[problem.field, problem.row] = problem

    def beside(self, found: Sequence[Problem]) -> list[Problem]:
        """Return these problems and those that the check of the record ``found`` with other values."""
        others = [problem for problem in found if (problem.field, problem.row) not in self._problems]
        return [*self._problems.values(), *others]


def is_wrapped(row: Mapping[str, Any]) -> bool:
    """Tell whether a row has kintone's shape, ``{"id": …, "value": {…}}``; others have their cells beside the id."""
    return isinstance(row.get("value"), Mapping) and row.keys() <= {"id", "value"}


def _like(raw: object, value: object) -> object:
    """Return the value in the wrapper that it had."""
    return {**raw, "value": value} if isinstance(raw, Mapping) and "value" in raw else value


def _codes(value: object) -> object:
    if isinstance(value, list):
        return list(map(_codes, value))
    if isinstance(value, Mapping) and value.keys() == PERSON:
        return {"code": value["code"]}
    return value
