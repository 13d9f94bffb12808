"""Calls the tool that changes statuses in this process, on an app with a workflow."""

from typing import Any

from kintone.errors import KintoneError
from tests.process_samples import action, person, state
from tests.unit.in_process import InProcess
from tests.unit.tool_runs import run_tool
from tools.base import Result
from tools.kintone_update_status import UpdateStatus

# Working: one of two is chosen. Review: all of two must act. Second: one of two acts. Done: nobody in particular.
PROCESS: dict[str, Any] = {
    "states": {
        "New": state("ONE"),
        "Working": state("ONE", person("Administrator"), person("sato"), person("managers", "GROUP")),
        "Review": state("ALL", person("suzuki"), person("Administrator")),
        "Second": state("ANY", person("suzuki"), person("Administrator")),
        "Done": state("ONE"),
    },
    "actions": [
        action("着手する", "New", "Working"),
        action("Ask all", "New", "Review"),
        action("Skip", "New", "Second"),
        action("Finish", "Working", "Done", "price >= 1000"),
        action("Approve", "Review", "Second"),
        action("Approve", "Second", "Done"),
        action("Send back", "Second", "Working"),
    ],
}
FORM: dict[str, dict[str, Any]] = {"code": {"type": "SINGLE_LINE_TEXT"}, "price": {"type": "NUMBER"}}


def with_workflow(site: InProcess, records: int = 3) -> InProcess:
    """Set the workflow of the app and add records."""
    site.kintone.set_process(site.app, PROCESS)
    site.kintone.add_records(site.app, [{} for _ in range(records)])
    return site


def act(site: InProcess, **parameters: object) -> Result:
    """Carry out an action."""
    return run_tool(site, UpdateStatus, parameters)


def refused(site: InProcess, **parameters: object) -> KintoneError:
    """Carry out an action that fails, and return the error."""
    try:
        act(site, **parameters)
    except KintoneError as error:
        return error
    raise AssertionError("nothing was refused")


def text(result: Result) -> str:
    """Return the text of a result."""
    return "\n".join(map(str, result.lines))


def statuses(site: InProcess) -> list[str]:
    """Return the status of each record, by ID."""
    return [record["ステータス"]["value"] for record in site.kintone.records(site.app)]


def results_of(result: Result) -> list[dict[str, str]]:
    """Return the variable with the records and their statuses."""
    found = result.variables["results"]
    assert isinstance(found, list)
    return found


def sent(site: InProcess) -> list[dict[str, Any]]:
    """Return the rows of the only change of statuses."""
    (asked,) = [asked for asked in site.asked if asked.call == "PUT records/status"]
    rows: list[dict[str, Any]] = asked.parameters["records"]
    return rows
