"""The sample plugin's provider."""

from typing import Any

from dify_plugin import ToolProvider
from dify_plugin.errors.tool import ToolProviderCredentialValidationError


class SampleProvider(ToolProvider):  # type: ignore[misc] # the SDK ships no types
    """Accepts one password."""

    def _validate_credentials(self, credentials: dict[str, Any]) -> None:
        if credentials.get("password") != "open sesame":
            raise ToolProviderCredentialValidationError("the password is wrong")
