"""A query's text taken apart: words, grammar, and the tree that comes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from local_kintone.forms.field_types import CODE_CHARACTERS
from local_kintone.refusals import RefusedError, invalid_parameter


@dataclass(frozen=True, slots=True)
class Literal:
    """A text in quotes or a bare number, as text."""

    text: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function and its arguments, which are bare words and numbers."""

    name: str
    arguments: tuple[str, ...]


type Operand = Literal | Function


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field, an operator in lower case ("not in") and its operands; `related` is the column behind a dot."""

    field: str
    operator: str
    operands: tuple[Operand, ...]
    related: str | None = None


@dataclass(frozen=True, slots=True)
class Junction:
    """Conditions joined by one word, "and" or "or"."""

    word: str
    parts: tuple[Condition, ...]


type Condition = Comparison | Junction


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of `order by`."""

    field: str
    ascending: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query; limit and offset are None where they are not given."""

    condition: Condition | None = None
    order: tuple[Sort, ...] = ()
    limit: int | None = None
    offset: int | None = None


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


SIGNS = ("=", "!=", ">", "<", ">=", "<=")
MAX_DEPTH = 100


def parse(query: str) -> Query:
    """Parse a query: condition, then `order by`, `limit` and `offset` in this order, each optional.

    Raises:
        RefusedError: CB_VA01 under "query" where the grammar is broken.
    """
    return _Parser(split_words(query)).query()


class _Parser:
    def __init__(self, words: list[Word]) -> None:
        self._words = words
        self._position = 0
        self._depth = 0

    def query(self) -> Query:
        condition = None if self._at_options() else self._or()
        order = self._order() if self._take_keyword("order") else ()
        limit = self._whole_number("limit") if self._take_keyword("limit") else None
        offset = self._whole_number("offset") if self._take_keyword("offset") else None
        if self._next is not END:
            raise syntax_error(f"unexpected {self._next.text!r}")
        return Query(condition, order, limit, offset)

    @property
    def _next(self) -> Word:
        return self._words[self._position] if self._position < len(self._words) else END

    def _take(self) -> Word:
        word = self._next
        if word is END:
            raise syntax_error("it ends too early")
        self._position += 1
        return word

    def _take_keyword(self, keyword: str) -> bool:
        if self._next.is_keyword(keyword):
            self._position += 1
            return True
        return False

    def _take_sign(self, sign: str) -> bool:
        if self._next.is_sign(sign):
            self._position += 1
            return True
        return False

    def _at_options(self) -> bool:
        if self._next is END:
            return True
        following = self._words[self._position + 1] if self._position + 1 < len(self._words) else END
        return (self._next.is_keyword("order") and following.is_keyword("by")) or (
            following.kind == "number" and any(self._next.is_keyword(word) for word in ("limit", "offset"))
        )

    def _or(self) -> Condition:
        parts = [self._and()]
        while self._take_keyword("or"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Junction("or", tuple(parts))

    def _and(self) -> Condition:
        parts = [self._term()]
        while self._take_keyword("and"):
            parts.append(self._term())
        return parts[0] if len(parts) == 1 else Junction("and", tuple(parts))

    def _term(self) -> Condition:
        if not self._take_sign("("):
            return self._comparison()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise syntax_error("too many brackets")
        condition = self._or()
        self._expect(")")
        self._depth -= 1
        return condition

    def _expect(self, sign: str) -> None:
        if not self._take_sign(sign):
            raise syntax_error(f"{sign!r} expected, not {self._next.text!r}")

    def _comparison(self) -> Comparison:
        field = self._name()
        related = self._name() if self._take_sign(".") else None
        operator = self._operator()
        if operator.startswith("is "):
            return Comparison(field, operator, (), related)
        operands = self._list() if operator in ("in", "not in") else (self._operand(),)
        return Comparison(field, operator, operands, related)

    def _name(self) -> str:
        word = self._take()
        if word.kind != "name":
            raise syntax_error(f"a field code expected, not {word.text!r}")
        return word.text

    def _operator(self) -> str:
        word = self._take()
        if word.kind == "sign" and word.text in SIGNS:
            return word.text
        if word.is_keyword("is"):
            negated = self._take_keyword("not")
            if self._take_keyword("empty"):
                return "is not empty" if negated else "is empty"
        elif word.is_keyword("not"):
            following = self._take()
            if following.is_keyword("in") or following.is_keyword("like"):
                return f"not {following.text.lower()}"
        elif word.is_keyword("in") or word.is_keyword("like"):
            return word.text.lower()
        raise syntax_error(f"an operator expected, not {word.text!r}")

    def _list(self) -> tuple[Operand, ...]:
        self._expect("(")
        operands = [self._operand()]
        while self._take_sign(","):
            operands.append(self._operand())
        self._expect(")")
        return tuple(operands)

    def _operand(self) -> Operand:
        word = self._take()
        if word.kind in ("text", "number"):
            return Literal(word.text, is_number=word.kind == "number")
        if word.kind != "name":
            raise syntax_error(f"a value expected, not {word.text!r}")
        self._expect("(")
        arguments: list[str] = []
        while not self._take_sign(")"):
            if arguments:
                self._expect(",")
            arguments.append(self._argument())
        return Function(word.text, tuple(arguments))

    def _argument(self) -> str:
        word = self._take()
        if word.kind not in ("name", "number"):
            raise syntax_error(f"a bare argument expected, not {word.text!r}")
        return word.text

    def _order(self) -> tuple[Sort, ...]:
        if not self._take_keyword("by"):
            raise syntax_error("'by' expected after 'order'")
        sorts = [self._sort()]
        while self._take_sign(","):
            sorts.append(self._sort())
        return tuple(sorts)

    def _sort(self) -> Sort:
        field = self._name()
        # Without a direction kintone was seen to sort downwards.
        ascending = self._take_keyword("asc")
        if not ascending:
            self._take_keyword("desc")
        return Sort(field, ascending)

    def _whole_number(self, option: str) -> int:
        word = self._take()
        if word.kind != "number" or not word.text.isdecimal():
            raise syntax_error(f"{option} takes a whole number, not {word.text!r}")
        return int(word.text)
