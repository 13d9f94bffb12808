"""The Python literals that Dify's templates make of a list of objects, rewritten as JSON.

Only what ``repr`` writes of JSON-like data is known: text in either kind of quotes, numbers, ``True``, ``False``,
``None``, lists and dicts with text as keys. Nothing is evaluated, and no syntax tree is built, which would take a
hundred times the memory of the text. ``ast.literal_eval`` would also round decimals, take the last of two equal names
in silence, and refuse the ``null`` of a template's own text beside the ``None`` of what was put into it.
"""

import re
from collections.abc import Iterator

from kintone.messages import Message
from kintone.values.json_text import UnreadableTextError, read_json

_TOKEN = re.compile(
    r"""
    (?P<same>[\[\]{},: \t\r\n0-9eE.+-]++)
  | (?P<string>'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+")(?!['"])
  | (?P<word>True|False|None|true|false|null)(?!\w)
    """,
    re.VERBOSE | re.ASCII,
)
_WORDS = {"True": "true", "False": "false", "None": "null"}
_ESCAPE = re.compile(r"""\\(?:x([0-9a-fA-F]{2})|U([0-9a-fA-F]{8})|u[0-9a-fA-F]{4}|(.))|(")""", re.DOTALL)
_SAME_IN_JSON = frozenset('\\"nrtbf')


def read_python_literal(text: str) -> object:
    """Return what a Python literal holds; raises ``UnreadableTextError`` with the place in the literal.

    The caller has checked how deep it nests.
    """
    try:
        return read_json("".join(part for _, part in _parts(text)))
    except _TokenError:
        raise
    except UnreadableTextError as error:
        raise error.at(None if error.index is None else _place_in_literal(text, error.index)) from None


def _place_in_literal(text: str, index: int) -> int:
    """Find the place in the literal of which JSON's ``index`` was made, by writing the JSON once more."""
    written = 0
    for start, part in _parts(text):
        if written + len(part) > index:
            return start if part[0] == '"' else start + index - written
        written += len(part)
    return len(text)


class _TokenError(UnreadableTextError):
    """Something that stands in no literal; its index is that of the literal already."""


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """Yield each token's place in the literal and what JSON writes for it."""
    index = 0
    while index < len(text):
        match = _TOKEN.match(text, index)
        if match is None:
            raise _TokenError(Message("this is neither JSON nor a plain Python literal"), index)
        token = match.group()
        if match.lastgroup == "string":
            yield index, _json_string(token, index)
        elif match.lastgroup == "word":
            yield index, _WORDS.get(token, token)
        else:
            yield index, token
        index = match.end()


def _json_string(token: str, index: int) -> str:
    inner = token[1:-1]
    if "\\" not in inner and '"' not in inner:
        return f'"{inner}"'

    def escape(match: re.Match[str]) -> str:
        two, eight, single, quote = match.groups()
        if quote:
            return '\\"'
        if two:
            return f"\\u00{two}"
        if eight:
            return _character(int(eight, 16), index + match.start())
        if single is None or single in _SAME_IN_JSON:
            return match.group()
        if single == "'":
            return "'"
        raise _TokenError(Message("this escape stands in no JSON text"), index + 1 + match.start())

    return '"' + _ESCAPE.sub(escape, inner) + '"'


def _character(code: int, index: int) -> str:
    try:
        return chr(code)
    except (ValueError, OverflowError):
        raise _TokenError(Message("this escape names no character"), index + 1) from None
