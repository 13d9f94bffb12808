"""The comparisons of a condition, and the first place where the condition cannot be read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from kintone.operators import EMPTINESS, LISTS, SEARCH
from kintone.query.tokens import OPERATOR_SYMBOLS, OPERATOR_WORDS, Token, TokenKind, tokens_of, unquoted

CONNECTORS = ("and", "or")
# Possessive quantifiers: with backtracking, very many digits before another character would take quadratic time.
NUMBER = re.compile(r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")


class OperandKind(Enum):
    """What stands to the right of an operator."""

    TEXT = auto()
    """A text in double quotes."""
    NUMBER = auto()
    """A number without quotes."""
    FUNCTION = auto()
    """A name with arguments in parentheses."""
    WORD = auto()
    """Another word, which kintone refuses."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A value of a comparison as written, from ``start`` to ``end``; ``arguments`` are those of a function."""

    kind: OperandKind
    text: str
    start: int
    end: int
    arguments: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        """The text without its quotes, or the name of a function."""
        if self.kind is OperandKind.TEXT:
            return unquoted(self.text)
        return self.text.partition("(")[0].rstrip() if self.kind is OperandKind.FUNCTION else self.text


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field code as written, an operator in lower case (``not in``), its operands, and the place of all of it."""

    code: str
    operator: str
    operands: tuple[Operand, ...]
    start: int
    end: int


class Reason(Enum):
    """Why a condition cannot be read on."""

    NO_CODE = auto()
    """A comparison must begin with a field code."""
    NO_OPERATOR = auto()
    """An operator must follow the field code."""
    NO_VALUE = auto()
    """A value must follow the operator, or stand in the list."""
    NO_LIST = auto()
    """A list in parentheses must follow ``in``."""
    LIST_NOT_ALLOWED = auto()
    """A list follows an operator that takes one value."""
    LIST_GOES_ON = auto()
    """A comma or the end of the list must follow a value in a list."""
    NO_CONNECTOR = auto()
    """``and``, ``or`` or the end must follow a comparison."""
    NOT_CLOSED = auto()
    """A parenthesis is not closed."""
    NOT_OPENED = auto()
    """A parenthesis is closed that was not opened."""


@dataclass(frozen=True, slots=True)
class Break:
    """The place where a condition cannot be read: ``token`` is None at its end.

    ``code`` and ``operator`` are those of the comparison at hand, blank where it has none yet; it begins at ``start``.
    """

    reason: Reason
    token: Token | None
    code: str = ""
    operator: str = ""
    start: int = 0


@dataclass(slots=True)
class Condition:
    """The comparisons that could be read, in order, and the first place that could not."""

    comparisons: list[Comparison] = field(default_factory=list)
    broken: Break | None = None


def read_condition(text: str) -> Condition:
    """Read a condition; never raises for a text whose quotes are closed.

    After a place that cannot be read the reading goes on at the next ``and`` or ``or``.
    """
    return _Reader(tokens_of(text)).condition()


class _BrokenError(Exception):
    """A comparison cannot be read on."""


class _Reader:
    """Reads tokens from left to right, without recursion: a text may open 100,000 parentheses."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._index = 0
        self._found = Condition()
        self._code = self._operator = ""
        self._start = 0

    def condition(self) -> Condition:
        """Read all tokens."""
        open_parentheses, wants_comparison = 0, True
        while (token := self._next) is not None:
            if wants_comparison:
                if token.text == "(":
                    open_parentheses += 1
                    self._index += 1
                    continue
                wants_comparison = not self._read_comparison()
            elif token.is_word(*CONNECTORS):
                wants_comparison = True
                self._index += 1
            elif token.text == ")" and open_parentheses:
                open_parentheses -= 1
                self._index += 1
            else:
                self._note(Reason.NOT_OPENED if token.text == ")" else Reason.NO_CONNECTOR)
                self._skip()
        self._code = self._operator = ""
        if wants_comparison and self._tokens:
            self._note(Reason.NO_CODE)
        elif open_parentheses:
            self._note(Reason.NOT_CLOSED)
        return self._found

    @property
    def _next(self) -> Token | None:
        return self._at(0)

    def _at(self, ahead: int) -> Token | None:
        place = self._index + ahead
        return self._tokens[place] if place < len(self._tokens) else None

    def _take(self, *texts: str) -> bool:
        """Go past the next token if it is one of these symbols or words."""
        token = self._next
        if token is None or not (token.text in texts or token.is_word(*texts)) or token.kind is TokenKind.TEXT:
            return False
        self._index += 1
        return True

    def _note(self, reason: Reason) -> None:
        if self._found.broken is None:
            self._found.broken = Break(reason, self._next, self._code, self._operator, self._start)

    def _skip(self) -> None:
        """Go to the next ``and`` or ``or``."""
        while (token := self._next) is not None and not token.is_word(*CONNECTORS):
            self._index += 1

    def _read_comparison(self) -> bool:
        """Read a comparison and tell whether the reading goes on behind one."""
        self._code = self._operator = ""
        first = self._next
        if first is None or first.kind is not TokenKind.WORD or self._is_connector():
            self._note(Reason.NO_CODE)
            if self._is_connector():
                self._index += 1
                return False
            self._skip()
            return True
        self._index += 1
        self._code, self._start = first.text, first.start
        try:
            self._operator = self._read_operator()
            operands = self._read_operands()
        except _BrokenError:
            self._skip()
            return True
        end = self._tokens[self._index - 1].end
        self._found.comparisons.append(Comparison(self._code, self._operator, operands, first.start, end))
        return True

    def _is_connector(self) -> bool:
        """Tell whether the next token is ``and`` or ``or``, and not a field of that name that is compared."""
        token, following = self._at(0), self._at(1)
        if token is None or not token.is_word(*CONNECTORS):
            return False
        return following is None or not (following.text in OPERATOR_SYMBOLS or following.is_word(*OPERATOR_WORDS))

    def _read_operator(self) -> str:
        token = self._next
        if token is not None and token.kind is TokenKind.SYMBOL and token.text in OPERATOR_SYMBOLS:
            self._index += 1
            return token.text
        for operator in (*LISTS, *SEARCH, *EMPTINESS):
            words = operator.split()
            ahead = [self._at(place) for place in range(len(words))]
            if all(found is not None and found.is_word(word) for found, word in zip(ahead, words, strict=True)):
                self._index += len(words)
                return operator
        self._note(Reason.NO_OPERATOR)
        raise _BrokenError

    def _read_operands(self) -> tuple[Operand, ...]:
        if self._operator in EMPTINESS:
            return ()
        is_list = self._operator in LISTS
        opens = self._next is not None and self._next.text == "("
        if is_list != opens:
            self._note(Reason.NO_LIST if is_list else Reason.LIST_NOT_ALLOWED)
            raise _BrokenError
        self._index += opens
        operands = [self._read_operand()]
        if not is_list:
            return tuple(operands)
        while self._take(","):
            operands.append(self._read_operand())
        if not self._take(")"):
            self._note(Reason.LIST_GOES_ON)
            raise _BrokenError
        return tuple(operands)

    def _read_operand(self) -> Operand:
        token = self._next
        if token is None or token.kind is TokenKind.SYMBOL or token.is_word(*CONNECTORS):
            self._note(Reason.NO_VALUE)
            raise _BrokenError
        following = self._at(1)
        if token.kind is TokenKind.WORD and following is not None and following.text == "(":
            return self._read_function(token)
        kind = OperandKind.TEXT if token.kind is TokenKind.TEXT else OperandKind.NUMBER
        if token.kind is TokenKind.WORD and not NUMBER.fullmatch(token.text):
            kind = OperandKind.WORD
            self._note(Reason.NO_VALUE)
        self._index += 1
        return Operand(kind, token.text, token.start, token.end)

    def _read_function(self, name: Token) -> Operand:
        self._index += 2
        parts: list[str] = []
        while (token := self._next) is not None and token.text not in ("(", ")"):
            parts.append(token.text)
            self._index += 1
        end = token.end if token is not None else 0
        if not self._take(")"):
            self._note(Reason.NOT_CLOSED)
            raise _BrokenError
        arguments = tuple(part for part in parts if part != ",")
        text = f"{name.text}({', '.join(arguments)})"
        return Operand(OperandKind.FUNCTION, text, name.start, end, arguments)
