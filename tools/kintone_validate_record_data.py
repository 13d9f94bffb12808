"""The tool ``kintone_validate_record_data``."""

from collections.abc import Mapping
from typing import Any

from kintone.forms.fields import Form, WriteMode
from kintone.forms.near_matches import listed
from kintone.messages import Message
from kintone.records import CheckedRecord, check_record
from kintone.texts import printable
from tools import base, record_checks
from tools.record_inputs import read_record_data
from tools.results import Result

OPENINGS: Mapping[tuple[WriteMode, bool], Message] = {
    ("add", True): Message("The record can be added to app {app}.", app=""),
    ("add", False): Message("The record cannot be added to app {app} ({count}):", app="", count=""),
    ("update", True): Message("The record can be used to update a record of app {app}.", app=""),
    ("update", False): Message(
        "The record cannot be used to update a record of app {app} ({count}):", app="", count=""
    ),
}


class ValidateRecordData(base.KintoneTool):
    """Reports what kintone would refuse, drop or misread, and returns the record in kintone's shape; writes nothing."""

    tool_name = "kintone_validate_record_data"

    def run(self, call: base.Call) -> Result:
        """Check one record; an invalid one is a result, not a failure."""
        raw = read_record_data(call.parameters)
        operation: WriteMode = "update" if call.parameters.choice("operation") == "update" else "add"
        forms: list[Form] = []

        def check(form: Form) -> CheckedRecord:
            forms.append(form)
            return check_record(raw, form, operation)

        validation = record_checks.check_by_form(call, check, record_checks.GIVE_PERMISSION)
        errors = [problem.as_dict() for problem in validation.problems]
        changes = [str(change.text) for change in validation.changes]
        variables = {"valid": validation.valid, "errors": errors, "record_data": validation.record}
        lines = [*_lines(validation, call.app, operation), *_unknown_types(validation.record, forms[-1])]
        return Result(lines, {**variables, "changes": changes}, variables)


def _lines(validation: CheckedRecord, app: int, operation: WriteMode) -> list[Message]:
    count = len(validation.problems) + validation.unlisted_problems
    opening = OPENINGS[operation, validation.valid].copy_with(app=app, count=count)
    problems = [Message("- {problem}", problem=line) for line in validation.lines]
    return [opening, *problems, *record_checks.change_lines(validation.changes, validation.unlisted_changes)]


def _unknown_types(record: Mapping[str, Any], form: Form) -> list[Message]:
    """Return a line about the fields and columns of the record whose types are not known here."""
    rows = [row["value"] for code, field in record.items() if _is_table(form, code) for row in field["value"] or ()]
    codes = dict.fromkeys(code for fields in (record, *rows) for code in fields)
    found = [field for field in map(form.find, codes) if field is not None and not field.type.is_known]
    if not found:
        return []
    named = [Message("{code} ({type})", code=printable(field.code), type=printable(field.type.name)) for field in found]
    return [
        Message(
            "Not checked, since their types are not known here, and neither is whether they can be written: {fields}.",
            fields=listed(named),
        )
    ]


def _is_table(form: Form, code: str) -> bool:
    field = form.find(code)
    return field is not None and field.is_table
