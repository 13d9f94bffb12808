"""What all tools share: reading parameters, opening the client, raising failures.

Tool files import this module, never the class: Dify's loader counts every ``Tool`` subclass that a tool's module can
see and refuses the plugin when there is more than one.
"""

import logging
import os
import traceback
from abc import abstractmethod
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cached_property
from typing import Any, ClassVar

from dify_plugin import Tool
from dify_plugin.entities.tool import ToolInvokeMessage

from kintone.access.redaction import Redactor, truncate
from kintone.access.settings import OperatorSettings
from kintone.client import KintoneClient
from kintone.errors import InvalidParameterError, KintoneError, unexpected
from kintone.ledger import WriteLedger
from tools.access import NETWORK_PARAMETERS, read_access, read_app
from tools.parameters import Parameters
from tools.prepared_message import PreparedMessage

logger = logging.getLogger(__name__)

type Messages = Generator[ToolInvokeMessage, None, None]

LONGEST_TRACEBACK = 4_000
LONGEST_TIMEOUT = 300.0


class Call:
    """One call of a tool: its parameters, and the client and app that they and the credential name."""

    def __init__(self, credentials: Mapping[str, Any], parameters: Parameters) -> None:
        """Keep both; nothing is read or opened before it is asked for."""
        self.parameters = parameters
        self._credentials = credentials

    @cached_property
    def settings(self) -> OperatorSettings:
        """What the operator set."""
        return OperatorSettings.from_environment(os.environ)

    @cached_property
    def request_timeout(self) -> float:
        """Seconds for one HTTP request."""
        return self.parameters.number("request_timeout", 30.0, 1.0, LONGEST_TIMEOUT)

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

    def redactor(self) -> Redactor:
        """Return who masks all secrets of this call, also when they could not even be read."""
        raw = (self._credentials.get("kintone_api_token"), self.parameters.raw("kintone_api_token"))
        texts = [text for text in raw if isinstance(text, str)]
        return Redactor([part.strip() for text in texts for part in (text, *text.split(",")) if part.strip()])


@contextmanager
def nothing_is_saved() -> Iterator[None]:
    """Have a failure before the first write say that nothing is saved, unless it knows more itself."""
    try:
        yield
    except InvalidParameterError:
        raise
    except KintoneError as error:
        raise (error if error.ledger else error.but(ledger=WriteLedger(1, numbered=False))) from None


class KintoneTool(Tool):
    """A tool that asks kintone; subclasses name their own parameters and implement ``run``."""

    own_parameters: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def _convert_parameters(cls, tool_parameters: dict[str, Any]) -> dict[str, Any]:
        """Leave files as Dify sends them: the SDK's own conversion fails in many ways, and outside of ``_invoke``."""
        return tool_parameters

    @abstractmethod
    def run(self, call: Call) -> Messages:
        """Do the work and yield the messages; failures are raised."""

    def _invoke(self, tool_parameters: dict[str, Any]) -> Generator[ToolInvokeMessage, None, None]:
        """Run the tool; whatever fails leaves as one clean line, its cause cut off."""
        call = Call(self.runtime.credentials, Parameters(tool_parameters, (*NETWORK_PARAMETERS, *self.own_parameters)))
        try:
            # Closed before the client is, when Dify stops listening half-way.
            with closing(self.run(call)) as messages:
                for message in messages:
                    if not isinstance(message, PreparedMessage) or not message.write_to(self.session):
                        yield message
        except KintoneError as error:
            raise error from None
        except Exception as error:  # noqa: BLE001 - its text may hold anything, so it is logged masked and told by kind
            lines = "".join(traceback.format_tb(error.__traceback__)[-6:])
            logger.error(  # noqa: TRY400 - logging the exception itself would log its unmasked text
                "%s in %s: %s",
                type(error).__name__,
                type(self).__name__,
                truncate(call.redactor().mask(lines), LONGEST_TRACEBACK),
            )
            raise unexpected(type(error).__name__) from None
        finally:
            call.close()
