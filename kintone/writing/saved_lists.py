"""Rows and attachments as kintone gives them out, turned into what it takes back, with new ones behind them."""

from collections.abc import Mapping, Sequence

COMPUTED = ("CALC",)
PEOPLE = ("USER_SELECT", "ORGANIZATION_SELECT", "GROUP_SELECT")


def appended_rows(saved: Sequence[object], given: Sequence[object]) -> list[object]:
    """Return all saved rows, complete and in place, then the new ones; a given row with a saved id changes that row.

    Rows are sent complete because a column left out of a row may be emptied.
    """
    own = {str(row["id"]): row for row in given if isinstance(row, Mapping) and row.get("id") is not None}
    rows: list[object] = []
    known = set()
    for row in saved:
        if not isinstance(row, Mapping):
            continue
        row_id = str(row.get("id"))
        known.add(row_id)
        rows.append({"id": row_id, "value": {**_cells(row), **_given_cells(own.get(row_id, {}))}})
    new = [row for row in given if not (isinstance(row, Mapping) and str(row.get("id")) in known)]
    return rows + new


def appended_files(saved: Sequence[object], given: Sequence[object]) -> list[object]:
    """Return the keys of the saved files, then the given ones that are not among them."""
    kept = _file_keys(saved)
    return [*kept, *(file for file in _file_keys(given) if file not in kept)]


def _cells(row: Mapping[str, object]) -> dict[str, object]:
    cells = row.get("value")
    if not isinstance(cells, Mapping):
        return {}
    written: dict[str, object] = {}
    for code, cell in cells.items():
        kind = cell.get("type") if isinstance(cell, Mapping) else None
        value = cell.get("value") if isinstance(cell, Mapping) else None
        # An empty radio button cannot be written; leaving it out of a row with an id keeps it.
        if kind not in COMPUTED and not (kind == "RADIO_BUTTON" and not value):
            written[code] = {"value": _writable(kind, value)}
    return written


def _given_cells(row: Mapping[str, object]) -> Mapping[str, object]:
    cells = row.get("value")
    return cells if isinstance(cells, Mapping) else {}


def _writable(kind: object, value: object) -> object:
    if kind == "FILE" and isinstance(value, list):
        return _file_keys(value)
    if kind in PEOPLE and isinstance(value, list):
        return [{"code": person.get("code")} for person in value if isinstance(person, Mapping)]
    return value


def _file_keys(files: Sequence[object]) -> list[object]:
    return [{"fileKey": file["fileKey"]} for file in files if isinstance(file, Mapping) and "fileKey" in file]
