"""Text as people type it: full-width signs made narrow, and what no text of kintone can hold refused."""

import re

from kintone.problems import ProblemCode, UnusableValueError

_FIRST_WIDE, _LAST_WIDE, _WIDE_DISTANCE = 0xFF01, 0xFF5E, 0xFEE0
_NARROW = {code: code - _WIDE_DISTANCE for code in range(_FIRST_WIDE, _LAST_WIDE + 1)} | {
    0x3000: " ",  # ideographic space
    0x2212: "-",  # minus sign, which Japanese keyboards give for a full-width hyphen
}
_BROKEN = re.compile("[\x00\ud800-\udfff]")


def narrow(text: str) -> str:
    """Return a text with full-width letters, digits and signs as their ASCII twins, and no blanks around it.

    Only those: a compatibility normalisation would also turn ``5²`` into ``52``.
    """
    return text.strip().translate(_NARROW).strip()


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
