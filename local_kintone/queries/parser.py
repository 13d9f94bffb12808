"""The grammar of a query."""

from __future__ import annotations

from local_kintone.queries.tree import Comparison, Condition, Function, Junction, Literal, Operand, Query, Sort
from local_kintone.queries.words import END, Word, split_words, syntax_error

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
