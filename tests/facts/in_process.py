"""The plugin's tools in this process, talking to a local kintone without sockets: fast enough for thousands of calls.

The tools are classes as Dify finds them, by the provider's YAML, and called through the SDK's tool_class classes.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
import yaml
from dify_plugin import Tool
from dify_plugin.core.runtime import Session
from dify_plugin.entities.tool import ToolInvokeMessage, ToolRuntime
from urllib3 import HTTPResponse

from local_kintone import LocalKintone

ROOT = Path(__file__).resolve().parent.parent.parent
DOMAIN = "facts.cybozu.com"


@dataclass(frozen=True, slots=True)
class Answer:
    """The output of a tool: the values of its variables, and its JSON messages."""

    variables: Mapping[str, Any]
    json: list[Any]


class ToolFailedError(Exception):
    """A tool raised; the text is the message that a user reads."""


@contextmanager
def answered_by(kintone: LocalKintone) -> Iterator[None]:
    """Let a local kintone answer every request made through the library `requests`."""

    def send(
        adapter: requests.adapters.HTTPAdapter, request: requests.PreparedRequest, *_: object, **__: object
    ) -> requests.Response:
        address = urlsplit(str(request.url))
        assert address.hostname == DOMAIN, f"a request went to {address.hostname}"
        body = request.body or b""
        sent = body.encode() if isinstance(body, str) else body
        target = f"{address.path}?{address.query}" if address.query else address.path
        answer = kintone.exchange(str(request.method), target, dict(request.headers), sent)
        headers = {**answer.headers, "Content-Type": answer.content_type, "Content-Length": str(len(answer.body))}
        raw = HTTPResponse(io.BytesIO(answer.body), headers=headers, status=answer.status, preload_content=False)
        return adapter.build_response(request, raw)

    with patch.object(requests.adapters.HTTPAdapter, "send", send):
        yield


def call(tool: str, parameters: Mapping[str, Any], *, app: int, token: str) -> Answer:
    """Run a tool as the SDK does and return its output.

    Raises:
        ToolFailedError: the tool raised.
    """
    credentials = {"kintone_domain": DOMAIN, "kintone_app_id": str(app), "kintone_api_token": token, "language": "en"}
    runtime = ToolRuntime(credentials=credentials, user_id="somebody", session_id="a session")
    try:
        messages = list(_tool(tool)(runtime=runtime, session=_session()).invoke(dict(parameters)))
    except Exception as error:
        raise ToolFailedError(str(error)) from error
    return Answer(dict(_variables(messages)), [_json(message) for message in messages if _kind(message) == "json"])


@cache
def _session() -> Session:
    return Session.empty_session()


@cache
def _tool(name: str) -> Any:  # noqa: ANN401 - the SDK's classes have no types
    declared = yaml.safe_load((ROOT / "tools" / f"{name}.yaml").read_text(encoding="utf-8"))
    module = import_module(declared["extra"]["python"]["source"].removesuffix(".py").replace("/", "."))
    classes = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Tool)]
    (tool_class,) = [each for each in classes if each.__module__ == module.__name__]
    return tool_class


def _kind(message: ToolInvokeMessage) -> str:
    return str(message.type.value)


def _json(message: ToolInvokeMessage) -> Any:  # noqa: ANN401 - JSON
    return message.message.json_object


def _variables(messages: list[ToolInvokeMessage]) -> Iterator[tuple[str, Any]]:
    for message in messages:
        if _kind(message) == "variable":
            yield message.message.variable_name, message.message.variable_value
