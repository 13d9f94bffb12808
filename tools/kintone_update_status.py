"""The tool ``kintone_update_status``."""

from kintone.errors import InvalidParameterError
from kintone.problems import UnusableValueError
from kintone.records.values import codes_in
from kintone.statuses.changing import change_status
from kintone.statuses.situation import StatusChange
from kintone.texts import preview
from tools import base
from tools.parameters import Parameters
from tools.record_choice import NOT_GIVEN
from tools.record_ids import read_record_ids
from tools.record_inputs import shown_value
from tools.results import Result
from tools.status_texts import status_lines


class UpdateStatus(base.KintoneTool):
    """Carries out an action of process management on records."""

    tool_name = "kintone_update_status"

    def run(self, call: base.Call) -> Result:
        """Carry out the action, and tell which status each record has now."""
        with base.nothing_saved_yet():
            action = _action(call.parameters)
            assignee = _assignee(call.parameters)
            ids = read_record_ids(call, call.parameters.raw("record_ids"))
            change = StatusChange(call.app, [str(each) for each in ids], action, assignee)
            outcome = change_status(call.client, change, lambda: call.client.forms.read(call.app, once=True))
        lines = status_lines(change, outcome, call.client.record_url)
        variables = {"results": outcome.results()}
        return Result(lines, variables, variables)


def _action(parameters: Parameters) -> str:
    action = parameters.text("action")
    if not action:
        raise InvalidParameterError(
            "action is missing; write the name of an action of the app's process management, which is the button that "
            "the record shows in kintone"
        )
    return action


def _assignee(parameters: Parameters) -> str:
    """Return the login name; ``Name (login name)`` and ``{"code": …}`` mean it too."""
    value = parameters.raw("assignee")
    if value is None or (isinstance(value, str) and value.strip().lower() in NOT_GIVEN):
        return ""
    try:
        codes = codes_in(value)
    except UnusableValueError as error:
        raise InvalidParameterError("assignee must be one login name, not {given}", given=shown_value(value)) from error
    if len(codes) > 1:
        raise InvalidParameterError("assignee takes one login name, not {given}", given=preview(value))
    return codes[0] if codes else ""
