"""What can go wrong between Dify and a plugin, and what people and models read of it."""

import json

PASSED_ON = frozenset(
    {
        "InvokeAuthorizationError",
        "InvokeBadRequestError",
        "InvokeConnectionError",
        "InvokeRateLimitError",
        "InvokeServerUnavailableError",
        "CredentialsValidateFailedError",
    }
)
"""Names of the exception classes whose bare message Dify shows (`core/plugin/impl/base.py`, by name alone)."""

SOME_PLUGIN = "currently running plugin"
"""What Dify calls a plugin whose name is not at hand."""

_AGENT_PREFIX = "tool invoke error: "
_REQUEST = "req_id: 0123456789"


class HostViolation(Exception):  # noqa: N818 - it names what the plugin did, not an error of the host
    """The plugin broke a rule of Dify: its output would have been lost, or its process killed."""


class PluginStopped(Exception):  # noqa: N818 - likewise
    """The plugin process ended although it was still needed; the text holds the last lines of its stderr."""


class PluginTimedOut(Exception):  # noqa: N818 - likewise
    """The plugin gave no final answer in time."""


class ParametersRefused(Exception):  # noqa: N818 - likewise
    """Dify's own reading of the parameters failed, and the plugin was not asked.

    Attributes:
        message: Dify's sentence, for the most part that of Python's `int`.
    """

    def __init__(self, message: str) -> None:
        """Keep the sentence."""
        super().__init__(message)
        self.message = message

    @property
    def workflow_view(self) -> str:
        """What the failed node of a workflow shows, and a fail branch gets as `error_message`."""
        return self.message

    @property
    def agent_view(self) -> str:
        """What an agent's model reads."""
        return f"{_AGENT_PREFIX}{self.message}"


class PluginFailure(Exception):  # noqa: N818 - likewise
    """The plugin raised: what reaches Dify's retry and fail branch.

    Attributes:
        error_type: Name of the exception class inside the plugin.
        message: `str()` of that exception.
        traceback: The formatted traceback that the SDK sends along; empty where there is none.
        plugin: What Dify calls the plugin where it tells people to contact its author.
    """

    def __init__(self, error_type: str, message: str, traceback: str = "", plugin: str = SOME_PLUGIN) -> None:
        """Keep the three parts of the plugin's error frame, and whose it is."""
        super().__init__(f"{error_type}: {message}")
        self.error_type = error_type
        self.message = message
        self.traceback = traceback
        self.plugin = plugin

    @property
    def code(self) -> str:
        """The code in brackets that the message begins with; empty where there is none."""
        begin, bracket, _ = self.message.partition("]")
        return begin[1:] if bracket and begin.startswith("[") else ""

    @property
    def workflow_view(self) -> str:
        """What the failed node of a workflow shows, and a fail branch gets as `error_message`."""
        if self.error_type in PASSED_ON:
            return self.message
        return (
            f"An error occurred in the {self.plugin}, please contact the author of {self.plugin} for help, "
            f"error type: {self.error_type}, error details: {self.message}"
        )

    @property
    def agent_view(self) -> str:
        """What an agent's model reads: in an agent app by `ToolEngine`, in an Agent node by the official strategies.

        Both take hold of every exception, an InvokeAuthorizationError too, which only outside of a tool's call becomes
        Dify's own sentence about a wrong key.
        """
        return f"{_AGENT_PREFIX}{self.credential_view}"

    @property
    def credential_view(self) -> str:
        """What the dialog shows in which a credential is saved (HTTP 400)."""
        if self.error_type in PASSED_ON:
            return self.message
        told = {"args": {"traceback": self.traceback}, "error_type": self.error_type, "message": self.message}
        # `PluginInvokeError.__str__` (`core/plugin/impl/exc.py`), around the error as the daemon wrote it.
        return f"{_REQUEST} PluginInvokeError: {json.dumps(told, ensure_ascii=False, separators=(',', ':'))}"
