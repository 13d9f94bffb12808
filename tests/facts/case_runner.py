"""Sends the value of a case with each tool and setting, and compares the result with the permitted outcomes."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from local_kintone import LocalKintone, Write
from tests.facts.case_types import ABSENT, SAVED_FILE, SAVED_ROW, UNCHANGED, UPLOADED, Case, Form, Outcome, Value
from tests.facts.in_process import ToolFailedError, call
from tests.facts.short_form import matches, short_form
from tests.facts.system_field_cases import SOURCE

KEY, NOTE = "unique_key", "note"
ALL_PERMISSIONS = ("view", "add", "edit")
# Codes of kintone's refusals, and of the plugin's for invalid input.
REFUSAL = re.compile(r"\[(INVALID_INPUT|NOT_FOUND|CB_\w+|GAIA_\w+|GA_\w+)\] ")
# Types of fields that every update changes and a client cannot predict.
UPDATED_TYPES = {"MODIFIER", "UPDATED_TIME", "__REVISION__"}
# Numbers that kintone assigns.
NUMBERED_CODES = {"$id", "$revision"}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to write a record.

    Attributes:
        tool: the tool that is called.
        inserting: whether a record is added, or one that has values is updated by its key.
        checked: `validate_before_write`.
        as_text: whether the record is sent as JSON text, or as an object that Dify has decoded.
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

    def fits(self, case: Case) -> bool:
        """Return whether a case may be sent this way."""
        return case.sent == "both" or (case.sent == "text") == self.as_text


ADD, UPSERT = "kintone_add_record", "kintone_upsert_records"
WAYS = [
    Way(ADD, inserting=True, checked=True, as_text=False),
    Way(ADD, inserting=True, checked=False, as_text=True),
    Way(UPSERT, inserting=True, checked=True, as_text=True),
    Way(UPSERT, inserting=True, checked=False, as_text=False),
    Way(UPSERT, inserting=False, checked=True, as_text=False),
    Way(UPSERT, inserting=False, checked=False, as_text=True),
]
# For cases that can only be sent as text, or only as an object.
OTHER_WAYS = [Way(way.tool, way.inserting, way.checked, not way.as_text) for way in WAYS]
COLUMN_WAYS = [WAYS[1], WAYS[4]]
"""For the cases that are repeated in a table."""


EVERY_WAY = bool(os.environ.get("EVERY_WAY"))
"""Send every case every way; otherwise each is sent two ways, one checked and one not, and a column's case one way."""


def ways_of(case: Case, number: int) -> list[Way]:
    """Return the ways in which a case is sent, given its position among all cases."""
    if case.sent != "both":
        return [way for way in WAYS + OTHER_WAYS if way.fits(case)]
    in_table = case.form.name.endswith(" in a table")
    if EVERY_WAY:
        return COLUMN_WAYS if in_table else WAYS
    half = len(WAYS) // 2
    return [COLUMN_WAYS[number % 2]] if in_table else [WAYS[number % half], WAYS[number % half + half]]


class CaseRunner:
    """Runs value cases on one local kintone, with an app for each form."""

    def __init__(self, kintone: LocalKintone) -> None:
        """Create the app that lookups copy from; the others are created on first use."""
        self._kintone = kintone
        self._apps: dict[str, tuple[int, str]] = {}
        self._numbers = count(1)
        customers: dict[str, Any] = {
            "customer": {"type": "SINGLE_LINE_TEXT", "unique": True},
            "company": {"type": "SINGLE_LINE_TEXT"},
        }
        self._source = kintone.create_app("Customers", customers)
        kintone.add_records(self._source, [{"customer": "C-1"}, {"customer": "C-2", "company": "Two"}])

    def mistakes(self, case: Case, number: int) -> Iterator[str]:
        """Send a case, given its position among all cases; yield a line for each result that is not permitted."""
        for way in ways_of(case, number):
            if mistake := self._mistake(case, way):
                yield f"{way}: {case.value!r:.200} {mistake}"

    def _mistake(self, case: Case, way: Way) -> str:
        expected = case.expected(checked=way.checked, inserting=way.inserting)
        # An app for each way, so that unique values do not collide.
        app, token = self.app(case.form, f" {way}" if case.form.properties.get("unique") else "")
        key = f"k{next(self._numbers)}"
        needs_saved = not way.inserting or SAVED_FILE in repr(case.value) or SAVED_ROW in repr(case.value)
        saved = self._saved(case.form, app, key) if needs_saved else {}
        record = {NOTE: "new"}
        if case.value is not ABSENT:
            record[case.form.code] = self._filled_in(case.value, saved)
        self._kintone.reset()
        try:
            call(way.tool, _parameters(way, record, key), app=app, token=token)
        except ToolFailedError as failure:
            return _check_failure(str(failure), expected, self._kintone.writes)
        return self._check_success(case, way, expected, self._kintone.writes)

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
        """Add the record that is updated later; return it as it is stored."""
        values = {} if form.before is None else {form.code: self._filled_in(form.before, {}, app)}
        (number,) = self._kintone.add_records(app, [{KEY: key, NOTE: "old", **values}])
        (record,) = self._kintone.records(app, f"$id = {number}")
        return record

    def _filled_in(self, value: Value, saved: Mapping[str, Any], app: int = 0) -> Value:
        """Replace the placeholders by a new upload, the saved file and the saved row."""
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

    def _check_success(self, case: Case, way: Way, expected: Outcome, writes: list[Write]) -> str:
        if len(writes) != 1 or writes[0].after is None or (writes[0].before is None) != way.inserting:
            return f"succeeded with {len(writes)} writes: {[(write.action, write.after) for write in writes]}"
        before, after = writes[0].before, writes[0].after
        code = case.form.code
        if other_changes := _other_changes(before, after, {code, *case.form.others} - {NOTE}):
            return f"changed other fields: {other_changes}"
        found = short_form(after[code]) if code in after else None
        earlier = short_form(before[code]) if before and code in before else None
        kept = earlier if SAVED_ROW in repr(case.value) else None
        for value in expected.stored:
            if value is UNCHANGED and code in NUMBERED_CODES:
                return ""
            if value is UNCHANGED:
                if before is None or found == earlier or code.startswith("$"):
                    return self._compare_with_default(case.form, after) if before is None else ""
            elif matches(value, found, kept):
                return _row_kept(case, before, after) if kept else ""
        return f"became {found!r:.300}, {_expectation(expected)}"

    def _compare_with_default(self, form: Form, after: Mapping[str, Any]) -> str:
        """Compare a field of a new record with the value that kintone fills in."""
        if form.code not in after or form.code.startswith("$") or form.kind == "RECORD_NUMBER":
            return ""
        app, token = self.app(form)
        body = json.dumps({"app": app, "record": {}}).encode()
        headers = {"User-Agent": "facts", "X-Cybozu-API-Token": token, "Content-Type": "application/json"}
        assert self._kintone.exchange("POST", "/k/v1/record.json", headers, body).status == 200
        fresh = short_form(self._kintone.records(app)[-1][form.code])
        found = short_form(after[form.code])
        return "" if found == fresh else f"became {found!r}, not {fresh!r}"


def _parameters(way: Way, record: dict[str, Value], key: str) -> dict[str, Value]:
    if way.tool == ADD:
        name, data = "record_data", record
    else:
        entry: dict[str, Value] = {"record": record}
        if not way.inserting:
            entry["updateKey"] = {"field": KEY, "value": key}
        name, data = "records_data", {"records": [entry]}
    return {name: json.dumps(data) if way.as_text else data, "validate_before_write": way.checked}


def _check_failure(line: str, expected: Outcome, writes: list[Write]) -> str:
    if writes:
        return f"failed, but wrote {[write.after for write in writes]}: {line:.200}"
    if not expected.may_refuse:
        return f"was refused, {_expectation(expected)}: {line:.300}"
    return "" if REFUSAL.match(line) else f"failed in another way than by a refusal: {line:.300}"


def _other_changes(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], allowed: set[str]
) -> dict[str, tuple[Value, Value]]:
    """Return the fields that changed without being sent, each with its values before and after."""
    assert after[NOTE]["value"] == "new", "the note beside the value is not stored"
    others = {
        code: cell for code, cell in after.items() if code not in allowed | {NOTE} and cell["type"] not in UPDATED_TYPES
    }
    if before is None:
        texts = {code: cell for code, cell in others.items() if cell["type"] == "SINGLE_LINE_TEXT"}
        return {code: ("", cell["value"]) for code, cell in texts.items() if cell["value"]}
    return {
        code: (before[code]["value"], cell["value"]) for code, cell in others.items() if cell != before.get(code, cell)
    }


def _row_kept(case: Case, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    if before is None:
        return ""
    code = case.form.code
    ids = [[each["id"] for each in record[code]["value"]] for record in (before, after)]
    return "" if ids[0] == ids[1] else f"has row ids {ids[1]}, not {ids[0]}"


def _tables(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (cell for cell in record.values() if cell["type"] == "SUBTABLE")


def _expectation(expected: Outcome) -> str:
    shown = " or ".join(f"{value!r:.200}" for value in expected.stored)
    if not expected.stored:
        return "must be refused"
    return f"may become {shown}" + (", or be refused" if expected.may_refuse else "")
