"""What can go wrong between Dify and a plugin."""


class HostViolation(Exception):  # noqa: N818 - it names what the plugin did, not an error of the host
    """The plugin broke a rule of Dify: its output would have been lost, or its process killed."""


class PluginStopped(Exception):  # noqa: N818 - likewise
    """The plugin process ended although it was still needed; the text holds the last lines of its stderr."""


class PluginTimedOut(Exception):  # noqa: N818 - likewise
    """The plugin gave no final answer in time."""


class PluginFailure(Exception):  # noqa: N818 - likewise
    """The plugin raised: what reaches Dify's retry and fail branch.

    Attributes:
        error_type: Name of the exception class inside the plugin.
        message: `str()` of that exception.
        traceback: The formatted traceback that the SDK sends along; empty where there is none.
    """

    def __init__(self, error_type: str, message: str, traceback: str = "") -> None:
        """Keep the three parts of the plugin's error frame."""
        super().__init__(f"{error_type}: {message}")
        self.error_type = error_type
        self.message = message
        self.traceback = traceback

    @property
    def code(self) -> str:
        """The code in brackets that the message begins with; empty where there is none."""
        begin, bracket, _ = self.message.partition("]")
        return begin[1:] if bracket and begin.startswith("[") else ""
