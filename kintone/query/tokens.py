"""The tokens of a query, and texts in quotes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from kintone.errors import InvalidParameterError
from kintone.operators import EQUALITY, ORDER

SHOWN_CHARACTERS = 30
OPERATOR_WORDS = ("in", "not", "like", "is")
OPERATOR_SYMBOLS = (*EQUALITY, *ORDER)

_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))
_CHARACTERS = {"t": "\t", "n": "\n", "r": "\r"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

# Python's \s includes the full-width space, which kintone also accepts as white space between tokens.
_TOKEN = re.compile(
    r"""
      (?P<SPACE>\s+)
    | (?P<TEXT>"[^"\\]*(?:\\.[^"\\]*)*")
    | (?P<UNCLOSED>")
    | (?P<SYMBOL>[(),]|[!<>]=|[=<>])
    | (?P<WORD>[^\s"(),=<>!]+|!)
    """,
    re.VERBOSE | re.DOTALL,
)


class TokenKind(Enum):
    """The kinds of tokens; field codes, key words, functions and numbers are all words."""

    TEXT = auto()
    WORD = auto()
    SYMBOL = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One token with its place in the query; ``depth`` counts the parentheses around it."""

    kind: TokenKind
    text: str
    start: int
    end: int
    depth: int

    def is_word(self, *words: str) -> bool:
        """Tell whether the token is one of these words, which are in lower case, in any letter case."""
        return self.kind is TokenKind.WORD and self.text.lower() in words


def tokens_of(query: str) -> list[Token]:
    """Split a query into its tokens; raises ``InvalidParameterError`` for a text without a closing quote."""
    return list(_tokens(query))


def _tokens(query: str) -> Iterator[Token]:
    depth = 0
    for match in _TOKEN.finditer(query):
        name, text = str(match.lastgroup), match.group()
        if name == "SPACE":
            continue
        if name == "UNCLOSED":
            raise _unclosed(query, match.start())
        if text == ")":
            depth = max(0, depth - 1)
        yield Token(TokenKind[name], text, match.start(), match.end(), depth)
        if text == "(":
            depth += 1


def _unclosed(query: str, start: int) -> InvalidParameterError:
    shown = query[start : start + SHOWN_CHARACTERS]
    return InvalidParameterError(
        "query: the text that begins at character {place} ({text}) has no closing quote; "
        'inside a text write \\" for a quote and \\\\ for a backslash',
        place=start + 1,
        text=shown,
    )


def quote(value: str) -> str:
    """Return the value as a quoted text of the query language, with everything escaped that would end the text."""
    for character, escape in _ESCAPES:
        value = value.replace(character, escape)
    return f'"{value}"'


def unquoted(text: str) -> str:
    """Return the value of a quoted text; an escape that kintone does not know becomes the character itself."""
    return _ESCAPED.sub(lambda match: _CHARACTERS.get(match[1], match[1]), text[1:-1])
