"""A query split into words, quoted texts, numbers and signs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from local_kintone.field_properties import CODE_CHARACTERS
from local_kintone.refusals import RefusedError, invalid_parameter

# Between words: blanks, tabs, line ends and the full-width space.
_SPACE = r"[ \t\r\n\u3000]+"
# `$id` and `$revision` aside, no code has a half-width currency sign.
_NAME = rf"\$?(?!\d)[{CODE_CHARACTERS}]+"
_PATTERN = re.compile(
    rf"(?P<space>{_SPACE})"
    r'|(?P<text>"(?:[^"\\\t\r\n]|\\.)*")'
    r"|(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    rf"|(?P<name>{_NAME})"
    r"|(?P<sign>!=|>=|<=|[=<>(),.])"
)
_ESCAPES = {'"': '"', "\\": "\\", "t": "\t", "n": "\n", "r": "\r"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its kind ("text", "number", "name", "sign", "end") and its text without quotes and escapes."""

    kind: str
    text: str

    def is_keyword(self, keyword: str) -> bool:
        """Tell whether this is an unquoted word of the language, in any letter case."""
        return self.kind == "name" and self.text.lower() == keyword

    def is_sign(self, sign: str) -> bool:
        """Tell whether this is the given sign."""
        return self.kind == "sign" and self.text == sign


END = Word("end", "")


def syntax_error(why: str) -> RefusedError:
    """Return the answer to a query that cannot be read."""
    return invalid_parameter("query", f"The query is malformed. ({why})")


def split_words(query: str) -> list[Word]:
    """Split a query into words.

    Raises:
        RefusedError: CB_VA01 under "query" for anything that is no word: single quotes, back-ticks, an open
            quote, a raw tab or line end within quotes, an escape that does not exist.
    """
    words = []
    position = 0
    while position < len(query):
        match = _PATTERN.match(query, position)
        if match is None:
            raise syntax_error(f"unexpected {query[position]!r} at {position + 1}")
        position = match.end()
        kind = str(match.lastgroup)
        if kind == "text":
            words.append(Word("text", _unescaped(match.group())))
        elif kind != "space":
            words.append(Word(kind, match.group()))
    return words


def _unescaped(quoted: str) -> str:
    return re.sub(r"\\(.)", _meaning, quoted[1:-1])


def _meaning(match: re.Match[str]) -> str:
    letter = match.group(1)
    if letter not in _ESCAPES:
        raise syntax_error(f"unknown escape \\{letter}")
    return _ESCAPES[letter]
