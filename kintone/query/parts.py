"""The parts of a query: condition, order, limit and offset."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kintone.errors import InvalidParameterError
from kintone.messages import Message
from kintone.query.comparisons import read_condition
from kintone.query.tokens import OPERATOR_SYMBOLS, OPERATOR_WORDS, Token, TokenKind, tokens_of
from kintone.texts import printable
from kintone.values.numbers import whole_number

SHOWN = 40
OPTIONS = ("order by", "limit", "offset")
DIRECTIONS = ("asc", "desc")
COMMENTS = ("--", "/*", "//", "*/")
_LONG_NUMBER = re.compile(r"[0-9]{19,}")


@dataclass(frozen=True, slots=True)
class Query:
    """The parts of a query.

    ``condition`` and ``order_by`` are the caller's own text. ``sort_keys`` are pairs of a field code and its direction:
    ``asc``, ``desc`` or ``""`` where none is written. They are empty where ``order_by`` has another form.
    """

    condition: str = ""
    order_by: str | None = None
    sort_keys: tuple[tuple[str, str], ...] = ()
    limit: int | None = None
    offset: int | None = None

    def with_condition(self, condition: str) -> "Query":
        """Return the query with one more condition; the first is in parentheses, since ``and`` comes before ``or``."""
        return replace(self, condition=f"({self.condition}) and {condition}" if self.condition else condition)

    def sorted_by(self, code: str, direction: str) -> "Query":
        """Return the query with this order in place of its own."""
        return replace(self, order_by=f"{code} {direction}", sort_keys=((code, direction),))

    def cut(self, limit: int | None = None, offset: int | None = None) -> "Query":
        """Return the query with this limit and offset in place of its own."""
        return replace(self, limit=limit, offset=offset or None)

    def __str__(self) -> str:
        """Return the parts joined in the order that kintone requires."""
        parts = [
            self.condition,
            f"order by {self.order_by}" if self.order_by is not None else "",
            f"limit {self.limit}" if self.limit is not None else "",
            f"offset {self.offset}" if self.offset is not None else "",
        ]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class _Option:
    name: str
    tokens: Sequence[Token]
    text: str


def parse(text: str) -> Query:
    """Parse a query.

    Raises ``InvalidParameterError`` for options in a wrong order (the error shows the right one), for an option that
    is given twice, for a limit or offset that is not a whole number, and for a text without a closing quote.
    """
    tokens = tokens_of(text)
    starts = _option_starts(tokens)
    ends = [*(place for place, _ in starts), len(tokens)][1:]
    options = [
        _option(name, tokens[place + len(name.split()) : end], text)
        for (place, name), end in zip(starts, ends, strict=True)
    ]
    condition = _slice(text, tokens[: starts[0][0]] if starts else tokens)
    _refuse_repeated(options)
    _refuse_wrong_order(condition, options)
    found = {option.name: option for option in options}
    order_by = found.get("order by")
    return Query(
        condition=condition,
        order_by=order_by.text if order_by else None,
        sort_keys=_sort_keys(order_by.tokens) if order_by else (),
        limit=_number(found.get("limit")),
        offset=_number(found.get("offset")),
    )


def has_options(text: str) -> bool:
    """Tell whether a query has more than a condition; False if its parts cannot be told apart."""
    try:
        return bool(_option_starts(tokens_of(text)))
    except InvalidParameterError:
        return False


def _option_starts(tokens: Sequence[Token]) -> list[tuple[int, str]]:
    """Return the index of the first token and the name of each option, in the order of the query."""
    starts: list[tuple[int, str]] = []
    first_key: int | None = None
    for index, token in enumerate(tokens):
        if token.depth or token.kind is not TokenKind.WORD:
            continue
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.is_word("order") and following and following.is_word("by"):
            starts.append((index, "order by"))
            first_key = index + 2
        elif token.is_word("limit", "offset") and not _is_field(tokens, index, first_key):
            starts.append((index, token.text.lower()))
            first_key = None
    return starts


def _is_field(tokens: Sequence[Token], index: int, first_key: int | None) -> bool:
    """Tell whether the word ``limit`` or ``offset`` is a field code: one that is compared, or a sort key.

    ``first_key`` is the index of the first sort key, None outside ``order by``.
    """
    if first_key is not None:
        return index == first_key or tokens[index - 1].text == ","
    if index + 1 == len(tokens):
        return False
    following = tokens[index + 1]
    return following.is_word(*OPERATOR_WORDS) or following.text in OPERATOR_SYMBOLS


def _option(name: str, tokens: Sequence[Token], text: str) -> _Option:
    option = _Option(name, tokens, _slice(text, tokens))
    if name == "order by" and not tokens:
        raise InvalidParameterError('query: "order by" names no field; name one behind it, or leave "order by" out')
    if name != "order by" and tokens and _LONG_NUMBER.fullmatch(tokens[0].text):
        raise InvalidParameterError(
            'query: the number behind "{option}" is larger than any number of records; leave "{option}" out for all',
            option=name,
        )
    if name != "order by" and not (tokens and _is_whole(tokens[0])):
        raise InvalidParameterError(
            'query: "{option}" must be followed by a whole number, as in "{option} 100", not by {given}; '
            "a text that holds this word belongs in double quotes",
            option=name,
            given=option.text or Message("nothing"),
        )
    return option


def _is_whole(token: Token) -> bool:
    number = whole_number(token.text) if token.kind is TokenKind.WORD else None
    return number is not None and number >= 0


def _refuse_repeated(options: Sequence[_Option]) -> None:
    for name in OPTIONS:
        if sum(option.name == name for option in options) > 1:
            raise InvalidParameterError('query: "{option}" is given twice; leave one of them out', option=name)


def _refuse_wrong_order(condition: str, options: Sequence[_Option]) -> None:
    ranks = [OPTIONS.index(option.name) for option in options]
    # What stands behind the number of a limit or offset.
    is_alone = not any(option.tokens[1:] for option in options if option.name != "order by")
    if ranks == sorted(ranks) and is_alone:
        return
    order = Message("query: the parts must stand in this order: condition, order by, limit, offset")
    right = _in_order(condition, options)
    if right:
        raise InvalidParameterError(Message("{order}; write: {query}", order=order, query=right))
    wrong = next((option for option in options if option.name != "order by" and option.tokens[1:]), None)
    if wrong is None:
        raise InvalidParameterError(order)
    comment = next((token.text for token in wrong.tokens if token.text.startswith(COMMENTS)), "")
    if comment:
        raise InvalidParameterError(
            "query: {mark} marks a comment, and a query has none; leave it out", mark=_shown(comment)
        )
    raise InvalidParameterError(
        "query: {option} takes one whole number alone, not {text}", option=wrong.name, text=_shown(wrong.text)
    )


def _shown(text: str) -> str:
    return printable(text, SHOWN)


def _in_order(condition: str, options: Sequence[_Option]) -> str:
    """Return the query with its parts in kintone's order; blank where it is not certain that it means the same."""
    texts: dict[str, str] = {}
    conditions = [condition] if condition else []
    for option in options:
        if option.name == "order by":
            texts[option.name] = option.text if _sort_keys(option.tokens) else ""
            continue
        texts[option.name] = option.tokens[0].text
        text = option.text[len(option.tokens[0].text) :].strip()
        if text.lower() in DIRECTIONS and texts.get("order by"):
            texts["order by"] += f" {text}"
        elif text:
            conditions.append(text)
    joined = _joined(conditions)
    shown = [f"{name} {texts[name]}" for name in OPTIONS if name in texts]
    is_certain = all(texts.values()) and joined is not None and _are_sort_keys(texts.get("order by"))
    return " ".join([joined or "", *shown]).strip() if is_certain else ""


def _joined(conditions: Sequence[str]) -> str | None:
    """Return the conditions joined by ``and``; None where one cannot be read, or where an ``or`` makes it uncertain."""
    joined = ""
    for text in conditions:
        connector = re.match(r"(?i)(and|or)\b", text)
        if not joined:
            joined = text[connector.end() :].strip() if connector else text
        else:
            joined = f"{joined} {text}" if connector else f"{joined} and {text}"
    if len(conditions) > 1 and any(token.is_word("or") for token in tokens_of(joined)):
        return None
    return None if read_condition(joined).broken else joined


def _are_sort_keys(order_by: str | None) -> bool:
    return order_by is None or bool(_sort_keys(tokens_of(order_by)))


def _number(option: _Option | None) -> int | None:
    return whole_number(option.tokens[0].text) if option else None


def _sort_keys(tokens: Sequence[Token]) -> tuple[tuple[str, str], ...]:
    """Return the sort keys of ``a, b desc``; none where a part of it has another form."""
    keys: list[list[Token]] = [[]]
    for token in tokens:
        if token.text == ",":
            keys.append([])
        else:
            keys[-1].append(token)
    if not all(_is_sort_key(key) for key in keys):
        return ()
    return tuple((key[0].text, key[1].text.lower() if key[1:] else "") for key in keys)


def _is_sort_key(key: Sequence[Token]) -> bool:
    if not key or key[0].kind is not TokenKind.WORD:
        return False
    return not key[1:] or (len(key) == len(("code", "direction")) and key[1].is_word(*DIRECTIONS))


def _slice(text: str, tokens: Sequence[Token]) -> str:
    return text[tokens[0].start : tokens[-1].end] if tokens else ""
