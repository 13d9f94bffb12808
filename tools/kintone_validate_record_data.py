"""Checking a record against the app's form; never writes."""

from kintone.forms.field_definitions import WriteMode
from kintone.records import CheckedRecord, check_record
from tools import base, record_check
from tools.messages import json_message, text_message, variable_message
from tools.record_input import read_record_data


class ValidateRecordData(base.KintoneTool):
    """Tells what kintone would refuse, drop or misread, and returns the record as it should be sent."""

    own_parameters = ("record_data", "operation")

    def run(self, call: base.Call) -> base.Messages:
        """Check one record; an invalid one is a result, not a failure."""
        raw = read_record_data(call.parameters)
        operation: WriteMode = (
            "update" if call.parameters.choice("operation", ("add", "update"), "add") == "update" else "add"
        )
        validation = record_check.checked(
            call,
            lambda form: check_record(raw, form, operation),
            record_check.GIVE_PERMISSION,
        )
        errors = [problem.as_dict() for problem in validation.problems]
        changes = [str(change.text) for change in validation.changes]
        yield text_message(_text(validation, call.app, operation))
        yield json_message(
            {"valid": validation.valid, "errors": errors, "record_data": validation.record, "changes": changes}
        )
        yield variable_message("valid", validation.valid)
        yield variable_message("errors", errors)
        yield variable_message("record_data", validation.record)


def _text(validation: CheckedRecord, app: int, operation: str) -> str:
    verb = "added to" if operation == "add" else "used to update a record of"
    count = len(validation.problems) + validation.unlisted_problems
    lines = [
        f"The record can be {verb} app {app}."
        if validation.valid
        else f"The record cannot be {verb} app {app} ({count}):"
    ]
    lines += [f"- {line}" for line in validation.lines]
    if validation.changes:
        lines += ["Values written as kintone takes them:"]
        lines += record_check.change_lines(validation.changes, validation.unlisted_changes)
    return "\n".join(lines) + "\n"
