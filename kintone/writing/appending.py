"""The plan of append: what is sent for an entry so that saved rows and attachments stay; nothing is read or sent here.

kintone replaces a table or an attachment field by what an update brings, and deletes saved rows and files that it
leaves out; https://cybozu.dev/ja/kintone/docs/rest-api/records/update-records. A row that is sent by its id alone is
kept as it is: nothing in it is written, so no lookup is fetched anew and no option or user is checked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from kintone.errors import RevisionConflictError
from kintone.field_types.table import Shape
from kintone.forms.field_definitions import FieldDefinition, Form
from kintone.messages import Message
from kintone.values.excerpts import printable
from kintone.writing.entries import Entry, refuse
from kintone.writing.entry_parts import kind
from kintone.writing.saved_records import Saved
from kintone.writing.transactions import Planned


class ListMode(Enum):
    """What happens to rows and attachments that an updated record already has."""

    REPLACE = "replace"
    APPEND = "append"


@dataclass(frozen=True, slots=True)
class Appending:
    """Which fields are appended to: tables, attachments or both, as the app's form knows them."""

    form: Form | None = None
    tables: bool = False
    files: bool = False

    def lists(self, entry: Entry) -> dict[str, Sequence[object]]:
        """Return what an entry brings for the fields that are appended to, empty lists included.

        There are none in an entry that is inserted anyway. Raises ``InvalidParameterError`` for what is no list.
        """
        if self.form is None or (entry.update_key is None and entry.id is None):
            return {}
        found: dict[str, Sequence[object]] = {}
        for code, wrapper in entry.record.items():
            definition = self.form.fields.get(code)
            if definition is not None and self._is_appended_to(definition):
                found[code] = _listed(entry, code, wrapper)
        return found

    def concerns(self, entry: Entry) -> bool:
        """Tell whether the entry appends something, so that its record has to be read."""
        return any(self.lists(entry).values())

    def without_empty_lists(self, entry: Entry) -> Entry:
        """Return the entry without the fields for which it brings nothing: appending nothing leaves them alone."""
        empty = {code for code, given in self.lists(entry).items() if not given}
        return (
            entry.with_record({code: value for code, value in entry.record.items() if code not in empty})
            if empty
            else entry
        )

    def refuse_unusable_keys(self, entries: Sequence[Entry]) -> None:
        """Raise ``InvalidParameterError`` for update keys by which kintone would find no record, or several."""
        fields = self.form.fields if self.form is not None else {}
        unusable: dict[str, int] = {}
        for entry in entries:
            key = entry.update_key
            definition = fields.get(key.field) if key else None
            if key and not (definition and definition.usable_as_update_key) and self.concerns(entry):
                unusable.setdefault(key.field, entry.position)
        refuse(
            [
                Message(
                    "entry {position}: {field} cannot be the update key: only a text (one line) or number field that "
                    "prohibits duplicate values can",
                    position=position,
                    field=printable(field),
                )
                for field, position in unusable.items()
            ]
        )

    def insertion(self, entry: Entry) -> Planned:
        """Return the plan for an entry whose key no record has: an insert, which is refused if somebody was first."""
        if entry.update_key is None:
            return Planned(entry.record)
        field, value = entry.update_key
        return Planned({**entry.record, field: {"value": value}})

    def merge(self, entry: Entry, saved: Saved) -> Planned:
        """Return the plan for an entry whose record is there: what is saved, with the entry's own behind it.

        A given row with the id of a saved one changes that one, its given columns only. Raises
        ``RevisionConflictError`` where the entry insists on another revision than that of the record.
        """
        if entry.revision not in (None, saved.revision):
            raise RevisionConflictError(
                Message(
                    "entry {position} is meant for revision {wanted} of record {record}, which is at revision {found}",
                    position=entry.position,
                    wanted=entry.revision,
                    record=saved.id,
                    found=saved.revision,
                ),
                code="GAIA_CO02",
                remedy=Message(
                    "read the record again, decide which values are to stay, and send it with the new revision or "
                    "without one"
                ),
            )
        record = dict(self.without_empty_lists(entry).record)
        given_rows: dict[str, Mapping[int, int]] = {}
        fields = self.form.fields if self.form is not None else {}
        for code, given in self.lists(entry).items():
            if not given:
                continue
            if fields[code].is_table:
                rows, given_rows[code] = self._rows(fields[code], saved.rows(code), given)
                record[code] = {"value": rows}
            else:
                record[code] = {"value": appended_files(saved.files(code), given)}
        return Planned(record, saved.id, saved.revision, given_rows)

    def _is_appended_to(self, definition: FieldDefinition) -> bool:
        return (self.tables and definition.is_table) or (self.files and definition.kind.shape is Shape.FILES)

    def _rows(
        self, table: FieldDefinition, saved: Sequence[Mapping[str, object]], given: Sequence[object]
    ) -> tuple[list[object], dict[int, int]]:
        """Return the rows to send, the saved ones first, and where among them the given ones stand."""
        ids = {str(row["id"]) for row in saved}
        changes: dict[str, list[tuple[int, Mapping[str, object]]]] = {}
        new: list[tuple[int, object]] = []
        for number, row in enumerate(given):
            row_id = str(row.get("id")) if isinstance(row, Mapping) else ""
            if isinstance(row, Mapping) and row_id in ids:
                changes.setdefault(row_id, []).append((number, row))
            else:
                new.append((number, row))
        rows: list[object] = []
        places: dict[int, int] = {}
        for row in saved:
            row_id = str(row["id"])
            if row_id not in changes:
                rows.append({"id": row_id})
            for number, change in changes.get(row_id, ()):
                places[len(rows)] = number
                rows.append(self._changed(table, row, change))
        for number, added in new:
            places[len(rows)] = number
            rows.append(added)
        return rows, places

    def _changed(
        self, table: FieldDefinition, saved: Mapping[str, object], change: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Return a saved row with the given columns, attachments behind those that are in it."""
        cells, before = change.get("value"), saved.get("value")
        if not (self.files and isinstance(cells, Mapping) and isinstance(before, Mapping)):
            return change
        written = dict(cells)
        for code, cell in cells.items():
            column = table.columns.get(code)
            if column is None or column.kind.shape is not Shape.FILES:
                continue
            given = cell.get("value") if isinstance(cell, Mapping) else None
            kept = before[code].get("value") if isinstance(before.get(code), Mapping) else None
            if not given:
                del written[code]
            elif isinstance(given, list | tuple) and isinstance(kept, list):
                written[code] = {"value": appended_files(kept, given)}
        return {**change, "value": written}


def appended_files(saved: Sequence[object], given: Sequence[object]) -> list[object]:
    """Return the keys of the saved files, then the given files that are not among them."""
    kept: list[object] = [{"fileKey": file["fileKey"]} for file in saved if isinstance(file, Mapping)]
    keys = [file["fileKey"] for file in saved if isinstance(file, Mapping)]
    return [*kept, *(file for file in given if not (isinstance(file, Mapping) and file.get("fileKey") in keys))]


def _listed(entry: Entry, code: str, wrapper: object) -> Sequence[object]:
    value = wrapper.get("value") if isinstance(wrapper, Mapping) else wrapper
    if value is None or value == "":
        return []
    if not isinstance(wrapper, Mapping) or not isinstance(value, list | tuple):
        # Sent as it is, it would take the place of what is saved.
        refuse(
            [
                Message(
                    "entry {position}: {code} is {kind}; a list is needed to append to it",
                    position=entry.position,
                    code=printable(code),
                    kind=kind(value),
                )
            ]
        )
        return []
    return value
