"""How the table of odd values is written: forms, rows, what may happen, and the fact that says so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from local_kintone import NumberPrecision

type Value = Any
"""Anything that JSON can hold, and NaN."""

FIELD = "field"
"""Code of the field under test, unless a form says otherwise."""
COLUMN = "cell"
"""Code of the column under test, where a row of a field is tried in a table too."""

# Words that stand in a value for what is known only when it is sent.
UPLOADED = "key-of-a-file-uploaded-just-now"
SAVED_FILE = "<key of the file that the record has>"
SAVED_ROW = "<id of the row that the record has>"


@dataclass(frozen=True, slots=True)
class _Mark:
    name: str

    def __repr__(self) -> str:
        return self.name


ABSENT = _Mark("ABSENT")
"""As a value: the field is not sent at all."""
UNCHANGED = _Mark("UNCHANGED")
"""As what is stored: what the record had before; in a new record what kintone itself fills in."""


@dataclass(frozen=True, slots=True)
class Reason:
    """The fact that decides.

    Attributes:
        place: section of the fact sheet on kintone's API, or of the contract with users.
        says: what it says there, in its own words or shortened.
        page: the page of kintone's documentation it was taken from, "" for the contract and for measurements.
    """

    place: str
    says: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What may happen.

    Attributes:
        stored: each of these may be what the field holds afterwards, in the short form of `plain()`.
        may_refuse: whether the call may fail instead, with nothing written.
    """

    stored: tuple[Value, ...] = ()
    may_refuse: bool = False


REFUSED = Outcome(may_refuse=True)


@dataclass(frozen=True, slots=True)
class Form:
    """An app with the field under test beside a key and a note.

    Attributes:
        name: shown in the names of the tests.
        properties: the field's properties as app/form/fields.json shows them, or those of other codes too.
        before: what the field of a saved record holds, as kintone shows it; None for fields that nobody fills.
        code: the field's code.
        others: further fields of the form by code.
        precision: how the app rounds numbers; kintone's default unless given.
        manages: whether the token may manage the app.
        in_tables: whether every row is tried in a column of a table too.
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
class Row:
    """One value and what may become of it.

    Attributes:
        value: what is given for the field.
        outcome: what may happen.
        because: the fact that says so.
        unchecked: what may happen with `validate_before_write` off, where that differs.
        added: what may happen in a new record, where that differs.
        updated: what may happen in an update, where that differs.
        sent: whether the record travels as JSON text, as a decoded object, or both.
        readings: further values, in the short form, that a suggestion may offer for this value.
        form: the form it is for; set by `rows()`.
    """

    value: Value
    outcome: Outcome
    because: Reason
    unchecked: Outcome | None = None
    added: Outcome | None = None
    updated: Outcome | None = None
    sent: Sent = "both"
    readings: tuple[Value, ...] = ()
    form: Form = Form("", {})

    def expected(self, *, checked: bool, inserting: bool) -> Outcome:
        """Return what may happen one way."""
        if not checked and self.unchecked is not None:
            return self.unchecked
        special = self.added if inserting else self.updated
        return self.outcome if special is None else special


def stored(value: Value, becomes: Value, because: Reason, **more: Any) -> Row:  # noqa: ANN401 - the attributes of Row
    """Return a row: exactly this is in kintone afterwards."""
    return Row(value, Outcome((becomes,)), because, **more)


def refused(value: Value, because: Reason, **more: Any) -> Row:  # noqa: ANN401 - likewise
    """Return a row: the call fails and nothing is written."""
    return Row(value, REFUSED, because, **more)


def either(value: Value, *becomes: Value, because: Reason, **more: Any) -> Row:  # noqa: ANN401 - likewise
    """Return a row of which the facts leave open whether it is refused; if not, one of these is stored."""
    return Row(value, Outcome(becomes, may_refuse=True), because, **more)


def rows(form: Form, entries: Iterable[Row]) -> list[Row]:
    """Return the rows of a form; those of a field that stands in tables too once more for a column."""
    own = [replace(row, form=form) for row in entries]
    if not form.in_tables:
        return own
    column = Form(
        f"{form.name} in a table",
        {"type": "SUBTABLE", "fields": {COLUMN: form.properties, "remark": {"type": "SINGLE_LINE_TEXT"}}},
        [{"remark": "before", COLUMN: form.before}],
        others=form.others,
        precision=form.precision,
    )
    return own + [_in_table(row, column) for row in own if row.value is not ABSENT]


def _in_table(row: Row, form: Form) -> Row:
    def wrapped(outcome: Outcome | None) -> Outcome | None:
        if outcome is None:
            return None
        return Outcome(tuple([{"remark": "x", COLUMN: value}] for value in outcome.stored), outcome.may_refuse)

    return replace(
        row,
        value=[{"remark": "x", COLUMN: row.value}],
        outcome=wrapped(row.outcome) or REFUSED,
        unchecked=wrapped(row.unchecked),
        added=wrapped(row.added),
        updated=wrapped(row.updated),
        form=form,
    )
