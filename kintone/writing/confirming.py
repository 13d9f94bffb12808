"""Finding out what became of a write whose answer was lost, by what the records show now; nothing is sent here.

That can be certain for what was written over a revision or inserted under a key: the next revision comes of one write
alone, and a second write of the same is refused.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, auto

from kintone.field_types.table import Shape
from kintone.forms.field_definitions import FieldDefinition, Form
from kintone.values.numbers import number_in
from kintone.writing.answers import SavedRecord
from kintone.writing.entries import holds_file_keys
from kintone.writing.saved_records import Saved
from kintone.writing.transactions import Item

FIRST_REVISION = "1"


class Finding(Enum):
    """What the records show of a transaction."""

    SAVED = auto()
    """Every record is as it was sent, by the very next write."""
    NOT_YET = auto()
    """Every record is as it was read: sending the same again writes it once, whatever becomes of the first try."""
    OPEN = auto()
    """Neither, so nobody can tell."""


def can_be_confirmed(items: Sequence[Item]) -> bool:
    """Tell whether reading can show what became of them; file keys cannot be compared, records give out others."""
    return all(item.plan is not None for item in items) and not holds_file_keys([item.entry for item in items])


def finding_of(items: Sequence[Item], saved: Mapping[int, Saved], form: Form) -> Finding:
    """Compare what was sent with what is there."""
    findings = {_finding_of(item, saved.get(item.entry.position), form) for item in items}
    return findings.pop() if len(findings) == 1 else Finding.OPEN


def results_of(items: Sequence[Item], saved: Mapping[int, Saved]) -> list[SavedRecord]:
    """Return the results of a transaction that was found saved, as kintone would have answered them."""
    found = [(item, saved[item.entry.position]) for item in items]
    return [
        {"id": record.id, "revision": record.revision, "operation": "INSERT" if item.inserts_key else "UPDATE"}
        for item, record in found
    ]


def _finding_of(item: Item, saved: Saved | None, form: Form) -> Finding:
    plan = item.plan
    if plan is None:
        return Finding.OPEN
    if plan.id is None:
        if saved is None:
            return Finding.NOT_YET
        is_next = saved.revision == FIRST_REVISION
    else:
        if saved is None or saved.id != plan.id:
            return Finding.OPEN
        if saved.revision == plan.revision:
            return Finding.NOT_YET
        is_next = int(saved.revision) == int(plan.revision or 0) + 1
    return Finding.SAVED if is_next and _shows(form.fields, plan.record, saved.fields) else Finding.OPEN


def _shows(fields: Mapping[str, FieldDefinition], sent: Mapping[str, object], shown: Mapping[str, object]) -> bool:
    return all(_is_as_sent(fields.get(code), wrapper, shown.get(code)) for code, wrapper in sent.items())


def _is_as_sent(definition: FieldDefinition | None, sent: object, shown: object) -> bool:
    if definition is None or definition.computed or definition.copied:
        # kintone ignores what is sent for these.
        return True
    if not isinstance(sent, Mapping) or not isinstance(shown, Mapping):
        return False
    given, found = sent.get("value"), shown.get("value")
    if definition.is_table:
        return _rows_are_as_sent(definition, given, found)
    if definition.kind.shape is Shape.NUMBER:
        return number_in(_text(given)) == number_in(_text(found))
    return _plain(given) == _plain(found)


def _rows_are_as_sent(table: FieldDefinition, given: object, found: object) -> bool:
    if not isinstance(given, list | tuple) or not isinstance(found, list) or len(given) != len(found):
        return False
    for row, shown in zip(given, found, strict=True):
        if not isinstance(row, Mapping) or not isinstance(shown, Mapping):
            return False
        if "id" in row and str(row["id"]) != str(shown.get("id")):
            return False
        cells, shown_cells = row.get("value", {}), shown.get("value")
        if not isinstance(cells, Mapping) or not isinstance(shown_cells, Mapping):
            return False
        if not _shows(table.columns, cells, shown_cells):
            return False
    return True


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _plain(value: object) -> object:
    """Return a value to compare by: people and the like by their codes, all empty values as one."""
    if value in (None, "", [], ()):
        return ""
    if isinstance(value, list | tuple):
        return [part.get("code", part) if isinstance(part, Mapping) else part for part in value]
    return value
