"""What is different in a local kintone after calls: records added, changed and deleted, and comments."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from local_kintone import LocalKintone

KEPT_BY_KINTONE = frozenset(
    ["RECORD_NUMBER", "__ID__", "__REVISION__", "CREATED_TIME", "UPDATED_TIME", "CREATOR", "MODIFIER"]
)

COMMENTS = "comments"
MANY = 100

type Snapshot = dict[tuple[int, str], dict[str, Any]]


def snapshot(kintone: LocalKintone) -> Snapshot:
    """Return every record by app and id: plain values by field code, and the texts of its comments."""
    return {
        (app, record["$id"]["value"]): {
            **_plain_fields(record),
            COMMENTS: [comment["text"].strip() for comment in kintone.comments(app, int(record["$id"]["value"]))],
        }
        for app in kintone.apps
        for record in kintone.records(app)
    }


def _plain_fields(record: Mapping[str, Any]) -> dict[str, Any]:
    return {code: _plain(cell) for code, cell in record.items() if cell["type"] not in KEPT_BY_KINTONE}


def _plain(cell: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any shape of a value
    value = cell["value"]
    if cell["type"] == "SUBTABLE":
        return [{"id": row["id"], **_plain_fields(row["value"])} for row in value]
    if cell["type"] == "FILE":
        return [file["name"] for file in value]
    if isinstance(value, list):
        return [each["code"] if isinstance(each, Mapping) else each for each in value]
    return "" if value is None else value


def changes(before: Snapshot, after: Snapshot) -> list[dict[str, Any]]:
    """Return one entry for each record that differs, by app and id.

    An entry has ``app``, ``record`` and one of ``deleted`` (true), ``added`` (its values that are not empty),
    ``changed`` (the new values by field code) and ``commented`` (new comments). Rows of tables that were there before
    have their ``id``. More than a hundred added records of an app are one entry with their number as ``added``.
    """
    places = sorted(before.keys() | after.keys(), key=lambda place: (place[0], int(place[1])))
    found = [(place, _difference(before.get(place), after.get(place))) for place in places]
    listed = [{"app": app, "record": record, **difference} for (app, record), difference in found if difference]
    added = Counter(each["app"] for each in listed if "added" in each)
    many = {app: count for app, count in added.items() if count > MANY}
    few = [each for each in listed if not ("added" in each and each["app"] in many)]
    return [*few, *({"app": app, "added": count} for app, count in many.items())]


def _difference(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, Any]:
    if after is None:
        return {"deleted": True}
    known = {row["id"] for rows in (before or {}).values() for row in _rows(rows)}
    new = {code: _without_new_ids(value, known) for code, value in after.items()}
    if before is None:
        return {"added": {code: value for code, value in new.items() if value not in ("", [])}}
    changed = {code: value for code, value in new.items() if value != before[code] and code != COMMENTS}
    comments = new[COMMENTS][len(before[COMMENTS]) :]
    return ({"changed": changed} if changed else {}) | ({"commented": comments} if comments else {})


def _rows(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any plain value
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _without_new_ids(value: Any, known: set[str]) -> Any:  # noqa: ANN401 - any plain value
    if not _rows(value):
        return value
    return [{code: cell for code, cell in row.items() if code != "id" or cell in known} for row in value]
