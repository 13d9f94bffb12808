"""Lists that arrive as text, because a template rendered them: JSON, or what Python's ``str`` makes of a list."""

import ast
import json
import re

from kintone.messages import Message
from kintone.problems import ProblemCode, UnusableValueError
from kintone.values.excerpts import excerpt

LONGEST_TEXT = 1_000_000
"""Characters; ours, since a Python literal takes some hundred times its length of memory."""
DEEPEST = 32
"""Brackets within each other; Python's own parser fails far above."""
_BRACKETED = re.compile(r"\s*(?:\[.*\]|\{.*\})\s*", re.DOTALL)


def read_rendered(text: str) -> object:
    """Return the list or object that a text shows, or the text itself where it shows neither.

    Raises ``UnusableValueError`` for a text in brackets that cannot be read.
    """
    if not _BRACKETED.fullmatch(text):
        return text
    if len(text) <= LONGEST_TEXT and _depth(text) <= DEEPEST:
        for parse in (_json, ast.literal_eval):
            try:
                return _checked(parse(text.strip()))
            except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                continue
    raise UnusableValueError(
        ProblemCode.BAD_FORMAT,
        Message("{value} looks like a list but cannot be read as one", value=excerpt(text)),
        Message("send the list itself, not its text"),
    )


def _json(text: str) -> object:
    return json.loads(text, parse_constant=_refuse)


def _refuse(name: str) -> object:
    raise ValueError(name)


def _checked(value: object) -> object:
    """Refuse sets, bytes and other literals that JSON does not have."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend((*part, *part.values()))
        elif isinstance(part, list):
            waiting.extend(part)
        elif not (part is None or isinstance(part, str | int | float)):
            raise TypeError
    if not isinstance(value, dict | list):
        raise TypeError
    return value


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        if character in "[{(":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]})":
            depth -= 1
    return deepest
