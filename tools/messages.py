"""Messages to Dify, none of them longer than one line of Dify's protocol may be.

Dify's daemon reads the plugin's output line by line and kills the whole plugin at a line over 5,242,880 bytes, with
every other call in it; the SDK splits files only. So each message is measured before it is sent.
"""

from collections.abc import Mapping, Sequence

from dify_plugin.entities.tool import ToolInvokeMessage
from pydantic_core import to_json

from kintone.errors import ResultTooLargeError
from kintone.messages import NOTHING, Message

LARGEST_MESSAGE = 4_000_000
"""Bytes of JSON in one message; the frame around it takes a few hundred more."""


def size_of(value: object) -> int:
    """Return the bytes a value takes in a frame: compact JSON in UTF-8, as the SDK writes it."""
    return len(to_json(value))


def text_message(text: str) -> ToolInvokeMessage:
    """Return a message for people and models; raises ``ResultTooLargeError``."""
    refuse_oversize(size_of(text), Message("the text"))
    return ToolInvokeMessage(
        type=ToolInvokeMessage.MessageType.TEXT,
        message=ToolInvokeMessage.TextMessage(text=text),
    )


def json_message(
    content: Mapping[str, object], *, size: int | None = None, remedy: Message = NOTHING
) -> ToolInvokeMessage:
    """Return a message that ends up in the node's ``json`` list; raises ``ResultTooLargeError`` with the remedy.

    ``size`` are the bytes of the content where they are known already.
    """
    refuse_oversize(size_of(content) if size is None else size, Message("the JSON"), remedy)
    return ToolInvokeMessage(
        type=ToolInvokeMessage.MessageType.JSON,
        message=ToolInvokeMessage.JsonMessage(json_object=content),
    )


def variable_message(
    name: str,
    value: Mapping[str, object] | Sequence[object] | str | float | None,
    *,
    size: int | None = None,
    remedy: Message = NOTHING,
) -> ToolInvokeMessage:
    """Return a message that sets a result variable; raises ``ResultTooLargeError`` with the remedy.

    ``size`` are the bytes of the value where they are known already.
    """
    refuse_oversize(size_of(value) if size is None else size, Message("the variable {name}", name=name), remedy)
    return ToolInvokeMessage(
        type=ToolInvokeMessage.MessageType.VARIABLE,
        message=ToolInvokeMessage.VariableMessage(variable_name=name, variable_value=value),
    )


def refuse_oversize(size: int, what: Message, remedy: Message = NOTHING) -> None:
    """Raise ``ResultTooLargeError`` for more bytes than one message may have."""
    if size > LARGEST_MESSAGE:
        raise ResultTooLargeError(
            Message(
                "{what} would have {size:,} bytes, and one message to Dify holds {largest:,}",
                what=what,
                size=size,
                largest=LARGEST_MESSAGE,
            ),
            remedy=remedy,
        )
