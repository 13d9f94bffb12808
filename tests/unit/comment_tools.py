"""Calls the tools for comments in this process."""

from typing import Any

from tests.unit.in_process import InProcess
from tests.unit.tool_runs import run_tool
from tools.base import KintoneTool
from tools.kintone_add_record_comment import AddRecordComment
from tools.kintone_get_record_comments import GetRecordComments
from tools.results import Result


def added(site: InProcess, **parameters: object) -> Result:
    """Add a comment."""
    return _run(AddRecordComment, site, parameters)


def comments(site: InProcess, **parameters: object) -> Result:
    """Read comments."""
    return _run(GetRecordComments, site, parameters)


def text(result: Result) -> str:
    """Return the text of a result."""
    return "\n".join(map(str, result.lines))


def listed(result: Result) -> list[dict[str, Any]]:
    """Return the comments of a result."""
    found = result.variables["comments"]
    assert isinstance(found, list)
    return found


def _run(tool: type[KintoneTool], site: InProcess, parameters: dict[str, object]) -> Result:
    return run_tool(site, tool, parameters)
