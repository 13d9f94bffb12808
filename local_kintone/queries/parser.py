"""Parser of queries: tokens, grammar and syntax tree."""

from __future__ import annotations

import re
from dataclasses import dataclass

from local_kintone.forms.field_types import CODE_CHARACTERS
from local_kintone.refusals import RefusedError, invalid_parameter


@dataclass(frozen=True, slots=True)
class Literal:
    """A quoted text or an unquoted number, as text."""

    text: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function and its arguments, which are unquoted words and numbers."""

    name: str
    arguments: tuple[str, ...]


type Operand = Literal | Function


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field, an operator in lower case ("not in") and its operands; `related` is the code after a dot."""

    field: str
    operator: str
    operands: tuple[Operand, ...]
    related: str | None = None


@dataclass(frozen=True, slots=True)
class Junction:
    """Conditions joined by one operator, "and" or "or"."""

    operator: str
    parts: tuple[Condition, ...]


type Condition = Comparison | Junction


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of `order by`."""

    field: str
    ascending: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A complete query; limit and offset are None if they are not given."""

    condition: Condition | None = None
    order: tuple[Sort, ...] = ()
    limit: int | None = None
    offset: int | None = None


# Whitespace: spaces, tabs, line ends and the full-width space.
_SPACE = r"[ \t\r\n\u3000]+"
# Only `$id` and `$revision` contain a half-width currency sign.
_NAME = rf"\$?(?!\d)[{CODE_CHARACTERS}]+"
_PATTERN = re.compile(
    rf"(?P<space>{_SPACE})"
    r'|(?P<text>"(?:[^"\\\t\r\n]|\\.)*")'
    r"|(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    rf"|(?P<name>{_NAME})"
    r"|(?P<symbol>!=|>=|<=|[=<>(),.])"
)
_ESCAPES = {'"': '"', "\\": "\\", "t": "\t", "n": "\n", "r": "\r"}


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its type ("text", "number", "name", "symbol", "end") and its text without quotes and escapes."""

    type: str
    text: str

    def is_keyword(self, keyword: str) -> bool:
        """Tell whether this is the given keyword, unquoted and in any letter case."""
        return self.type == "name" and self.text.lower() == keyword

    def is_symbol(self, symbol: str) -> bool:
        """Tell whether this is the given symbol."""
        return self.type == "symbol" and self.text == symbol


END = Token("end", "")


def syntax_error(why: str) -> RefusedError:
    """Return the error for a malformed query."""
    return invalid_parameter("query", f"The query is malformed. ({why})")


def tokenize(query: str) -> list[Token]:
    """Split a query into tokens.

    Raises:
        RefusedError: CB_VA01 under "query" for invalid characters: single quotes, back-ticks, an unclosed quote, a
            raw tab or line end inside quotes, an unknown escape.
    """
    tokens = []
    position = 0
    while position < len(query):
        match = _PATTERN.match(query, position)
        if match is None:
            raise syntax_error(f"unexpected {query[position]!r} at {position + 1}")
        position = match.end()
        group = str(match.lastgroup)
        if group == "text":
            tokens.append(Token("text", _unescaped(match.group())))
        elif group != "space":
            tokens.append(Token(group, match.group()))
    return tokens


def _unescaped(quoted: str) -> str:
    return re.sub(r"\\(.)", _meaning, quoted[1:-1])


def _meaning(match: re.Match[str]) -> str:
    letter = match.group(1)
    if letter not in _ESCAPES:
        raise syntax_error(f"unknown escape \\{letter}")
    return _ESCAPES[letter]


COMPARISON_SYMBOLS = ("=", "!=", ">", "<", ">=", "<=")
MAX_DEPTH = 100


def parse(query: str) -> Query:
    """Parse a query: condition, `order by`, `limit` and `offset` in this order, each optional.

    Raises:
        RefusedError: CB_VA01 under "query" for a syntax error.
    """
    return _Parser(tokenize(query)).query()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
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
    def _next(self) -> Token:
        return self._tokens[self._position] if self._position < len(self._tokens) else END

    def _take(self) -> Token:
        token = self._next
        if token is END:
            raise syntax_error("it ends too early")
        self._position += 1
        return token

    def _take_keyword(self, keyword: str) -> bool:
        if self._next.is_keyword(keyword):
            self._position += 1
            return True
        return False

    def _take_symbol(self, symbol: str) -> bool:
        if self._next.is_symbol(symbol):
            self._position += 1
            return True
        return False

    def _at_options(self) -> bool:
        if self._next is END:
            return True
        following = self._tokens[self._position + 1] if self._position + 1 < len(self._tokens) else END
        return (self._next.is_keyword("order") and following.is_keyword("by")) or (
            following.type == "number" and any(self._next.is_keyword(token) for token in ("limit", "offset"))
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
        if not self._take_symbol("("):
            return self._comparison()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise syntax_error("too many brackets")
        condition = self._or()
        self._expect(")")
        self._depth -= 1
        return condition

    def _expect(self, symbol: str) -> None:
        if not self._take_symbol(symbol):
            raise syntax_error(f"{symbol!r} expected, not {self._next.text!r}")

    def _comparison(self) -> Comparison:
        field = self._name()
        related = self._name() if self._take_symbol(".") else None
        operator = self._operator()
        if operator.startswith("is "):
            return Comparison(field, operator, (), related)
        operands = self._list() if operator in ("in", "not in") else (self._operand(),)
        return Comparison(field, operator, operands, related)

    def _name(self) -> str:
        token = self._take()
        if token.type != "name":
            raise syntax_error(f"a field code expected, not {token.text!r}")
        return token.text

    def _operator(self) -> str:
        token = self._take()
        if token.type == "symbol" and token.text in COMPARISON_SYMBOLS:
            return token.text
        if token.is_keyword("is"):
            negated = self._take_keyword("not")
            if self._take_keyword("empty"):
                return "is not empty" if negated else "is empty"
        elif token.is_keyword("not"):
            following = self._take()
            if following.is_keyword("in") or following.is_keyword("like"):
                return f"not {following.text.lower()}"
        elif token.is_keyword("in") or token.is_keyword("like"):
            return token.text.lower()
        raise syntax_error(f"an operator expected, not {token.text!r}")

    def _list(self) -> tuple[Operand, ...]:
        self._expect("(")
        operands = [self._operand()]
        while self._take_symbol(","):
            operands.append(self._operand())
        self._expect(")")
        return tuple(operands)

    def _operand(self) -> Operand:
        token = self._take()
        if token.type in ("text", "number"):
            return Literal(token.text, is_number=token.type == "number")
        if token.type != "name":
            raise syntax_error(f"a value expected, not {token.text!r}")
        self._expect("(")
        arguments: list[str] = []
        while not self._take_symbol(")"):
            if arguments:
                self._expect(",")
            arguments.append(self._argument())
        return Function(token.text, tuple(arguments))

    def _argument(self) -> str:
        token = self._take()
        if token.type not in ("name", "number"):
            raise syntax_error(f"an unquoted argument expected, not {token.text!r}")
        return token.text

    def _order(self) -> tuple[Sort, ...]:
        if not self._take_keyword("by"):
            raise syntax_error("'by' expected after 'order'")
        sorts = [self._sort()]
        while self._take_symbol(","):
            sorts.append(self._sort())
        return tuple(sorts)

    def _sort(self) -> Sort:
        field = self._name()
        # Live servers sort in descending order if no direction is given.
        ascending = self._take_keyword("asc")
        if not ascending:
            self._take_keyword("desc")
        return Sort(field, ascending)

    def _whole_number(self, option: str) -> int:
        token = self._take()
        if token.type != "number" or not token.text.isdecimal():
            raise syntax_error(f"{option} needs an integer, not {token.text!r}")
        return int(token.text)
