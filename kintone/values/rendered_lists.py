"""Lists that arrive as text, because a template rendered them: JSON, or what Python's ``str`` makes of a list."""

import re

from kintone.messages import Message
from kintone.problems import ProblemCode, UnusableValueError
from kintone.values.excerpts import excerpt
from kintone.values.json_text import UnreadableTextError, read_json
from kintone.values.nesting import DEEPEST, depth_of_json, depth_of_python
from kintone.values.python_literals import read_python_literal

LONGEST_TEXT = 1_000_000
"""Characters of one value; ours."""
_BRACKETED = re.compile(r"\s*(?:\[.*\]|\{.*\})\s*", re.DOTALL)
_NOTATIONS = ((depth_of_json, read_json), (depth_of_python, read_python_literal))


def read_rendered(text: str) -> object:
    """Return the list or object that a text shows, or the text itself where it shows neither; every digit is kept.

    Raises ``UnusableValueError`` for a text in brackets that cannot be read.
    """
    if not _BRACKETED.fullmatch(text):
        return text
    if len(text) <= LONGEST_TEXT:
        for depth, read in _NOTATIONS:
            if depth(text) > DEEPEST:
                continue
            try:
                return read(text.strip())
            except UnreadableTextError:
                continue
    raise UnusableValueError(
        ProblemCode.BAD_FORMAT,
        Message("{value} looks like a list but cannot be read as one", value=excerpt(text)),
        Message("send the list itself, not its text"),
    )
