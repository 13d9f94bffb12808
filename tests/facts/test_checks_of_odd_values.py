"""The check of a record agrees with the table of odd values, with itself, and with what it suggests.

All values of a form are checked in one record: each in a field of its own, or in a row of its own.
"""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from local_kintone import LocalKintone
from tests.facts import reasons as why
from tests.facts.in_process import call
from tests.facts.odd_rows import ABSENT, COLUMN, FIELD, SAVED_FILE, SAVED_ROW, UNCHANGED, Form, Row, Value
from tests.facts.odd_system import LOOKUP
from tests.facts.odd_values import ROWS
from tests.facts.suggestions import has_digits, may_offer, offered
from tests.facts.trying import Bench

VALIDATE = "kintone_validate_record_data"
KINTONE_ALONE_KNOWS = (why.USER_UNKNOWN, why.FILE_UNKNOWN, why.LOOKUP, why.DIGITS, why.AUTHORED)
"""Reasons of refusals that no check of the form can foresee: fact sheet 6.7."""

type Slot = int
type Errors = list[tuple[Slot, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Many values of one form in one record.

    Attributes:
        form: the form that the rows are for.
        rows: rows of the table, each value in a slot of its own.
        in_table: whether a slot is a row of a table; else it is a field.
        app: the app, and a token for it.
    """

    form: Form
    rows: Sequence[Row]
    in_table: bool
    app: tuple[int, str]

    @property
    def kind(self) -> str:
        """The type of the field or column."""
        return str(self.form.properties["fields"][COLUMN]["type"]) if self.in_table else self.form.kind

    def given(self, slot: Slot) -> Value:
        """Return the value in a slot."""
        value = self.rows[slot].value
        return value[0][COLUMN] if self.in_table else value

    def record(self, values: Mapping[Slot, Value]) -> dict[str, Value]:
        """Return a record with these values."""
        if self.in_table:
            return {FIELD: [{"remark": "x", COLUMN: value} for value in values.values()]}
        return {_code(slot): value for slot, value in values.items()}

    def check(self, values: Mapping[Slot, Value]) -> tuple[Errors, Mapping[str, Value]]:
        """Have values checked; return the errors by slot, and the record as it was normalised."""
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


def _fits(row: Row) -> bool:
    form, words = row.form, repr(row.value)
    simple = form.code == FIELD and form.kind and not form.manages and form.name != LOOKUP.name
    plain = form.kind != "SUBTABLE" or COLUMN in form.properties["fields"]
    stands_alone = row.value is not ABSENT and SAVED_FILE not in words and SAVED_ROW not in words
    return bool(simple and plain and stands_alone and row.sent == "both" and UNCHANGED not in row.outcome.stored)


SLOTS = 40
"""Values in one record: an answer may well stop naming mistakes after the first hundred."""
SHEETS = {
    f"{name}, part {part}": batch
    for name, group in itertools.groupby(filter(_fits, ROWS), key=lambda row: row.form.name)
    for part, batch in enumerate(itertools.batched(group, SLOTS), start=1)
}
SINGLE = [
    row
    for row in ROWS
    if row.form.kind == "SUBTABLE" and not _fits(row) and row.sent == "both" and SAVED_ROW not in repr(row.value)
]


@pytest.fixture(scope="module")
def bench(kintone: LocalKintone) -> Bench:
    """Return the apps of the table."""
    return Bench(kintone)


@pytest.fixture(params=SHEETS, scope="module")
def sheet(request: pytest.FixtureRequest, kintone: LocalKintone) -> Sheet:
    """Return the values of one form."""
    rows = SHEETS[request.param]
    form = rows[0].form
    in_table = form.kind == "SUBTABLE"
    slots = {FIELD: form.properties} if in_table else {_code(slot): form.properties for slot in range(len(rows))}
    # Fields that must not be blank are given in every record, so that what one test leaves out is not asked for.
    relaxed = {code: {**properties, "required": False, "minLength": ""} for code, properties in slots.items()}
    needs_value = any(form.properties.get(key) for key in ("required", "minLength"))
    app = kintone.create_app(form.name, slots if needs_value else relaxed, number_precision=form.precision)
    return Sheet(form, rows, in_table, (app, kintone.token(app, "view", "add")))


@pytest.fixture(scope="module")
def errors(sheet: Sheet) -> Errors:
    """Return what the check of all values of the form finds."""
    return sheet.check(_all(sheet))[0]


def _all(sheet: Sheet) -> dict[Slot, Value]:
    return {slot: sheet.given(slot) for slot in range(len(sheet.rows))}


def _listed(sheet: Sheet, slots: Iterable[Slot]) -> str:
    return "\n".join(f"{sheet.given(slot)!r:.100}: {sheet.rows[slot].because.says}" for slot in slots)


def test_check_finds_what_is_wrong_and_nothing_else(sheet: Sheet, errors: Errors) -> None:
    """What must be stored passes; what must be refused does not, unless kintone alone can know that."""
    wrong = {slot for slot, _ in errors}
    stored = {slot for slot, row in enumerate(sheet.rows) if not row.expected(checked=True, inserting=True).may_refuse}
    refused = {slot for slot, row in enumerate(sheet.rows) if not row.expected(checked=True, inserting=True).stored}
    foreseen = {slot for slot in refused if sheet.rows[slot].because not in KINTONE_ALONE_KNOWS}
    assert not stored & wrong, f"refused, but must be stored:\n{_listed(sheet, stored & wrong)}"
    assert foreseen <= wrong, f"accepted, but must be refused:\n{_listed(sheet, foreseen - wrong)}"


def test_check_accepts_its_own_record_unchanged(sheet: Sheet, errors: Errors) -> None:
    """What passes comes back as a record that passes again and stays as it is."""
    wrong = {slot for slot, _ in errors}
    accepted = {slot: value for slot, value in _all(sheet).items() if slot not in wrong}
    if any(sheet.form.properties.get(key) for key in ("required", "minLength")):
        accepted |= {slot: next(iter(accepted.values())) for slot in wrong}

    still_wrong, normalised = sheet.check(accepted)
    again = _validated(sheet.app, normalised)

    assert not still_wrong
    assert again["valid"], again["errors"]
    assert again["record_data"] == normalised


def test_suggestions_pass_the_check_they_come_from(sheet: Sheet, errors: Errors) -> None:
    """Whatever value a suggestion names, giving it mends the mistake."""
    named = [
        (slot, error["code"], value) for slot, error in errors for value in offered(error["suggestion"], sheet.kind)
    ]
    rounds: dict[int, dict[Slot, tuple[str, Value]]] = {}
    turns: dict[Slot, int] = {}
    for slot, code, value in named:
        turns[slot] = turns.get(slot, -1) + 1
        rounds.setdefault(turns[slot], {})[slot] = code, value

    failed = []
    for given in rounds.values():
        once_more, _ = sheet.check({slot: value for slot, (_, value) in given.items()})
        failed += [
            f"{sheet.given(slot)!r:.80}: {given[slot][1]!r} is {error['code']}: {error['message']}"
            for slot, error in once_more
            if slot in given and error["code"] == given[slot][0]
        ]

    assert not failed, "\n".join(failed)


def test_suggestions_change_neither_sign_nor_size_nor_day(sheet: Sheet, errors: Errors) -> None:
    """A suggestion that is made from what was given means the same; others are examples."""
    suggested = [(slot, offered(error["suggestion"], sheet.kind)) for slot, error in errors]
    generic = [value for slot, values in suggested if not has_digits(sheet.given(slot)) for value in values]

    changed = [
        f"{sheet.given(slot)!r:.80}: {value!r}"
        for slot, values in suggested
        for value in values
        if not may_offer(sheet.rows[slot], sheet.kind, sheet.given(slot), value, generic)
    ]

    assert not changed, "\n".join(changed)


@pytest.mark.parametrize("name", sorted({row.form.name for row in SINGLE}))
def test_check_of_a_whole_table(bench: Bench, name: str) -> None:
    """A table as a whole passes or not as the table of odd values says, and what passes stays as it is."""
    for row in (row for row in SINGLE if row.form.name == name):
        app = bench.app(row.form)
        answer = _validated(app, {row.form.code: row.value})

        expected = row.expected(checked=True, inserting=True)
        told = f"{row.value!r:.200}: {answer['errors']}, {answer['record_data']}"
        assert answer["valid"] or expected.may_refuse, told
        assert not answer["valid"] or expected.stored, told
        if answer["valid"]:
            again = _validated(app, answer["record_data"])
            assert (again["valid"], again["record_data"]) == (True, answer["record_data"]), told
