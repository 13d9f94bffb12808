"""Sends a value of the table every way there is, and says what is wrong with what became of it."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from local_kintone import LocalKintone, Write
from tests.facts.in_process import ToolFailedError, call
from tests.facts.kept import agrees, plain
from tests.facts.odd_rows import ABSENT, SAVED_FILE, SAVED_ROW, UNCHANGED, UPLOADED, Form, Outcome, Row, Value
from tests.facts.odd_system import SOURCE

KEY, NOTE = "unique_key", "note"
ALL_PERMISSIONS = ("view", "add", "edit")
# kintone's own refusals, and the plugin's for what the caller brought.
REFUSAL = re.compile(r"\[(INVALID_INPUT|NOT_FOUND|CB_\w+|GAIA_\w+|GA_\w+)\] ")
# What every update changes, and what a client cannot foresee in a new record.
MOVING = {"MODIFIER", "UPDATED_TIME", "__REVISION__"}
# kintone counts them itself.
COUNTED = {"$id", "$revision"}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to write a record.

    Attributes:
        tool: the tool that is called.
        inserting: whether a record is added, or one that has values is updated by its key.
        checked: `validate_before_write`.
        as_text: whether the record travels as JSON text, or as an object that Dify has decoded.
    """

    tool: str
    inserting: bool
    checked: bool
    as_text: bool

    def __str__(self) -> str:
        """Return a name for messages."""
        action = "insert" if self.inserting else "update"
        return (
            f"{self.tool}, {action}, {'' if self.checked else 'not '}checked, as {'text' if self.as_text else 'object'}"
        )

    def fits(self, row: Row) -> bool:
        """Tell whether a row may travel this way."""
        return row.sent == "both" or (row.sent == "text") == self.as_text


ADD, UPSERT = "kintone_add_record", "kintone_upsert_records"
WAYS = [
    Way(ADD, inserting=True, checked=True, as_text=False),
    Way(ADD, inserting=True, checked=False, as_text=True),
    Way(UPSERT, inserting=True, checked=True, as_text=True),
    Way(UPSERT, inserting=True, checked=False, as_text=False),
    Way(UPSERT, inserting=False, checked=True, as_text=False),
    Way(UPSERT, inserting=False, checked=False, as_text=True),
]
# Rows that can only travel as text, or only decoded, go the other half of the ways too.
OTHER_WAYS = [Way(way.tool, way.inserting, way.checked, not way.as_text) for way in WAYS]
WAYS_OF_COLUMNS = [WAYS[1], WAYS[4]]
"""For the rows that are tried once more in a table."""


EVERY_WAY = bool(os.environ.get("EVERY_WAY"))
"""Send every row every way; else each goes two ways in turn, one checked and one not, and a column's one."""


def ways_of(row: Row, number: int) -> list[Way]:
    """Return the ways that a row is sent, the so-many-th of the table."""
    if row.sent != "both":
        return [way for way in WAYS + OTHER_WAYS if way.fits(row)]
    in_table = row.form.name.endswith(" in a table")
    if EVERY_WAY:
        return WAYS_OF_COLUMNS if in_table else WAYS
    half = len(WAYS) // 2
    return [WAYS_OF_COLUMNS[number % 2]] if in_table else [WAYS[number % half], WAYS[number % half + half]]


class Bench:
    """Apps for the forms of the table, one for each form, on one local kintone."""

    def __init__(self, kintone: LocalKintone) -> None:
        """Make the app that lookups copy from; the others are made when they are needed."""
        self._kintone = kintone
        self._apps: dict[str, tuple[int, str]] = {}
        self._numbers = count(1)
        customers: dict[str, Any] = {
            "customer": {"type": "SINGLE_LINE_TEXT", "unique": True},
            "company": {"type": "SINGLE_LINE_TEXT"},
        }
        self._source = kintone.create_app("Customers", customers)
        kintone.add_records(self._source, [{"customer": "C-1"}, {"customer": "C-2", "company": "Two"}])

    def mistakes(self, row: Row, number: int) -> Iterator[str]:
        """Send a row, the so-many-th of the table, and yield a line for each way that went wrong."""
        for way in ways_of(row, number):
            if complaint := self._complaint(row, way):
                yield f"{way}: {row.value!r:.200} {complaint}"

    def _complaint(self, row: Row, way: Way) -> str:
        expected = row.expected(checked=way.checked, inserting=way.inserting)
        # An app for each way, so that unique values of one do not stand in the way of another.
        app, token = self.app(row.form, f" {way}" if row.form.properties.get("unique") else "")
        key = f"k{next(self._numbers)}"
        needs_saved = not way.inserting or SAVED_FILE in repr(row.value) or SAVED_ROW in repr(row.value)
        saved = self._saved(row.form, app, key) if needs_saved else {}
        record = {NOTE: "new"}
        if row.value is not ABSENT:
            record[row.form.code] = self._filled_in(row.value, saved)
        self._kintone.reset()
        try:
            call(way.tool, _parameters(way, record, key), app=app, token=token)
        except ToolFailedError as failure:
            return _judge_failure(str(failure), expected, self._kintone.writes)
        return self._judge_success(row, way, expected, self._kintone.writes)

    def app(self, form: Form, suffix: str = "") -> tuple[int, str]:
        """Return a form's app and a token for it."""
        name = form.name + suffix
        if name not in self._apps:
            own = {form.code: form.properties} if form.properties else {}
            properties: dict[str, Any] = {KEY: {"type": "SINGLE_LINE_TEXT", "unique": True}, **own, **form.others}
            properties[NOTE] = {"type": "SINGLE_LINE_TEXT"}
            known = json.loads(json.dumps(properties).replace(SOURCE, str(self._source)))
            app = self._kintone.create_app(name, known, number_precision=form.precision)
            permissions = (*ALL_PERMISSIONS, "manage") if form.manages else ALL_PERMISSIONS
            tokens = [self._kintone.token(app, *permissions), self._kintone.token(self._source, "view")]
            self._apps[name] = app, ",".join(tokens)
        return self._apps[name]

    def _saved(self, form: Form, app: int, key: str) -> Mapping[str, Any]:
        """Add the record that updates are about; return it as it is stored."""
        values = {} if form.before is None else {form.code: self._filled_in(form.before, {}, app)}
        (number,) = self._kintone.add_records(app, [{KEY: key, NOTE: "old", **values}])
        (record,) = self._kintone.records(app, f"$id = {number}")
        return record

    def _filled_in(self, value: Value, saved: Mapping[str, Any], app: int = 0) -> Value:
        """Put a fresh upload, the saved file and the saved row in the place of their words."""
        shown = repr(value)
        if UPLOADED not in shown and SAVED_FILE not in shown and SAVED_ROW not in shown:
            return value
        files = self._kintone.site.files
        text = json.dumps(value)
        if UPLOADED in text:
            text = text.replace(UPLOADED, files.upload("new.txt", "text/plain", b"new"))
        if SAVED_FILE in text:
            own = re.findall(r"'fileKey': '(\w+)'", repr(saved))
            text = text.replace(SAVED_FILE, own[0] if own else self._attached(app))
        if SAVED_ROW in text:
            text = text.replace(SAVED_ROW, next(_tables(saved))["value"][0]["id"])
        return json.loads(text)

    def _attached(self, app: int) -> str:
        files = self._kintone.site.files
        attached = files.attach(files.upload("before.txt", "text/plain", b"before"), app)
        assert attached is not None
        return attached[0]

    def _judge_success(self, row: Row, way: Way, expected: Outcome, writes: list[Write]) -> str:
        if len(writes) != 1 or writes[0].after is None or (writes[0].before is None) != way.inserting:
            return f"succeeded with {len(writes)} writes: {[(write.action, write.after) for write in writes]}"
        before, after = writes[0].before, writes[0].after
        code = row.form.code
        if strange := _changed_besides(before, after, {code, *row.form.others} - {NOTE}):
            return f"changed other fields: {strange}"
        found = plain(after[code]) if code in after else None
        earlier = plain(before[code]) if before and code in before else None
        kept = earlier if SAVED_ROW in repr(row.value) else None
        for value in expected.stored:
            if value is UNCHANGED and code in COUNTED:
                return ""
            if value is UNCHANGED:
                if before is None or found == earlier or code.startswith("$"):
                    return self._untouched(row.form, after) if before is None else ""
            elif agrees(value, found, kept):
                return _row_kept(row, before, after) if kept else ""
        return f"became {found!r:.300}, {_wanted(expected)}"

    def _untouched(self, form: Form, after: Mapping[str, Any]) -> str:
        """Compare a field of a new record with what kintone fills in by itself."""
        if form.code not in after or form.code.startswith("$") or form.kind == "RECORD_NUMBER":
            return ""
        app, token = self.app(form)
        body = json.dumps({"app": app, "record": {}}).encode()
        headers = {"User-Agent": "facts", "X-Cybozu-API-Token": token, "Content-Type": "application/json"}
        assert self._kintone.exchange("POST", "/k/v1/record.json", headers, body).status == 200
        fresh = plain(self._kintone.records(app)[-1][form.code])
        return "" if plain(after[form.code]) == fresh else f"became {plain(after[form.code])!r}, not {fresh!r}"


def _parameters(way: Way, record: dict[str, Value], key: str) -> dict[str, Value]:
    if way.tool == ADD:
        name, data = "record_data", record
    else:
        entry: dict[str, Value] = {"record": record}
        if not way.inserting:
            entry["updateKey"] = {"field": KEY, "value": key}
        name, data = "records_data", {"records": [entry]}
    return {name: json.dumps(data) if way.as_text else data, "validate_before_write": way.checked}


def _judge_failure(line: str, expected: Outcome, writes: list[Write]) -> str:
    if writes:
        return f"failed, but wrote {[write.after for write in writes]}: {line:.200}"
    if not expected.may_refuse:
        return f"was refused, {_wanted(expected)}: {line:.300}"
    return "" if REFUSAL.match(line) else f"failed in another way than by a refusal: {line:.300}"


def _changed_besides(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], allowed: set[str]
) -> dict[str, tuple[Value, Value]]:
    """Return the fields that changed although nobody gave them, each with its values before and after."""
    assert after[NOTE]["value"] == "new", "the note beside the value is not stored"
    others = {code: cell for code, cell in after.items() if code not in allowed | {NOTE} and cell["type"] not in MOVING}
    if before is None:
        texts = {code: cell for code, cell in others.items() if cell["type"] == "SINGLE_LINE_TEXT"}
        return {code: ("", cell["value"]) for code, cell in texts.items() if cell["value"]}
    return {
        code: (before[code]["value"], cell["value"]) for code, cell in others.items() if cell != before.get(code, cell)
    }


def _row_kept(row: Row, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    if before is None:
        return ""
    code = row.form.code
    ids = [[each["id"] for each in record[code]["value"]] for record in (before, after)]
    return "" if ids[0] == ids[1] else f"has row ids {ids[1]}, not {ids[0]}"


def _tables(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (cell for cell in record.values() if cell["type"] == "SUBTABLE")


def _wanted(expected: Outcome) -> str:
    shown = " or ".join(f"{value!r:.200}" for value in expected.stored)
    if not expected.stored:
        return "must be refused"
    return f"may become {shown}" + (", or be refused" if expected.may_refuse else "")
