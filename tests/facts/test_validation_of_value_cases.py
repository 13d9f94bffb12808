"""Validation accepts and refuses the value cases as expected, and accepts its own output and its suggestions.

All values of a form are checked in one record: each in a field of its own, or in a table row of its own.
"""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from local_kintone import LocalKintone
from tests.facts import documented_facts as facts
from tests.facts.case_runner import CaseRunner
from tests.facts.case_types import ABSENT, COLUMN, FIELD, SAVED_FILE, SAVED_ROW, UNCHANGED, Case, Form, Value
from tests.facts.in_process import call
from tests.facts.suggestions import has_digits, is_suitable, suggested_values
from tests.facts.system_field_cases import LOOKUP
from tests.facts.value_cases import CASES

VALIDATE = "kintone_validate_record_data"
ONLY_KNOWN_TO_KINTONE = (facts.USER_UNKNOWN, facts.FILE_UNKNOWN, facts.LOOKUP, facts.DIGITS, facts.MANAGERS_ONLY)
"""Facts behind refusals that cannot be predicted from the form: fact sheet 6.7."""

type Slot = int
type Errors = list[tuple[Slot, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The values of many cases of one form, to be checked in one record.

    Attributes:
        form: the form that the cases are for.
        cases: the cases; each value has a slot of its own.
        in_table: whether a slot is a row of a table; otherwise it is a field.
        app: the app's id and a token for it.
    """

    form: Form
    cases: Sequence[Case]
    in_table: bool
    app: tuple[int, str]

    @property
    def kind(self) -> str:
        """The type of the field or column."""
        return str(self.form.properties["fields"][COLUMN]["type"]) if self.in_table else self.form.kind

    def given(self, slot: Slot) -> Value:
        """Return the value in a slot."""
        value = self.cases[slot].value
        return value[0][COLUMN] if self.in_table else value

    def record(self, values: Mapping[Slot, Value]) -> dict[str, Value]:
        """Return a record with these values."""
        if self.in_table:
            return {FIELD: [{"remark": "x", COLUMN: value} for value in values.values()]}
        return {_code(slot): value for slot, value in values.items()}

    def check(self, values: Mapping[Slot, Value]) -> tuple[Errors, Mapping[str, Value]]:
        """Validate values; return the errors by slot, and the normalised record."""
        answer = _validated(self.app, self.record(values))
        slots = list(values)
        errors = [(self._slot(error, slots), error) for error in answer["errors"]]
        assert bool(errors) != answer["valid"]
        return errors, answer["record_data"]

    def _slot(self, error: Mapping[str, Any], slots: list[Slot]) -> Slot:
        if self.in_table:
            assert error["row"] is not None, error
            return slots[int(error["row"]) - 1]
        return int(str(error["field"]).removeprefix("slot_"))


def _code(slot: Slot) -> str:
    return f"slot_{slot}"


def _validated(app: tuple[int, str], record: Mapping[str, Value]) -> Mapping[str, Any]:
    parameters = {"record_data": json.dumps(record), "operation": "add"}
    return call(VALIDATE, parameters, app=app[0], token=app[1]).variables


def _fits_sheet(case: Case) -> bool:
    form, shown = case.form, repr(case.value)
    is_plain_field = form.code == FIELD and form.kind and not form.manages and form.name != LOOKUP.name
    has_column = form.kind != "SUBTABLE" or COLUMN in form.properties["fields"]
    standalone = case.value is not ABSENT and SAVED_FILE not in shown and SAVED_ROW not in shown
    return bool(
        is_plain_field and has_column and standalone and case.sent == "both" and UNCHANGED not in case.outcome.stored
    )


SLOTS = 40
"""Values in one record; validation need not list more than a hundred errors."""
SHEETS = {
    f"{name}, part {part}": batch
    for name, group in itertools.groupby(filter(_fits_sheet, CASES), key=lambda case: case.form.name)
    for part, batch in enumerate(itertools.batched(group, SLOTS), start=1)
}
TABLE_CASES = [
    case
    for case in CASES
    if case.form.kind == "SUBTABLE"
    and not _fits_sheet(case)
    and case.sent == "both"
    and SAVED_ROW not in repr(case.value)
]


@pytest.fixture(scope="module")
def runner(kintone: LocalKintone) -> CaseRunner:
    """Return a runner for the value cases."""
    return CaseRunner(kintone)


@pytest.fixture(params=SHEETS, scope="module")
def sheet(request: pytest.FixtureRequest, kintone: LocalKintone) -> Sheet:
    """Return the cases of one form."""
    cases = SHEETS[request.param]
    form = cases[0].form
    in_table = form.kind == "SUBTABLE"
    slots = {FIELD: form.properties} if in_table else {_code(slot): form.properties for slot in range(len(cases))}
    # Not required here: most records of these tests leave out some of the fields.
    relaxed = {code: {**properties, "required": False, "minLength": ""} for code, properties in slots.items()}
    needs_value = any(form.properties.get(key) for key in ("required", "minLength"))
    app = kintone.create_app(form.name, slots if needs_value else relaxed, number_precision=form.precision)
    return Sheet(form, cases, in_table, (app, kintone.token(app, "view", "add")))


@pytest.fixture(scope="module")
def errors(sheet: Sheet) -> Errors:
    """Return the errors found in all values of the form."""
    return sheet.check(_all(sheet))[0]


def _all(sheet: Sheet) -> dict[Slot, Value]:
    return {slot: sheet.given(slot) for slot in range(len(sheet.cases))}


def _described(sheet: Sheet, slots: Iterable[Slot]) -> str:
    return "\n".join(f"{sheet.given(slot)!r:.100}: {sheet.cases[slot].fact.says}" for slot in slots)


def test_validation_reports_invalid_values_only(sheet: Sheet, errors: Errors) -> None:
    """Validation accepts what must be stored, and reports what must be refused, where the form alone shows that."""
    wrong = {slot for slot, _ in errors}
    stored = {
        slot for slot, case in enumerate(sheet.cases) if not case.expected(checked=True, inserting=True).may_refuse
    }
    refused = {slot for slot, case in enumerate(sheet.cases) if not case.expected(checked=True, inserting=True).stored}
    detectable = {slot for slot in refused if sheet.cases[slot].fact not in ONLY_KNOWN_TO_KINTONE}
    assert not stored & wrong, f"refused, but must be stored:\n{_described(sheet, stored & wrong)}"
    assert detectable <= wrong, f"accepted, but must be refused:\n{_described(sheet, detectable - wrong)}"


def test_validation_accepts_its_normalised_record(sheet: Sheet, errors: Errors) -> None:
    """The normalised record of valid values is valid, and validating it again changes nothing."""
    wrong = {slot for slot, _ in errors}
    accepted = {slot: value for slot, value in _all(sheet).items() if slot not in wrong}
    if any(sheet.form.properties.get(key) for key in ("required", "minLength")):
        accepted |= {slot: next(iter(accepted.values())) for slot in wrong}

    still_invalid, normalised = sheet.check(accepted)
    again = _validated(sheet.app, normalised)

    assert not still_invalid
    assert again["valid"], again["errors"]
    assert again["record_data"] == normalised


def test_suggested_values_fix_the_error(sheet: Sheet, errors: Errors) -> None:
    """Each value that a suggestion names passes the check that made the suggestion."""
    named = [
        (slot, error["code"], value)
        for slot, error in errors
        for value in suggested_values(error["suggestion"], sheet.kind)
    ]
    rounds: dict[int, dict[Slot, tuple[str, Value]]] = {}
    last_round: dict[Slot, int] = {}
    for slot, code, value in named:
        last_round[slot] = last_round.get(slot, -1) + 1
        rounds.setdefault(last_round[slot], {})[slot] = code, value

    failed = []
    for given in rounds.values():
        second_check, _ = sheet.check({slot: value for slot, (_, value) in given.items()})
        failed += [
            f"{sheet.given(slot)!r:.80}: {given[slot][1]!r} is {error['code']}: {error['message']}"
            for slot, error in second_check
            if slot in given and error["code"] == given[slot][0]
        ]

    assert not failed, "\n".join(failed)


def test_suggestions_keep_sign_size_and_day(sheet: Sheet, errors: Errors) -> None:
    """A suggested value that is derived from the given one has the same meaning."""
    suggested = [(slot, suggested_values(error["suggestion"], sheet.kind)) for slot, error in errors]
    generic = [value for slot, values in suggested if not has_digits(sheet.given(slot)) for value in values]

    changed = [
        f"{sheet.given(slot)!r:.80}: {value!r}"
        for slot, values in suggested
        for value in values
        if not is_suitable(sheet.cases[slot], sheet.kind, sheet.given(slot), value, generic)
    ]

    assert not changed, "\n".join(changed)


@pytest.mark.parametrize("name", sorted({case.form.name for case in TABLE_CASES}))
def test_validation_of_a_whole_table(runner: CaseRunner, name: str) -> None:
    """A table is valid or not as its case says, and validating its normalised form changes nothing."""
    for case in (each for each in TABLE_CASES if each.form.name == name):
        app = runner.app(case.form)
        answer = _validated(app, {case.form.code: case.value})

        expected = case.expected(checked=True, inserting=True)
        details = f"{case.value!r:.200}: {answer['errors']}, {answer['record_data']}"
        assert answer["valid"] or expected.may_refuse, details
        assert not answer["valid"] or expected.stored, details
        if answer["valid"]:
            again = _validated(app, answer["record_data"])
            assert (again["valid"], again["record_data"]) == (True, answer["record_data"]), details
