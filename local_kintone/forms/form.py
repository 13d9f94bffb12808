"""An app's form: its fields by code, its tables' columns, its lookups and its layout."""

from __future__ import annotations

from dataclasses import dataclass, replace
from dataclasses import field as data_field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from local_kintone.forms import field_types
from local_kintone.forms.field_types import complete_properties

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True)
class Field:
    """One field of a form or one column of a table; its properties do not change.

    Attributes:
        code: the field code.
        type: the field type as kintone names it.
        properties: the field's entry in app/form/fields.json.
        table: for a column, the code of its table; otherwise None.
        columns: for a table, its columns by code; otherwise empty.
        statuses: for STATUS, the names of the app's statuses; otherwise empty.
    """

    code: str
    type: str
    properties: Mapping[str, Any]
    table: str | None = None
    columns: Mapping[str, Field] = data_field(default_factory=dict)
    statuses: Sequence[str] = ()

    @cached_property
    def required(self) -> bool:
        """Whether a value is required; the API does not require one for CALC and RADIO_BUTTON."""
        return bool(self.properties.get("required")) and self.type not in ("CALC", "RADIO_BUTTON")

    @cached_property
    def unique(self) -> bool:
        """Whether the field prohibits duplicate values."""
        return bool(self.properties.get("unique"))

    @property
    def options(self) -> list[str]:
        """The names of the options, or of the statuses, in the order of the app."""
        if self.statuses:
            return list(self.statuses)
        options = self.properties.get("options", {})
        return sorted(options, key=lambda name: int(options[name]["index"]))

    @cached_property
    def lookup(self) -> Mapping[str, Any] | None:
        """The lookup's settings, or None."""
        lookup: Mapping[str, Any] | None = self.properties.get("lookup")
        return lookup

    @cached_property
    def computed(self) -> bool:
        """Whether the server computes the value and ignores values from the client."""
        return self.type == "CALC" or bool(self.properties.get("expression"))

    @cached_property
    def lengths(self) -> tuple[int, int]:
        """The minimum and the maximum length of its text; 0 if there is none."""
        return int(self.limit("minLength") or 0), int(self.limit("maxLength") or 0)

    def limit(self, key: str) -> str:
        """Return a limit such as "maxLength" as text; "" if there is none."""
        return str(self.properties.get(key) or "")


class Form:
    """All fields of an app."""

    def __init__(
        self, properties: Mapping[str, Mapping[str, Any]], revision: int = 1, statuses: Sequence[str] = ()
    ) -> None:
        """Take properties that may be incomplete (see complete_properties()), and the names of the statuses.

        With statuses, process management is on: the fields STATUS and STATUS_ASSIGNEE are enabled. Without, they are
        disabled, whatever the properties say.
        """
        self.properties = complete_properties(properties)
        self.revision = revision
        self.statuses = tuple(statuses)
        for given in self.properties.values():
            if given["type"] in field_types.PROCESS_TYPES:
                given["enabled"] = bool(self.statuses)
        self.fields = {code: self._field(code, given) for code, given in self.properties.items()}

    def _field(self, code: str, given: Mapping[str, Any]) -> Field:
        return replace(_field(code, given), statuses=self.statuses if given["type"] == "STATUS" else ())

    @cached_property
    def columns(self) -> dict[str, Field]:
        """The columns of all tables by code; codes are unique in an app."""
        return {code: column for table in self.fields.values() for code, column in table.columns.items()}

    @cached_property
    def in_records(self) -> tuple[Field, ...]:
        """The top-level fields of a record, in the order of the form."""
        return tuple(candidate for candidate in self.fields.values() if _shows(candidate))

    @cached_property
    def unique_fields(self) -> tuple[Field, ...]:
        """The fields that prohibit duplicate values."""
        return tuple(candidate for candidate in self.fields.values() if candidate.unique)

    @cached_property
    def computed_fields(self) -> frozenset[str]:
        """Codes of the fields and columns that the server computes."""
        return frozenset(candidate.code for candidate in self.all_fields() if candidate.computed)

    @cached_property
    def lookup_targets(self) -> frozenset[str]:
        """Codes of the fields and columns that a lookup fills; values from the client are ignored."""
        return frozenset(
            mapping["field"]
            for candidate in self.all_fields()
            if candidate.lookup
            for mapping in candidate.lookup.get("fieldMappings", ())
        )

    def all_fields(self) -> Iterator[Field]:
        """Yield the top-level fields, then the tables' columns."""
        yield from self.fields.values()
        yield from self.columns.values()

    def find(self, code: str) -> Field | None:
        """Return a top-level field or a column, including `$id` and `$revision`; None if there is none."""
        if code == "$id":
            return Field("$id", "__ID__", {})
        if code == "$revision":
            return Field("$revision", "__REVISION__", {})
        return self.fields.get(code) or self.columns.get(code)

    def first_of_type(self, field_type: str) -> Field:
        """Return the first field of a type that every form has, such as RECORD_NUMBER."""
        return self._first_of_types[field_type]

    @cached_property
    def _first_of_types(self) -> dict[str, Field]:
        return {candidate.type: candidate for candidate in reversed(self.fields.values())}


def _field(code: str, properties: Mapping[str, Any], table: str | None = None) -> Field:
    columns = properties.get("fields", {}) if properties["type"] == "SUBTABLE" else {}
    inner = {column: _field(column, given, code) for column, given in columns.items()}
    return Field(code, properties["type"], properties, table, inner)


def _shows(candidate: Field) -> bool:
    if candidate.type in field_types.OPTIONAL_SYSTEM_TYPES:
        return bool(candidate.properties["enabled"])
    return candidate.type not in field_types.NOT_IN_RECORDS


FIELDS_IN_A_ROW = 3
WIDTH = "193"


def default_layout(form: Form) -> list[dict[str, Any]]:
    """Return a layout as in app/form/layout.json: rows of three fields, one entry per table and per group."""
    layout: list[dict[str, Any]] = []
    row: list[dict[str, Any]] = []
    for field in form.fields.values():
        if field.type in field_types.OPTIONAL_SYSTEM_TYPES:
            continue
        if field.type in ("SUBTABLE", "GROUP"):
            layout.append(_block(field))
            continue
        row.append(_cell(field))
        if len(row) == FIELDS_IN_A_ROW:
            layout.append({"type": "ROW", "fields": row})
            row = []
    if row:
        layout.append({"type": "ROW", "fields": row})
    return layout


def _block(field: Field) -> dict[str, Any]:
    if field.type == "GROUP":
        return {"type": "GROUP", "code": field.code, "layout": []}
    cells = [_cell(column) for column in field.columns.values()]
    return {"type": "SUBTABLE", "code": field.code, "fields": cells}


def _cell(field: Field) -> dict[str, Any]:
    return {"type": field.type, "code": field.code, "size": {"width": WIDTH}}
