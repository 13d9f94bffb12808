"""Reading data that arrives as text: JSON, more strictly than the standard library, and Python literals."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal, DecimalException
from itertools import accumulate
from typing import Final, NoReturn

from kintone import limits
from kintone.messages import Message, verbatim
from kintone.problems import ProblemCode, UnusableValueError
from kintone.texts import preview

# Nesting depth


# An unclosed string extends to the end of the text, so that the scan takes linear time for every text.
_JSON_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_PYTHON_STRING = re.compile(
    r""""[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|'[^'\\]*+(?:\\.[^'\\]*+)*+(?:'|\\?\Z)""", re.DOTALL
)
_BRACKETS = b"[]{}"
_NOT_BRACKETS = bytes(set(range(256)) - set(_BRACKETS))
_DEPTH_CHANGES = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


def depth_of_json(text: str) -> int:
    """Return the deepest level of objects and lists in a text, which need not be valid JSON."""
    return _depth(text, _JSON_STRING)


def depth_of_python(text: str) -> int:
    """Return the deepest level in a Python literal, whose strings may have single or double quotes."""
    return _depth(text, _PYTHON_STRING)


def _depth(text: str, strings: re.Pattern[str]) -> int:
    if text.count("[") + text.count("{") <= limits.MAX_DEPTH:
        return 0
    outside = strings.sub("", text).encode("ascii", "ignore").translate(None, _NOT_BRACKETS)
    return max(accumulate(map(_DEPTH_CHANGES.__getitem__, outside)), default=0)


# JSON


MAX_DIGITS = 4_300
"""Digits of a whole number that Python converts; it refuses more, since the conversion takes quadratic time."""
_LONG_NUMBER = re.compile(rf"(?<![\w\"])-?[0-9]{{{MAX_DIGITS + 1}}}")
_ADVICE = {
    "Expecting property name enclosed in double quotes": Message('a name in double quotes is needed, such as "price"'),
    "Expecting value": Message('a value is needed: text in double quotes, a number, true, false, null, {{"…"}} or […]'),
    "Expecting ',' delimiter": Message("a comma or a closing bracket is missing"),
    "Expecting ':' delimiter": Message("a colon is missing after the name"),
    "Unterminated string starting at": Message("the text in quotes that begins here has no closing quote"),
    "Invalid control character at": Message(r"a line end or tab inside quotes must be written \n or \t"),
    "Invalid \\escape": Message(r"a backslash must be doubled: \\"),
    "Invalid \\uXXXX escape": Message(r"\u must be followed by four hexadecimal digits"),
    "Extra data": Message("the JSON ends here, but more text follows it"),
    "Illegal trailing comma before end of object": Message("remove this comma"),
    "Illegal trailing comma before end of array": Message("remove this comma"),
}


_TOO_LONG_NUMBER = Message("a whole number has more than {maximum} digits", maximum=MAX_DIGITS)
_TOO_DEEP = Message("objects and lists are nested more than {maximum} levels deep", maximum=limits.MAX_DEPTH)


class UnreadableTextError(ValueError):
    """A text that cannot be read; ``index`` is where the error is, None where that is not known.

    ``decided`` says that the text cannot be read in another notation either, so that no other need be tried.
    """

    def __init__(self, complaint: Message, index: int | None = None, *, decided: bool = True) -> None:
        """Keep the error and its place."""
        super().__init__(complaint)
        self.complaint: Final = complaint
        self.index: Final = index
        self.decided: Final = decided

    def at(self, index: int | None) -> "UnreadableTextError":
        """Return the same error at another place."""
        return UnreadableTextError(self.complaint, index, decided=self.decided)


def read_json(text: str) -> object:
    """Return the value of a JSON text; raises ``UnreadableTextError``. The caller has checked its nesting depth."""
    try:
        return json.loads(text, object_pairs_hook=_object, parse_float=_decimal, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise _syntax_error(text, error) from None
    except _LiteralError as error:
        raise error.at(max(0, text.find(error.literal))) from None
    except UnreadableTextError:
        raise
    except ValueError:
        match = _LONG_NUMBER.search(text)
        raise UnreadableTextError(_TOO_LONG_NUMBER, match.start() if match else None) from None


class _LiteralError(UnreadableTextError):
    """A number that cannot be used. The parser's hooks get its text without its place, which ``read_json`` finds."""

    def __init__(self, complaint: Message, literal: str) -> None:
        super().__init__(complaint)
        self.literal: Final = literal


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                shown = json.dumps(name[:80], ensure_ascii=True)
                raise UnreadableTextError(
                    Message("the name {name} appears twice in one object; keep one of them", name=shown)
                )
            seen.add(name)
    return found


def _decimal(literal: str) -> Decimal:
    if len(literal) > MAX_DIGITS:
        raise _LiteralError(Message("a number has more than {maximum} digits", maximum=MAX_DIGITS), literal)
    try:
        number = Decimal(literal)
    except DecimalException:
        number = Decimal("NaN")
    if not number.is_finite():
        raise _LiteralError(Message("the number {number} is out of range", number=literal[:40]), literal)
    return number


def _refuse_constant(literal: str) -> NoReturn:
    raise _LiteralError(Message("{value} is not JSON; write a number or null", value=literal), literal)


def _syntax_error(text: str, error: json.JSONDecodeError) -> UnreadableTextError:
    before = text[: error.pos].rstrip()
    if before.endswith(",") and text[error.pos : error.pos + 1] in ("]", "}"):
        complaint = Message("remove the comma before {bracket}", bracket=text[error.pos])
        return UnreadableTextError(complaint, len(before) - 1, decided=False)
    complaint = _ADVICE.get(error.msg.removesuffix(": "), verbatim(error.msg))
    return UnreadableTextError(complaint, error.pos, decided=False)


# One JSON value after the other


class UnfinishedTextError(Exception):
    """A text ends before the JSON value in it does, or so close to its end that more text may change the value."""


_MAX_TOKEN = 64
"""Characters at the end of a text in which an error may come from the cut: numbers aside, no token is longer."""
_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_float=_decimal, parse_constant=_refuse_constant)


def read_json_value(text: str, start: int, *, is_all: bool) -> tuple[object, int]:
    """Return the value that begins at ``start`` and the index behind it.

    Raises ``UnfinishedTextError`` where more of the text is needed, which ``is_all`` excludes, and
    ``UnreadableTextError``, also for a value that is nested too deeply.
    """
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        if not is_all and (error.pos + _MAX_TOKEN > len(text) or error.msg.startswith("Unterminated string")):
            raise UnfinishedTextError from None
        raise _syntax_error(text, error) from None
    except _LiteralError as error:
        raise error.at(max(start, text.find(error.literal, start))) from None
    except UnreadableTextError as error:
        raise error.at(start) from None
    except RecursionError:
        raise UnreadableTextError(_TOO_DEEP, start) from None
    except ValueError:
        match = _LONG_NUMBER.search(text, start)
        raise UnreadableTextError(_TOO_LONG_NUMBER, match.start() if match else start) from None
    if end == len(text) and not is_all and not isinstance(value, dict | list | str):
        raise UnfinishedTextError
    if isinstance(value, dict | list) and depth_of_json(text[start:end]) > limits.MAX_DEPTH:
        raise UnreadableTextError(_TOO_DEEP, start)
    return value, end


# Python literals, which are rewritten as JSON


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
    """Return the value of a Python literal; raises ``UnreadableTextError`` with the place in the literal.

    The caller has checked its nesting depth.
    """
    try:
        return read_json("".join(part for _, part in _parts(text)))
    except _TokenError:
        raise
    except UnreadableTextError as error:
        raise error.at(None if error.index is None else _place_in_literal(text, error.index)) from None


def _place_in_literal(text: str, index: int) -> int:
    """Return the place in the literal that corresponds to ``index`` in its JSON, by converting it once more."""
    written = 0
    for start, part in _parts(text):
        if written + len(part) > index:
            return start if part[0] == '"' else start + index - written
        written += len(part)
    return len(text)


class _TokenError(UnreadableTextError):
    """Text that is not part of a Python literal; its index is a place in the literal, not in the JSON."""


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """Yield each token's place in the literal and the token in JSON."""
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
        two_digits, eight_digits, character, quote = match.groups()
        if quote:
            return '\\"'
        if two_digits:
            return f"\\u00{two_digits}"
        if eight_digits:
            return _character(int(eight_digits, 16), index + match.start())
        if character is None or character in _SAME_IN_JSON:
            return match.group()
        if character == "'":
            return "'"
        raise _TokenError(Message("JSON has no such escape"), index + 1 + match.start())

    return '"' + _ESCAPE.sub(escape, inner) + '"'


def _character(code: int, index: int) -> str:
    try:
        return chr(code)
    except (ValueError, OverflowError):
        raise _TokenError(Message("there is no character with this code"), index + 1) from None


# Lists and objects in the text of a value


MAX_LIST_TEXT = 1_000_000
"""Characters of one value; our own limit."""
_BRACKETED = re.compile(r"\s*(?:\[.*\]|\{.*\})\s*", re.DOTALL)
_NOTATIONS = ((depth_of_json, read_json), (depth_of_python, read_python_literal))


def read_rendered(text: str) -> object:
    """Return the list or object that a text holds as JSON or Python, or the text itself where it has no brackets.

    Numbers keep all their digits. Raises ``UnusableValueError`` for a text in brackets that cannot be read.
    """
    if not _BRACKETED.fullmatch(text):
        return text
    if len(text) <= MAX_LIST_TEXT:
        for depth, read in _NOTATIONS:
            if depth(text) > limits.MAX_DEPTH:
                continue
            try:
                return read(text.strip())
            except UnreadableTextError:
                continue
    raise UnusableValueError(
        ProblemCode.BAD_FORMAT,
        Message("{value} looks like a list but cannot be read as one", value=preview(text)),
        Message("send the list itself, not its text"),
    )
