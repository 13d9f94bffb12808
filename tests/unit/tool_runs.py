"""Runs a tool in this process on the app of a local kintone, without the SDK's session."""

from collections.abc import Mapping

from dify_plugin.entities.tool import ToolRuntime

from kintone.access.redaction import Redactor
from kintone.access.settings import OperatorSettings
from tests.unit.in_process import InProcess
from tools.base import Call, KintoneTool
from tools.parameters import Parameters
from tools.results import Result


def call_of(
    site: InProcess,
    tool: type[KintoneTool],
    parameters: Mapping[str, object],
    settings: OperatorSettings | None = None,
) -> Call:
    """Return a call of a tool, whose client is that of the site."""
    call = Call({"kintone_app_id": str(site.app)}, Parameters(parameters, tool.declaration().parameters), Redactor([]))
    call.__dict__["client"] = site.client
    call.__dict__["settings"] = settings or OperatorSettings()
    return call


def new_tool[Tool: KintoneTool](tool: type[Tool]) -> Tool:
    """Make a tool as the SDK does."""
    return tool(runtime=ToolRuntime(credentials={}, user_id=None, session_id=None), session=None)


def run_tool(site: InProcess, tool: type[KintoneTool], parameters: Mapping[str, object]) -> Result:
    """Run a tool and return its result."""
    result = new_tool(tool).run(call_of(site, tool, parameters))
    assert isinstance(result, Result)
    return result
