"""The tool ``kintone_validate_record_data``."""

from collections.abc import Mapping, Sequence

from kintone.forms.fields import Form, WriteMode
from kintone.messages import Joined, Message
from kintone.records import CheckedRecord, check_record
from kintone.records.unchecked import replaced_lists, unchecked_values
from tools import base, record_checks
from tools.record_inputs import read_record_data
from tools.results import Result

OPENINGS: Mapping[tuple[WriteMode, bool], Message] = {
    ("add", True): Message("As far as the form of app {app} tells, the record can be added.", app=""),
    ("add", False): Message("The record cannot be added to app {app} ({count}):", app="", count=""),
    ("update", True): Message(
        "As far as the form of app {app} tells, the record can be used to update a record.", app=""
    ),
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
        warnings = [record_checks.other_app(forms[-1], [raw])] if validation.problems else []
        warnings = [*filter(None, warnings), *unchecked_values(validation.record, forms[-1])]
        warnings += replaced_lists(validation.record, forms[-1]) if operation == "update" else []
        content = {**variables, "changes": changes, "warnings": [str(warning) for warning in warnings]}
        return Result(_lines(validation, call.app, operation, warnings), content, variables)


def _lines(validation: CheckedRecord, app: int, operation: WriteMode, warnings: Sequence[Message]) -> list[Message]:
    """Return the lines; what was not checked stands in the first one of a record that seems to be valid."""
    count = len(validation.problems) + validation.unlisted_problems
    opening = OPENINGS[operation, validation.valid].copy_with(app=app, count=count)
    problems = [Message("- {problem}", problem=line) for line in validation.lines]
    lines = [*problems, *record_checks.change_lines(validation.changes, validation.unlisted_changes)]
    return [Joined([opening, *warnings], " "), *lines] if validation.valid else [opening, *lines, *warnings]
