"""A field and a form as the app's designer set them up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from kintone.field_types.table import FieldKind, Shape
from kintone.messages import Message
from kintone.values.numbers import NumberPrecision

type WriteMode = Literal["add", "update"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a value must keep to: characters, value, form of a link; None is no limit."""

    min_length: int | None = None
    max_length: int | None = None
    min_value: Decimal | None = None
    max_value: Decimal | None = None
    protocol: str = ""


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """One field of a form; the columns of a table are definitions too.

    ``options`` maps option names to labels, in the order of the form. ``default`` is what kintone fills in a new
    record, as the form shows it, None where there is none or it is the time of writing. ``computed`` is a text with
    automatic calculation, ``lookup`` a field that looks up a record of another app, ``copied`` one that some lookup
    fills. ``precision`` is the app's for numbers, None until its settings were read.
    """

    code: str
    label: str
    kind: FieldKind
    required: bool = False
    unique: bool = False
    has_default: bool = False
    default: object = None
    computed: bool = False
    lookup: bool = False
    copied: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    columns: "Mapping[str, FieldDefinition]" = field(default_factory=dict)
    precision: NumberPrecision | None = None

    @property
    def is_table(self) -> bool:
        """Tell whether the value is a list of rows."""
        return self.kind.shape is Shape.ROWS

    @property
    def holds_files(self) -> bool:
        """Tell whether the value is a list of attachments."""
        return self.kind.shape is Shape.FILES

    @property
    def is_number(self) -> bool:
        """Tell whether kintone reads the value as a number."""
        return self.kind.shape is Shape.NUMBER

    @property
    def filled_by_kintone(self) -> bool:
        """Tell whether kintone ignores what is sent for it: a calculation, or what a lookup copies."""
        return self.computed or self.copied

    @property
    def usable_as_update_key(self) -> bool:
        """Tell whether kintone finds records by it: a unique text or number, and nothing that kintone fills."""
        return self.kind.update_key and self.unique and not self.filled_by_kintone

    def with_precision(self, precision: NumberPrecision) -> "FieldDefinition":
        """Return the same field, and its columns, with the app's precision where they hold numbers."""
        if self.is_table:
            columns = {code: column.with_precision(precision) for code, column in self.columns.items()}
            return replace(self, columns=columns)
        return replace(self, precision=precision) if self.is_number else self

    def refusal(self, mode: WriteMode) -> tuple[Message, Message] | None:
        """Return why the field cannot be written and what to do instead; None when it can."""
        if self.computed:
            return Message("kintone calculates this field"), Message("leave it out")
        if self.copied:
            return (
                Message("a lookup fills this field, and kintone ignores what is sent for it"),
                Message("leave it out and set the lookup"),
            )
        if self.kind.on_add if mode == "add" else self.kind.on_update:
            return None
        words, name = self.kind.words, self.kind.name
        if mode == "add":
            complaint = Message("{words} ({type}) cannot be set when adding a record", words=words, type=name)
        else:
            complaint = Message("{words} ({type}) cannot be changed by an update", words=words, type=name)
        return complaint, self.kind.advice


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of an app at one ``revision`` of its settings; table columns stand under their table.

    ``precision`` says how the app keeps numbers; None until its settings were read.
    """

    app: str
    revision: str
    fields: Mapping[str, FieldDefinition]
    tables_by_column: Mapping[str, str] = field(default_factory=dict)
    precision: NumberPrecision | None = None

    def with_precision(self, precision: NumberPrecision) -> "Form":
        """Return the same form with the app's precision in all its number fields."""
        fields = {code: definition.with_precision(precision) for code, definition in self.fields.items()}
        return replace(self, fields=fields, precision=precision)

    def update_key_codes(self) -> list[str]:
        """Return the codes that may stand in ``updateKey``."""
        return [code for code, definition in self.fields.items() if definition.usable_as_update_key]

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield code and label of each field of the record itself."""
        return ((definition.code, definition.label) for definition in self.fields.values())

    def column_names(self) -> Iterator[tuple[str, str]]:
        """Yield code and label of each column of each table."""
        return (
            (column.code, column.label) for definition in self.fields.values() for column in definition.columns.values()
        )
