"""The tokens of kintone's query language: texts in quotes, words, and the symbols between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from kintone.errors import InvalidParameterError

SHOWN_OF_A_TEXT = 30

# Python's \s holds the full-width space, which kintone takes as white space between tokens too.
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


class Kind(Enum):
    """What a token is; field codes, key words, functions and numbers are all words."""

    TEXT = auto()
    WORD = auto()
    SYMBOL = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One token with its place in the query; ``depth`` counts the parentheses around it."""

    kind: Kind
    text: str
    start: int
    end: int
    depth: int

    def is_word(self, *words: str) -> bool:
        """Tell whether this is one of the words, in any letter case."""
        return self.kind is Kind.WORD and self.text.lower() in words


def tokens_of(query: str) -> list[Token]:
    """Split a query into its tokens; raises ``InvalidParameterError`` for a text whose quote is never closed."""
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
        yield Token(Kind[name], text, match.start(), match.end(), depth)
        if text == "(":
            depth += 1


def _unclosed(query: str, start: int) -> InvalidParameterError:
    shown = query[start : start + SHOWN_OF_A_TEXT]
    return InvalidParameterError(
        "query: the text that begins at character {place} ({text}) has no closing quote; "
        'inside a text write \\" for a quote and \\\\ for a backslash',
        place=start + 1,
        text=shown,
    )
