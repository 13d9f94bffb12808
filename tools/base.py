"""What all tools share: reading parameters, opening the client, sending results, raising failures.

Tool files import this module, never the class: Dify's loader counts every ``Tool`` subclass that a tool's module can
see and refuses the plugin when there is more than one.
"""

import os
from abc import abstractmethod
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from typing import Any, ClassVar

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage
from dify_plugin.errors.model import InvokeBadRequestError

from kintone.access.redaction import Redactor
from kintone.access.settings import OperatorSettings
from kintone.client import KintoneClient
from kintone.errors import InvalidParameterError, KintoneError
from kintone.ledger import WriteLedger
from tools.access import read_access, read_app, refuse_misplaced_secrets
from tools.declarations import Declaration, declaration_of
from tools.failures import failure_line, redactor_of
from tools.parameters import Parameters
from tools.results import PreparedMessage, Result, Sent, Streaming

__all__ = ["Call", "KintoneTool", "Result", "Streaming", "nothing_is_saved"]


class Call:
    """One call of a tool: its parameters, and the client and app that they and the credential name."""

    def __init__(self, credentials: Mapping[str, Any], parameters: Parameters, redactor: Redactor) -> None:
        """Keep them; nothing is read or opened before it is asked for. ``redactor`` knows the secrets of this call."""
        self.parameters = parameters
        self.redactor = redactor
        self._credentials = credentials

    @cached_property
    def settings(self) -> OperatorSettings:
        """What the operator set."""
        return OperatorSettings.from_environment(os.environ)

    @cached_property
    def request_timeout(self) -> float:
        """Seconds for one HTTP request."""
        return self.parameters.number("request_timeout")

    @cached_property
    def app(self) -> int:
        """The app that is asked."""
        return read_app(self._credentials, self.parameters)

    @cached_property
    def client(self) -> KintoneClient:
        """The client, opened when it is first asked for."""
        timeout = self.request_timeout
        access = read_access(self._credentials, self.parameters, self.settings)
        return KintoneClient(access, self.settings, request_timeout=timeout)

    def close(self) -> None:
        """Close the client if it was opened."""
        if "client" in self.__dict__:
            self.client.close()


@contextmanager
def nothing_is_saved() -> Iterator[None]:
    """Have a failure before the first write say that nothing is saved, unless it knows more itself."""
    try:
        yield
    except InvalidParameterError:
        raise
    except KintoneError as error:
        raise (error if error.ledger else error.copy_with(ledger=WriteLedger(1, numbered=False))) from None


class KintoneTool(Tool):
    """A tool that asks kintone; subclasses say which YAML declares them and implement ``run``."""

    tool_name: ClassVar[str]

    @classmethod
    def declaration(cls) -> Declaration:
        """Return what the tool's YAML says; read once, when the tool is first called."""
        return declaration_of(cls.tool_name)

    @classmethod
    def _convert_parameters(cls, tool_parameters: dict[str, Any]) -> dict[str, Any]:
        """Leave files as Dify sends them: the SDK's own conversion fails in many ways, and outside of ``_invoke``."""
        return tool_parameters

    @abstractmethod
    def run(self, call: Call) -> Result | Streaming:
        """Do the work and return the result, or yield messages while it goes on and return the rest; raise failures."""

    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        """Run the tool; whatever fails leaves as one clean line that Dify passes on, its cause cut off."""
        credentials = self.runtime.credentials
        redactor = redactor_of(credentials, tool_parameters)
        call = Call(credentials, Parameters(tool_parameters, self.declaration().parameters), redactor)
        try:
            self.declaration().refuse_unknown(tool_parameters)
            call.parameters.refuse_long_texts()
            refuse_misplaced_secrets(tool_parameters, redactor)
            result = yield from self._result_of(self.run(call))
            for message in result.messages(redactor):
                yield from self._written(message)
        except Exception as error:  # noqa: BLE001 - its text may hold anything
            raise InvokeBadRequestError(failure_line(error, type(self).__name__, redactor)) from None
        finally:
            call.close()

    def _result_of(self, running: Result | Streaming) -> Generator[ToolInvokeMessage, None, Result]:
        """Send what a tool yields while it runs and return its result."""
        if isinstance(running, Result):
            return running
        # Closed before the client is, when Dify stops listening half-way.
        with closing(running):
            while True:
                try:
                    message = next(running)
                except StopIteration as end:
                    result: Result = end.value
                    return result
                yield from self._written(message)

    def _written(self, message: Sent) -> Sequence[ToolInvokeMessage]:
        """Write what is prepared; return what the SDK has to write."""
        if not isinstance(message, PreparedMessage):
            return (message,)
        return () if message.write_to(self.session) else (message.plain(),)
