"""Requests to a plugin in the format of Dify's daemon."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_USER = "00000000-0000-4000-8000-000000000001"


@dataclass(frozen=True, slots=True)
class Call:
    """One request without its session: the `data` of the stdio protocol."""

    data: dict[str, Any]

    def line(self, session_id: str) -> bytes:
        """Return the request as one line, without the line end."""
        request = {"session_id": session_id, "event": "request", "data": self.data}
        return json.dumps(request, ensure_ascii=False).encode()


def validation(provider: str, credentials: Mapping[str, Any]) -> Call:
    """Return the request that Dify sends when a credential is saved."""
    data = {"type": "tool", "action": "validate_tool_credentials", "user_id": _USER, "provider": provider}
    return Call({**data, "credentials": dict(credentials)})


def invocation(provider: str, tool: str, parameters: Mapping[str, Any], credentials: Mapping[str, Any]) -> Call:
    """Return the request that Dify sends when a tool runs; the parameters are not changed."""
    data = {"type": "tool", "action": "invoke_tool", "user_id": _USER, "provider": provider, "tool": tool}
    values = {"credentials": dict(credentials), "credential_type": "api-key", "tool_parameters": dict(parameters)}
    return Call({**data, **values})
