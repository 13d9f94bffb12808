"""The base class of all tools: it reads parameters, opens the client, sends results and raises failures.

Tool files import this module, never the class: Dify's loader counts every ``Tool`` subclass in the namespace of a
tool's module and refuses the plugin if there is more than one.
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
from tools.results import OutgoingMessage, Result, Streaming

__all__ = ["Call", "KintoneTool", "OfflineTool", "Result", "Streaming", "nothing_saved_yet"]


class Call:
    """One call of a tool: its parameters, and the client and app that the parameters and the credential name."""

    def __init__(self, credentials: Mapping[str, Any], parameters: Parameters, redactor: Redactor) -> None:
        """Read and open nothing yet; the properties do that on first use. ``redactor`` masks this call's secrets."""
        self.parameters = parameters
        self.redactor = redactor
        self._credentials = credentials

    @cached_property
    def settings(self) -> OperatorSettings:
        """The operator's settings, from the environment."""
        return OperatorSettings.from_environment(os.environ)

    @cached_property
    def request_timeout(self) -> float:
        """Seconds for one HTTP request."""
        return self.parameters.number("request_timeout")

    @cached_property
    def app(self) -> int:
        """The app ID."""
        return read_app(self._credentials, self.parameters)

    @cached_property
    def client(self) -> KintoneClient:
        """The client, opened on first use."""
        timeout = self.request_timeout
        access = read_access(self._credentials, self.parameters, self.settings)
        return KintoneClient(access, self.settings, request_timeout=timeout)

    def close(self) -> None:
        """Close the client if it was opened."""
        if "client" in self.__dict__:
            self.client.close()


@contextmanager
def nothing_saved_yet() -> Iterator[None]:
    """Add to a failure before the first write that nothing is saved, unless the failure already has a ledger."""
    try:
        yield
    except InvalidParameterError:
        raise
    except KintoneError as error:
        raise (error if error.ledger else error.copy_with(ledger=WriteLedger(1, numbered=False))) from None


class KintoneTool(Tool):
    """A tool; subclasses name the YAML that declares them in ``tool_name`` and implement ``run``."""

    tool_name: ClassVar[str]

    @classmethod
    def declaration(cls) -> Declaration:
        """Return the tool's declaration, read from its YAML on the first call."""
        return declaration_of(cls.tool_name)

    @classmethod
    def _convert_parameters(cls, tool_parameters: dict[str, Any]) -> dict[str, Any]:
        """Keep files as Dify sends them: the SDK's conversion can fail, and it does so outside of ``_invoke``."""
        return tool_parameters

    @abstractmethod
    def run(self, call: Call) -> Result | Streaming:
        """Do the work and return the result, or yield messages during the work and return the rest; raise failures."""

    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        """Run the tool; raise every failure as one redacted line that Dify passes on, without its cause."""
        credentials = self.runtime.credentials
        redactor = redactor_of(credentials, tool_parameters)
        call = Call(credentials, Parameters(tool_parameters, self.declaration().parameters), redactor)
        try:
            self.declaration().refuse_unknown(tool_parameters)
            call.parameters.refuse_long_texts()
            refuse_misplaced_secrets(tool_parameters, redactor)
            result = yield from self._run_to_end(self.run(call))
            for message in result.messages(redactor):
                yield from self._write(message)
        except Exception as error:  # noqa: BLE001 - any exception's text may hold secrets
            raise InvokeBadRequestError(failure_line(error, type(self).__name__, redactor)) from None
        finally:
            call.close()

    def _run_to_end(self, running: Result | Streaming) -> Generator[ToolInvokeMessage, None, Result]:
        """Yield the messages of a running tool and return its result."""
        if isinstance(running, Result):
            return running
        # If Dify stops reading before the end, the generator closes before the client does.
        with closing(running):
            while True:
                try:
                    message = next(running)
                except StopIteration as end:
                    result: Result = end.value
                    return result
                yield from self._write(message)

    def _write(self, message: OutgoingMessage) -> Sequence[ToolInvokeMessage]:
        """Write a prepared message; return the messages that the SDK has to write."""
        if isinstance(message, ToolInvokeMessage):
            return (message,)
        return () if message.write_to(self.session) else (message.plain(),)


class OfflineTool(KintoneTool):
    """A tool that asks kintone nothing: its YAML declares no shared parameter, and it works without a credential.

    ``scripts/shared_parameters.yaml`` lists these tools. A secret of the credential is masked in their results too.
    """

    @abstractmethod
    def answer(self, parameters: Parameters) -> Result:
        """Do the work from the tool's own parameters alone and return the result; raise failures."""

    def run(self, call: Call) -> Result:
        """Answer; client, app and credential of the call are out of reach."""
        return self.answer(call.parameters)
