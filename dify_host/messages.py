"""One message of a tool, and what an agent's model reads of it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dify_host.blobs import DEFAULT_TYPE, extension_of

_IMAGE_SENT = (
    "image has been created and sent to user already, you do not need to create it, just tell the user to check it now."
)
_SILENT = frozenset({"variable", "log", "retriever_resources"})


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a tool; the chunks of a file count as one message of type `blob`.

    Attributes:
        type: `text`, `json`, `variable`, `blob`, `link`, `image`, `log`, ….
        content: The message itself, for instance `{"text": …}`; empty for a blob and for JSON that was not kept.
        meta: The message's meta keys.
        size: Bytes of its line; for a blob the bytes of the file.
    """

    type: str
    content: dict[str, Any]
    meta: dict[str, Any]
    size: int


def read_in_agent_app(messages: Iterable[Message]) -> str:
    """Return the observation that an agent app makes of a tool's messages (`ToolEngine`, `core/tools/tool_engine.py`).

    Everything is joined without a separator: texts and files in their order, then the JSON messages that carry no
    `suppress_output` and are not word for word among the texts.
    """
    parts, json_parts = [], []
    for message in messages:
        if message.type != "json":
            parts.append(_plain(message, "{}"))
        elif message.content.get("suppress_output") is not True:
            json_parts.append(_json_of(message))
    return "".join([*parts, *(part for part in json_parts if part not in parts)])


def read_in_agent_node(messages: Iterable[Message]) -> str:
    """Return the observation that the official strategies of the Agent node make (`cot_agent`, function_calling).

    Everything is joined in its order; they know no `suppress_output`.
    """
    return "".join(
        f"tool response: {_json_of(message)}."
        if message.type == "json"
        else _plain(message, "tool response: TextMessage({}).")
        for message in messages
    )


def _json_of(message: Message) -> str:
    return json.dumps(message.content.get("json_object"), ensure_ascii=False)


def _plain(message: Message, frame_of_other: str) -> str:
    if message.type == "text":
        return str(message.content.get("text"))
    if message.type == "link":
        return f"result link: {message.content.get('text')}. please tell user to check it."
    if message.type in {"image", "image_link"} or (message.type == "blob" and "image" in _mime_type(message)):
        return _IMAGE_SENT
    if message.type in _SILENT:
        return ""
    # Dify has stored the file by then; what is left of it is a message with the address, of which the repr is shown.
    address = f"/files/tools/00000000-0000-4000-8000-000000000001{extension_of(_mime_type(message))}"
    return frame_of_other.format(f"text={address!r}")


def _mime_type(message: Message) -> str:
    return str(message.meta.get("mime_type") or DEFAULT_TYPE)
