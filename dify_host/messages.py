"""Messages of a tool, and the text that an agent's model gets for them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dify_host.blobs import DEFAULT_TYPE, extension_of

_IMAGE_SENT = (
    "image has been created and sent to user already, you do not need to create it, just tell the user to check it now."
)
_HIDDEN = frozenset({"variable", "log", "retriever_resources"})


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a tool; the chunks of a file become one message of type `blob`.

    Attributes:
        type: `text`, `json`, `variable`, `blob`, `link`, `image`, `log`, ….
        content: The content, for instance `{"text": …}`; empty for a blob and for JSON that was not stored.
        meta: The metadata.
        size: Bytes of its line; for a blob the bytes of the file.
    """

    type: str
    content: dict[str, Any]
    meta: dict[str, Any]
    size: int


def agent_app_observation(messages: Iterable[Message]) -> str:
    """Return an agent app's observation for a tool's messages (`ToolEngine`, `core/tools/tool_engine.py`).

    All parts are joined without a separator: texts and files in their order, then the JSON messages that have no
    `suppress_output` and do not equal one of the texts.
    """
    parts, json_parts = [], []
    for message in messages:
        if message.type != "json":
            parts.append(_text_part(message, "{}"))
        elif message.content.get("suppress_output") is not True:
            json_parts.append(_json_of(message))
    return "".join([*parts, *(part for part in json_parts if part not in parts)])


def agent_node_observation(messages: Iterable[Message]) -> str:
    """Return the observation of the Agent node's official strategies (`cot_agent`, function_calling).

    All messages are joined in their order; `suppress_output` has no effect.
    """
    return "".join(
        f"tool response: {_json_of(message)}."
        if message.type == "json"
        else _text_part(message, "tool response: TextMessage({}).")
        for message in messages
    )


def _json_of(message: Message) -> str:
    return json.dumps(message.content.get("json_object"), ensure_ascii=False)


def _text_part(message: Message, template: str) -> str:
    if message.type == "text":
        return str(message.content.get("text"))
    if message.type == "link":
        return f"result link: {message.content.get('text')}. please tell user to check it."
    if message.type in {"image", "image_link"} or (message.type == "blob" and "image" in _mime_type(message)):
        return _IMAGE_SENT
    if message.type in _HIDDEN:
        return ""
    # Dify has already stored the file and replaced the blob by a message with its address; the repr is shown.
    address = f"/files/tools/00000000-0000-4000-8000-000000000001{extension_of(_mime_type(message))}"
    return template.format(f"text={address!r}")


def _mime_type(message: Message) -> str:
    return str(message.meta.get("mime_type") or DEFAULT_TYPE)
