"""JSON texts, read more strictly than the standard library does by itself.

Numbers with a decimal point become ``Decimal``, so that ``0.1`` and twenty digits arrive as they were written.
"""

import json
import re
from decimal import Decimal, DecimalException
from typing import Final, NoReturn

from kintone.messages import Message, verbatim

MOST_DIGITS = 4_300
"""Digits of a whole number that Python converts; more would take quadratic time."""
_LONG_NUMBER = re.compile(rf"(?<![\w\"])-?[0-9]{{{MOST_DIGITS + 1}}}")
_ADVICE = {
    "Expecting property name enclosed in double quotes": Message('a name in double quotes is needed, such as "price"'),
    "Expecting value": Message('a value is needed: text in double quotes, a number, true, false, null, {{"…"}} or […]'),
    "Expecting ',' delimiter": Message("a comma or a closing bracket is missing"),
    "Expecting ':' delimiter": Message("a colon is missing after the name"),
    "Unterminated string starting at": Message("the text in quotes that begins here is never closed"),
    "Invalid control character at": Message(r"a line end or tab inside quotes must be written \n or \t"),
    "Invalid \\escape": Message(r"a backslash must be doubled: \\"),
    "Invalid \\uXXXX escape": Message(r"\u must be followed by four hexadecimal digits"),
    "Extra data": Message("the JSON is over, and something follows it"),
    "Illegal trailing comma before end of object": Message("remove this comma"),
    "Illegal trailing comma before end of array": Message("remove this comma"),
}


class UnreadableTextError(ValueError):
    """A text that makes no sense from ``index`` on; None where the place is not known.

    ``decided`` tells that the text would make no sense in any other notation either.
    """

    def __init__(self, complaint: Message, index: int | None = None, *, decided: bool = True) -> None:
        """Keep what is wrong and where."""
        super().__init__(complaint)
        self.complaint: Final = complaint
        self.index: Final = index
        self.decided: Final = decided

    def at(self, index: int | None) -> "UnreadableTextError":
        """Return the same complaint about another place."""
        return UnreadableTextError(self.complaint, index, decided=self.decided)


def read_json(text: str) -> object:
    """Return what a JSON text holds; raises ``UnreadableTextError``. The caller has checked how deep it nests."""
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
        raise UnreadableTextError(
            Message("a whole number has more than {most} digits", most=MOST_DIGITS), match.start() if match else None
        ) from None


class _LiteralError(UnreadableTextError):
    """A number that cannot be used; the parser's hooks know its text but not its place."""

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
                    Message("the name {name} stands twice in one object; keep one of them", name=shown)
                )
            seen.add(name)
    return found


def _decimal(literal: str) -> Decimal:
    if len(literal) > MOST_DIGITS:
        raise _LiteralError(Message("a number has more than {most} digits", most=MOST_DIGITS), literal)
    try:
        number = Decimal(literal)
    except DecimalException:
        number = Decimal("NaN")
    if not number.is_finite():
        raise _LiteralError(Message("the number {number} is beyond every range", number=literal[:40]), literal)
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
