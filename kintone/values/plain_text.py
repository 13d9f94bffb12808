"""What no text of kintone can hold."""

import re

from kintone.messages import Message
from kintone.problems import ProblemCode, UnusableValueError

_BROKEN = re.compile("[\x00\ud800-\udfff]")


def require_sound(text: str) -> None:
    """Refuse NUL and halves of characters; neither survives the way to kintone."""
    if text.isascii() and "\x00" not in text:
        return
    broken = _BROKEN.search(text)
    if broken:
        place = broken.start() + 1
        if broken.group() == "\x00":
            complaint = Message("the text holds a NUL character at position {place}", place=place)
        else:
            complaint = Message(
                "the text holds half of a character (a lone surrogate) at position {place}", place=place
            )
        raise UnusableValueError(ProblemCode.BAD_FORMAT, complaint, Message("remove that character"))
