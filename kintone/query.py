"""kintone's query language: tokens, condition, ``order by``, ``limit``, ``offset``, and unknown field codes."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import pairwise

from kintone.errors import InvalidParameterError
from kintone.forms.fields import Form
from kintone.forms.near_matches import joined_by_or, nearest_codes
from kintone.messages import Message
from kintone.values.numbers import whole_number

SHOWN_TEXT = 30

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


class TokenKind(Enum):
    """What a token is; field codes, key words, functions and numbers are all words."""

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
        """Tell whether this is one of the words, in any letter case."""
        return self.kind is TokenKind.WORD and self.text.lower() in words


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
        yield Token(TokenKind[name], text, match.start(), match.end(), depth)
        if text == "(":
            depth += 1


def _unclosed(query: str, start: int) -> InvalidParameterError:
    shown = query[start : start + SHOWN_TEXT]
    return InvalidParameterError(
        "query: the text that begins at character {place} ({text}) has no closing quote; "
        'inside a text write \\" for a quote and \\\\ for a backslash',
        place=start + 1,
        text=shown,
    )


OPTIONS = ("order by", "limit", "offset")
DIRECTIONS = ("asc", "desc")

_OPERATOR_WORDS = ("in", "not", "like", "is")
_OPERATOR_SYMBOLS = ("=", "!=", "<", ">", "<=", ">=")
_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


@dataclass(frozen=True, slots=True)
class Query:
    """A query in its parts.

    ``condition`` and ``order_by`` are the caller's own text. ``sort_keys`` are pairs of a field code and ``asc``,
    ``desc`` or an empty text where none was written; there are none where ``order_by`` has another form.
    """

    condition: str = ""
    order_by: str | None = None
    sort_keys: tuple[tuple[str, str], ...] = ()
    limit: int | None = None
    offset: int | None = None

    def with_condition(self, guard: str) -> "Query":
        """Return the query with one more condition; ``and`` binds tighter than ``or``, hence the parentheses."""
        return replace(self, condition=f"({self.condition}) and {guard}" if self.condition else guard)

    def sorted_by(self, code: str, direction: str) -> "Query":
        """Return the query with another order."""
        return replace(self, order_by=f"{code} {direction}", sort_keys=((code, direction),))

    def cut(self, limit: int | None = None, offset: int | None = None) -> "Query":
        """Return the query with this limit and offset in place of its own."""
        return replace(self, limit=limit, offset=offset or None)

    def __str__(self) -> str:
        """Join the parts in the order kintone wants."""
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


def quote(value: str) -> str:
    """Return the value as a text of the query language, quotes included; nothing in it can end the text early."""
    for character, escape in _ESCAPES:
        value = value.replace(character, escape)
    return f'"{value}"'


def parse(text: str) -> Query:
    """Take a query apart.

    Raises ``InvalidParameterError`` for options in a wrong order (showing the right one), for an option that
    stands twice, for a limit or offset that is no whole number, and for a quote that is never closed.
    """
    tokens = tokens_of(text)
    starts = _option_starts(tokens)
    ends = [*(place for place, _ in starts), len(tokens)][1:]
    options = [
        _option(name, tokens[place + len(name.split()) : end], text)
        for (place, name), end in zip(starts, ends, strict=True)
    ]
    condition = _slice(text, tokens[: starts[0][0]] if starts else tokens)
    _refuse_twice(options)
    _refuse_disorder(condition, options)
    found = {option.name: option for option in options}
    order_by = found.get("order by")
    return Query(
        condition=condition,
        order_by=order_by.text if order_by else None,
        sort_keys=_sort_keys(order_by.tokens) if order_by else (),
        limit=_number(found.get("limit")),
        offset=_number(found.get("offset")),
    )


def _option_starts(tokens: Sequence[Token]) -> list[tuple[int, str]]:
    starts: list[tuple[int, str]] = []
    first_key: int | None = None
    for place, token in enumerate(tokens):
        if token.depth or token.kind is not TokenKind.WORD:
            continue
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.is_word("order") and following and following.is_word("by"):
            starts.append((place, "order by"))
            first_key = place + 2
        elif token.is_word("limit", "offset") and not _is_field(tokens, place, first_key):
            starts.append((place, token.text.lower()))
            first_key = None
    return starts


def _is_field(tokens: Sequence[Token], place: int, first_key: int | None) -> bool:
    """Tell a field code ``limit`` from the key word: a field is compared, or stands where a sort key does."""
    if first_key is not None:
        return place == first_key or tokens[place - 1].text == ","
    if place + 1 == len(tokens):
        return False
    following = tokens[place + 1]
    return following.is_word(*_OPERATOR_WORDS) or following.text in _OPERATOR_SYMBOLS


def _option(name: str, tokens: Sequence[Token], text: str) -> _Option:
    option = _Option(name, tokens, _slice(text, tokens))
    if name == "order by" and not tokens:
        raise InvalidParameterError('query: "order by" names no field; write for example: order by $id asc')
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


def _refuse_twice(options: Sequence[_Option]) -> None:
    for name in OPTIONS:
        if sum(option.name == name for option in options) > 1:
            raise InvalidParameterError('query: "{option}" stands twice; leave one of them out', option=name)


def _refuse_disorder(condition: str, options: Sequence[_Option]) -> None:
    ranks = [OPTIONS.index(option.name) for option in options]
    strays = [option.text[len(option.tokens[0].text) :].strip() for option in options if option.name != "order by"]
    if ranks == sorted(ranks) and not any(strays):
        return
    for stray in filter(None, strays):
        joint = "" if not condition or re.match(r"(?i)(and|or)\b", stray) else "and "
        condition = f"{condition} {joint}{stray}".strip()
    ordered = sorted(options, key=lambda option: OPTIONS.index(option.name))
    shown = [
        f"{option.name} {option.text if option.name == 'order by' else option.tokens[0].text}" for option in ordered
    ]
    raise InvalidParameterError(
        "query: the parts must stand in this order: condition, order by, limit, offset; write: {query}",
        query=" ".join([condition, *shown]).strip(),
    )


def _number(option: _Option | None) -> int | None:
    return whole_number(option.tokens[0].text) if option else None


def _sort_keys(tokens: Sequence[Token]) -> tuple[tuple[str, str], ...]:
    """Return the keys of ``a, b desc``, or nothing where a part of it has another form."""
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


FOLLOWED_BY = ("=", "!=", "<", ">", "<=", ">=")
OPERATOR_WORDS = ("in", "not", "like", "is", "asc", "desc")
ALWAYS_KNOWN = ("$id",)
MAX_NAMED = 10


def near_codes(query: str, fields: Iterable[str], form: Form) -> list[Message]:
    """Return hints such as ``did you mean "name" instead of "nmae"?`` for codes that the form does not have.

    Where several fields share the label that was written, all their codes are named.
    """
    known = {*form.fields, *form.tables_by_column, *ALWAYS_KNOWN}
    names = [*form.names(), *((column, column) for column in form.tables_by_column)]
    unknown = dict.fromkeys(code for code in (*_codes(tokens_of(query)), *fields) if code not in known)
    hints = ((code, nearest_codes(code, names)) for code in list(unknown)[:MAX_NAMED])
    return [
        Message('did you mean {near} instead of "{code}"?', near=joined_by_or(near), code=code)
        for code, near in hints
        if near
    ]


def _codes(tokens: list[Token]) -> Iterable[str]:
    """Yield the words that an operator or a direction follows: where field codes stand."""
    for token, follower in pairwise(tokens):
        if token.kind is TokenKind.WORD and (follower.text in FOLLOWED_BY or follower.is_word(*OPERATOR_WORDS)):
            yield token.text
