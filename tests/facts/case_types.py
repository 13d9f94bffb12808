"""The parts of a value case: the form, the value, the permitted outcomes, and the fact they follow from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from local_kintone import NumberPrecision

type Value = Any
"""Any JSON value, or NaN."""

FIELD = "field"
"""Code of the field under test, unless a form says otherwise."""
COLUMN = "cell"
"""Code of the column under test, where a case of a field is repeated in a table."""

# Placeholders in a value, replaced when it is sent.
UPLOADED = "key-of-a-file-uploaded-just-now"
SAVED_FILE = "<key of the file that the record has>"
SAVED_ROW = "<id of the row that the record has>"


@dataclass(frozen=True, slots=True)
class _Marker:
    name: str

    def __repr__(self) -> str:
        return self.name


ABSENT = _Marker("ABSENT")
"""As a value: the field is not sent."""
UNCHANGED = _Marker("UNCHANGED")
"""As a stored value: the one from before; in a new record the one that kintone fills in."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A documented fact that determines the outcomes of a case.

    Attributes:
        place: section of the fact sheet on kintone's API, or of the contract with users.
        says: the text there, quoted or shortened.
        page: the page of kintone's documentation that is its source; "" for the contract and for measurements.
    """

    place: str
    says: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The permitted outcomes of a case.

    Attributes:
        stored: the values that may be stored, each as `short_form()` returns it.
        may_refuse: whether the call may fail instead, with nothing written.
    """

    stored: tuple[Value, ...] = ()
    may_refuse: bool = False


REFUSED = Outcome(may_refuse=True)


@dataclass(frozen=True, slots=True)
class Form:
    """An app with the field under test, a key and a note.

    Attributes:
        name: part of the names of the tests.
        properties: the field's properties as app/form/fields.json shows them, or those of other codes too.
        before: the field's value in a saved record, as kintone shows it; None for fields that are left empty.
        code: the field's code.
        others: further fields of the form by code.
        precision: how the app rounds numbers; kintone's default unless given.
        manages: whether the token may manage the app.
        in_tables: whether every case is repeated in a column of a table.
    """

    name: str
    properties: Mapping[str, Value]
    before: Value = None
    code: str = FIELD
    others: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    precision: NumberPrecision | None = None
    manages: bool = False
    in_tables: bool = False

    @property
    def kind(self) -> str:
        """The field type as kintone names it; "" for a field that the form does not have."""
        return str(self.properties.get("type", ""))


type Sent = Literal["both", "object", "text"]


@dataclass(frozen=True, slots=True)
class Case:
    """A value and its permitted outcomes.

    Attributes:
        value: the value given for the field.
        outcome: the permitted outcomes.
        fact: the fact they follow from.
        unchecked: the outcomes with `validate_before_write` off, where they differ.
        added: the outcomes in a new record, where they differ.
        updated: the outcomes in an update, where they differ.
        sent: whether the record is sent as JSON text, as a decoded object, or both.
        readings: further values, in the short form, that a suggestion may offer for this value.
        form: the form it is for; set by `cases()`.
    """

    value: Value
    outcome: Outcome
    fact: Fact
    unchecked: Outcome | None = None
    added: Outcome | None = None
    updated: Outcome | None = None
    sent: Sent = "both"
    readings: tuple[Value, ...] = ()
    form: Form = Form("", {})

    def expected(self, *, checked: bool, inserting: bool) -> Outcome:
        """Return the outcomes for one way to write the record."""
        if not checked and self.unchecked is not None:
            return self.unchecked
        special = self.added if inserting else self.updated
        return self.outcome if special is None else special


def stored(value: Value, becomes: Value, fact: Fact, **more: Any) -> Case:  # noqa: ANN401 - the attributes of Case
    """Return a case: exactly this value is stored."""
    return Case(value, Outcome((becomes,)), fact, **more)


def refused(value: Value, fact: Fact, **more: Any) -> Case:  # noqa: ANN401 - likewise
    """Return a case: the call fails and nothing is written."""
    return Case(value, REFUSED, fact, **more)


def either(value: Value, *becomes: Value, fact: Fact, **more: Any) -> Case:  # noqa: ANN401 - likewise
    """Return a case for which the facts permit a refusal, or storing one of these values."""
    return Case(value, Outcome(becomes, may_refuse=True), fact, **more)


def cases(form: Form, entries: Iterable[Case]) -> list[Case]:
    """Return the cases of a form, and for a form with `in_tables` the same again for a table column."""
    own = [replace(case, form=form) for case in entries]
    if not form.in_tables:
        return own
    column = Form(
        f"{form.name} in a table",
        {"type": "SUBTABLE", "fields": {COLUMN: form.properties, "remark": {"type": "SINGLE_LINE_TEXT"}}},
        [{"remark": "before", COLUMN: form.before}],
        others=form.others,
        precision=form.precision,
    )
    return own + [_in_table(case, column) for case in own if case.value is not ABSENT]


def _in_table(case: Case, form: Form) -> Case:
    def wrapped(outcome: Outcome | None) -> Outcome | None:
        if outcome is None:
            return None
        return Outcome(tuple([{"remark": "x", COLUMN: value}] for value in outcome.stored), outcome.may_refuse)

    return replace(
        case,
        value=[{"remark": "x", COLUMN: case.value}],
        outcome=wrapped(case.outcome) or REFUSED,
        unchecked=wrapped(case.unchecked),
        added=wrapped(case.added),
        updated=wrapped(case.updated),
        form=form,
    )
