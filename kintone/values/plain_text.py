"""What no text of kintone can hold."""

import re

from kintone.validation.problems import ProblemCode, UnusableValueError

_BROKEN = re.compile("[\x00\ud800-\udfff]")


def require_sound(text: str) -> None:
    """Refuse NUL and halves of characters; neither survives the way to kintone."""
    if text.isascii() and "\x00" not in text:
        return
    broken = _BROKEN.search(text)
    if broken:
        what = "a NUL character" if broken.group() == "\x00" else "half of a character (a lone surrogate)"
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT,
            f"the text holds {what} at position {broken.start() + 1}",
            "remove that character",
        )
