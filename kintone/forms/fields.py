"""The fields of an app's form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from kintone.field_types import PSEUDO_FIELDS, SWITCHABLE, FieldType, Shape, ValueKind, value_kind
from kintone.messages import Message
from kintone.operators import NO_RULES, QueryRules
from kintone.values.numbers import NumberPrecision

type WriteMode = Literal["add", "update"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a field's value: number of characters, value, protocol of a link; None where there is no limit."""

    min_length: int | None = None
    max_length: int | None = None
    min_value: Decimal | None = None
    max_value: Decimal | None = None
    protocol: str = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where a lookup finds its record: ``app``, the code of the ``key`` field there, and what it copies.

    ``copies`` maps the codes of the fields that it fills to those of the source app. ``app`` and ``key`` are blank
    where kintone does not show them.
    """

    app: str
    key: str
    copies: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RelatedRecords:
    """The records that a field of related records shows: those of ``app`` whose ``key`` has the value of ``own``.

    ``columns`` are the codes of the fields that it shows of them, ``condition`` narrows them further.
    """

    app: str
    own: str
    key: str
    columns: Sequence[str]
    condition: str


@dataclass(frozen=True, slots=True)
class Entity:
    """A user, department or group that may be chosen: ``type`` as kintone names it, and login name or code."""

    type: str
    code: str


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """One field of a form; the columns of a table are definitions too.

    ``options`` maps option names to labels, in the order of the form. ``default`` is the value that kintone gives the
    field of a new record, as the form shows it; None where there is none or where it is the time of writing, which
    ``default_now`` marks. ``computed`` marks a text with automatic calculation, ``lookup`` is set in a field that looks
    up a record of another app, ``copied_by`` is the code of the lookup that fills the field, ``related`` is set in a
    field of related records unless the credential may not see their app. ``precision`` is the app's
    number precision, None until it was read. ``format`` is the number format of a calculated field, ``expression`` a
    formula, ``shown_decimals`` the number of decimal places on kintone's screens, ``entities`` are the users,
    departments or groups to choose from (empty: all), ``enabled`` tells that status, assignees or categories are on,
    ``in_table`` marks a column of a table.
    """

    code: str
    label: str
    type: FieldType
    required: bool = False
    unique: bool = False
    has_default: bool = False
    default: object = None
    computed: bool = False
    lookup: Lookup | None = None
    copied_by: str = ""
    related: RelatedRecords | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    columns: "Mapping[str, FieldDefinition]" = field(default_factory=dict)
    precision: NumberPrecision | None = None
    format: str = ""
    default_now: bool = False
    unit: str = ""
    shown_decimals: int | None = None
    expression: str = ""
    entities: tuple[Entity, ...] = ()
    enabled: bool = False
    in_table: bool = False

    @property
    def copied(self) -> bool:
        """Tell whether a lookup fills the field."""
        return bool(self.copied_by)

    @property
    def is_in_records(self) -> bool:
        """Tell whether records show the field: some types hold no value, others may be switched off."""
        return self.type.always_shown or self.enabled

    @property
    def switched_off(self) -> bool:
        """Tell whether the form lists the field although the app does not use it, such as the status."""
        return self.type.name in SWITCHABLE and not self.enabled

    @property
    def query(self) -> QueryRules:
        """How queries use the field: not at all while it is switched off.

        A column of a table takes ``in`` and ``not in`` in place of ``=`` and ``!=``.
        """
        if self.switched_off:
            return NO_RULES
        return self.type.query.in_rows if self.in_table else self.type.query

    @property
    def operators(self) -> tuple[str, ...]:
        """The operators that conditions on the field may have; none for a field that no condition can name."""
        return self.query.operators

    @property
    def empty_condition(self) -> str:
        """The condition for records without a value, such as ``note is empty``; blank where there is none."""
        return f"{self.code} {self.query.empty}" if self.query.empty else ""

    @property
    def filled_condition(self) -> str:
        """The condition for records with a value, such as ``note is not empty``; blank where there is none."""
        return f"{self.code} {self.query.filled}" if self.query.filled else ""

    @property
    def value_kind(self) -> ValueKind:
        """The kind of the values in an aggregation."""
        return value_kind(self.type, self.format)

    @property
    def is_table(self) -> bool:
        """Tell whether the value is a list of rows."""
        return self.type.shape is Shape.ROWS

    @property
    def holds_files(self) -> bool:
        """Tell whether the value is a list of attachments."""
        return self.type.shape is Shape.FILES

    @property
    def is_number(self) -> bool:
        """Tell whether kintone reads the value as a number."""
        return self.type.shape is Shape.NUMBER

    @property
    def filled_by_kintone(self) -> bool:
        """Tell whether kintone ignores a value that is sent, because it calculates the field or a lookup fills it."""
        return self.computed or self.copied

    @property
    def usable_as_update_key(self) -> bool:
        """Tell whether kintone finds records by it: a unique text or number that kintone does not fill itself."""
        return self.type.update_key and self.unique and not self.filled_by_kintone

    def with_precision(self, precision: NumberPrecision) -> "FieldDefinition":
        """Return the field with the app's precision in it or in its columns, where they hold numbers."""
        if self.is_table:
            columns = {code: column.with_precision(precision) for code, column in self.columns.items()}
            return replace(self, columns=columns)
        return replace(self, precision=precision) if self.is_number else self

    def refusal(self, mode: WriteMode) -> tuple[Message, Message] | None:
        """Return why the field cannot be written and what to do instead; None if it can be written."""
        if self.computed:
            return Message("kintone calculates this field"), Message("leave it out")
        if self.copied:
            return (
                Message("a lookup fills this field, and kintone ignores what is sent for it"),
                Message("leave it out and set the lookup"),
            )
        if self.type.on_add if mode == "add" else self.type.on_update:
            return None
        words, name = self.type.words, self.type.name
        if mode == "add":
            complaint = Message("{words} ({type}) cannot be set when adding a record", words=words, type=name)
        else:
            complaint = Message("{words} ({type}) cannot be changed by an update", words=words, type=name)
        return complaint, self.type.advice


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of an app at one ``revision`` of its settings; a table's columns are part of the table.

    ``precision`` is the app's number precision, None until its settings were read.
    """

    app: str
    revision: str
    fields: Mapping[str, FieldDefinition]
    tables_by_column: Mapping[str, str] = field(default_factory=dict)
    precision: NumberPrecision | None = None

    def with_precision(self, precision: NumberPrecision) -> "Form":
        """Return the form with the app's precision in all its number fields."""
        fields = {code: definition.with_precision(precision) for code, definition in self.fields.items()}
        return replace(self, fields=fields, precision=precision)

    def find(self, code: str) -> FieldDefinition | None:
        """Return the field, the column of a table or the pseudo field (``$id``) of this code, None without one."""
        if code in PSEUDO_FIELDS:
            return FieldDefinition(code, code, PSEUDO_FIELDS[code])
        table = self.tables_by_column.get(code)
        return self.fields[table].columns[code] if table else self.fields.get(code)

    def update_key_codes(self) -> list[str]:
        """Return the codes of the fields that can be an update key."""
        return [code for code, definition in self.fields.items() if definition.usable_as_update_key]

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield code and label of each field of the record itself."""
        return ((definition.code, definition.label) for definition in self.fields.values())

    def column_names(self) -> Iterator[tuple[str, str]]:
        """Yield code and label of each column of each table."""
        return (
            (column.code, column.label) for definition in self.fields.values() for column in definition.columns.values()
        )
