"""Failures between Dify and a plugin, and how Dify shows them to people and models."""

import json

BARE_MESSAGE_ERRORS = frozenset(
    {
        "InvokeAuthorizationError",
        "InvokeBadRequestError",
        "InvokeConnectionError",
        "InvokeRateLimitError",
        "InvokeServerUnavailableError",
        "CredentialsValidateFailedError",
    }
)
"""Names of the exception classes whose message Dify shows without additions (`core/plugin/impl/base.py`)."""

UNNAMED_PLUGIN = "currently running plugin"
"""Dify's text for a plugin whose name is unknown."""

_AGENT_PREFIX = "tool invoke error: "
_REQUEST = "req_id: 0123456789"


class HostViolation(Exception):  # noqa: N818 - the plugin's fault, not an error of the host
    """The plugin broke a rule of Dify: Dify would lose its output or kill its process."""


class PluginStopped(Exception):  # noqa: N818 - as above
    """The plugin process ended unexpectedly; the message contains the last lines of its stderr."""


class PluginTimedOut(Exception):  # noqa: N818 - as above
    """The plugin sent no final frame in time."""


class ParametersRefused(Exception):  # noqa: N818 - as above
    """Dify's own cast of the parameters failed; the plugin got no request.

    Attributes:
        message: Dify's message, in most cases that of Python's `int`.
    """

    def __init__(self, message: str) -> None:
        """Take Dify's message."""
        super().__init__(message)
        self.message = message

    @property
    def workflow_view(self) -> str:
        """What the failed node of a workflow shows, and a fail branch gets as `error_message`."""
        return self.message

    @property
    def agent_view(self) -> str:
        """The text for an agent's model."""
        return f"{_AGENT_PREFIX}{self.message}"


class PluginFailure(Exception):  # noqa: N818 - as above
    """The plugin raised an exception, which triggers Dify's retry and fail branch.

    Attributes:
        error_type: Name of the exception class inside the plugin.
        message: `str()` of that exception.
        traceback: The formatted traceback that the SDK sends; empty if there is none.
        plugin: Dify's name of the plugin in its request to contact the author.
    """

    def __init__(self, error_type: str, message: str, traceback: str = "", plugin: str = UNNAMED_PLUGIN) -> None:
        """Take the three parts of the plugin's error frame and the plugin's name."""
        super().__init__(f"{error_type}: {message}")
        self.error_type = error_type
        self.message = message
        self.traceback = traceback
        self.plugin = plugin

    @property
    def code(self) -> str:
        """The code in brackets at the start of the message; empty if there is none."""
        begin, bracket, _ = self.message.partition("]")
        return begin[1:] if bracket and begin.startswith("[") else ""

    @property
    def workflow_view(self) -> str:
        """What the failed node of a workflow shows, and a fail branch gets as `error_message`."""
        if self.error_type in BARE_MESSAGE_ERRORS:
            return self.message
        return (
            f"An error occurred in the {self.plugin}, please contact the author of {self.plugin} for help, "
            f"error type: {self.error_type}, error details: {self.message}"
        )

    @property
    def agent_view(self) -> str:
        """The text for an agent's model, by `ToolEngine` in an agent app and by the official strategies in a node.

        Both catch every exception. Dify's own message for an InvokeAuthorizationError appears only outside of tool
        calls.
        """
        return f"{_AGENT_PREFIX}{self.credential_view}"

    @property
    def credential_view(self) -> str:
        """The text in the dialog for saving a credential (HTTP 400)."""
        if self.error_type in BARE_MESSAGE_ERRORS:
            return self.message
        details = {"args": {"traceback": self.traceback}, "error_type": self.error_type, "message": self.message}
        # `PluginInvokeError.__str__` (`core/plugin/impl/exc.py`) with the error JSON of the daemon.
        return f"{_REQUEST} PluginInvokeError: {json.dumps(details, ensure_ascii=False, separators=(',', ':'))}"
