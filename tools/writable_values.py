"""Fields and rows as a write takes them, ``{"code": {"value": …}}``, made without the app's form.

Of what was read from kintone, some values can be written by nobody. Only the type beside such a value shows that: plain
values are left as they are, and checked against the form when they are written. A type that is given stays beside its
value, since kintone ignores it there, and a check by the form tells by it what was read and not made up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kintone.field_types import FIELD_TYPES, PSEUDO_FIELDS, FieldType, holds_files, is_table
from kintone.messages import Message
from kintone.texts import previews
from tools.flat_records import exact, is_field, is_row

MAX_CODES_SHOWN = 20
READ_BACK = "contentType"
"""A property of attachments that kintone returns; an uploaded file has a key alone.

https://cybozu.dev/ja/kintone/docs/overview/field-types
"""


def known_type(content: object) -> FieldType | None:
    """Return the type that stands beside a value; None if there is none, or kintone does not have it."""
    name = content.get("type") if is_field(content) else None
    return FIELD_TYPES.get(name) if isinstance(name, str) else None


def value_of(content: object) -> object:
    """Return the value of ``{"value": …}``, or the value itself."""
    return content["value"] if is_field(content) else content


def holds_rows(content: object) -> bool:
    """Tell whether a field certainly is a table: by its type, or by rows of kintone's shape."""
    if (kind := known_type(content)) is not None:
        return is_table(kind.name)
    value = value_of(content)
    return isinstance(value, list) and bool(value) and all(map(is_row, value))


@dataclass(slots=True)
class WritableValues:
    """Brings fields into the shape of a write, and notes the codes of those that it leaves out."""

    set_by_kintone: dict[str, None] = field(default_factory=dict)
    attachments: dict[str, None] = field(default_factory=dict)

    def cells(self, fields: Mapping[str, object], table: str = "") -> dict[str, object]:
        """Return the fields of a record, or of a row of ``table``, that can be written."""
        return {code: self._cell(code, content) for code, content in self._written(fields, table)}

    def notes(self) -> list[Message]:
        """Return a line for each reason for which fields were left out."""
        lines = []
        if self.set_by_kintone:
            lines.append(
                Message(
                    "Left out, since only kintone sets them: {codes}.",
                    codes=previews(list(self.set_by_kintone), MAX_CODES_SHOWN),
                )
            )
        if self.attachments:
            lines.append(
                Message(
                    "Left out, since the files of a saved record cannot be attached by their keys: {codes}. A record "
                    "that is updated keeps its files; to copy files, download and upload them.",
                    codes=previews(list(self.attachments), MAX_CODES_SHOWN),
                )
            )
        return lines

    def _written(self, fields: Mapping[str, object], table: str) -> Iterator[tuple[str, object]]:
        for code, content in fields.items():
            kind = known_type(content)
            place = f"{table}.{code}" if table else code
            if code in PSEUDO_FIELDS or (kind is not None and not kind.on_update):
                self.set_by_kintone[place] = None
            elif _holds_saved_files(content, kind):
                self.attachments[place] = None
            else:
                yield code, content

    def _cell(self, code: str, content: object) -> dict[str, object]:
        value = value_of(content)
        written = self._rows(code, value) if holds_rows(content) and isinstance(value, list) else exact(value)
        name = content.get("type") if is_field(content) else None
        return {"value": written} if name is None else {"type": name, "value": written}

    def _rows(self, table: str, rows: list[object]) -> list[object]:
        return [self._row(table, row) for row in rows]

    def _row(self, table: str, row: object) -> object:
        if isinstance(row, Mapping) and isinstance(row.get("value"), Mapping):
            return {**row, "value": self.cells(row["value"], table)}
        return exact(row)


def _holds_saved_files(content: object, kind: FieldType | None) -> bool:
    """Tell whether a field holds attachments as they are read, which may be none; uploaded files have keys alone."""
    value = value_of(content)
    files = value if isinstance(value, list) else []
    if kind is None:
        return any(isinstance(file, Mapping) and "fileKey" in file and READ_BACK in file for file in files)
    return holds_files(kind.name) and not (files and all(_is_uploaded(file) for file in files))


def _is_uploaded(file: object) -> bool:
    return not isinstance(file, Mapping) or READ_BACK not in file
