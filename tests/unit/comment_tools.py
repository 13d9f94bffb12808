"""Calls the tools for comments in this process."""

from typing import Any

from dify_plugin.entities.tool import ToolRuntime

from kintone.access.redaction import Redactor
from kintone.access.settings import OperatorSettings
from tests.unit.in_process import InProcess
from tools.base import Call, KintoneTool
from tools.kintone_add_record_comment import AddRecordComment
from tools.kintone_get_record_comments import GetRecordComments
from tools.parameters import Parameters
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
    call = Call({"kintone_app_id": str(site.app)}, Parameters(parameters, tool.declaration().parameters), Redactor([]))
    call.__dict__["client"] = site.client
    call.__dict__["settings"] = OperatorSettings()
    result = tool(runtime=ToolRuntime(credentials={}, user_id=None, session_id=None), session=None).run(call)
    assert isinstance(result, Result)
    return result
