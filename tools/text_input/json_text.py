"""JSON texts, read more strictly than the standard library does by itself.

Numbers with a decimal point become ``Decimal``, so that ``0.1`` and twenty digits arrive as they were written.
"""

import json
import re
from decimal import Decimal, DecimalException
from typing import NoReturn

MOST_DIGITS = 4_300
"""Digits of a whole number that Python converts; more would take quadratic time."""
_LONG_NUMBER = re.compile(rf"(?<![\w\"])-?[0-9]{{{MOST_DIGITS + 1}}}")
_ADVICE = {
    "Expecting property name enclosed in double quotes": 'a name in double quotes is needed, such as "price"',
    "Expecting value": 'a value is needed: text in double quotes, a number, true, false, null, {"…"} or […]',
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
    "Expecting ':' delimiter": "a colon is missing after the name",
    "Unterminated string starting at": "the text in quotes that begins here is never closed",
    "Invalid control character at": r"a line end or tab inside quotes must be written \n or \t",
    "Invalid \\escape": r"a backslash must be doubled: \\",
    "Invalid \\uXXXX escape": r"\u must be followed by four hexadecimal digits",
    "Extra data": "the JSON is over, and something follows it",
    "Illegal trailing comma before end of object": "remove this comma",
    "Illegal trailing comma before end of array": "remove this comma",
}


class UnreadableTextError(ValueError):
    """A text that makes no sense from ``index`` on; None where the place is not known.

    ``decided`` tells that the text would make no sense in any other notation either.
    """

    def __init__(self, complaint: str, index: int | None = None, *, decided: bool = True) -> None:
        """Keep what is wrong and where."""
        super().__init__(complaint)
        self.complaint = complaint
        self.index = index
        self.decided = decided


def read_json(text: str) -> object:
    """Return what a JSON text holds; raises ``UnreadableTextError``. The caller has checked how deep it nests."""
    try:
        return json.loads(text, object_pairs_hook=_object, parse_float=_decimal, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise _syntax_error(text, error) from None
    except UnreadableTextError as error:
        if error.index is None and isinstance(error, _LiteralError):
            error.index = max(0, text.find(error.literal))
        raise
    except ValueError:
        match = _LONG_NUMBER.search(text)
        raise UnreadableTextError(
            f"a whole number has more than {MOST_DIGITS} digits", match.start() if match else None
        ) from None


class _LiteralError(UnreadableTextError):
    """A number that cannot be used; the parser's hooks know its text but not its place."""

    def __init__(self, complaint: str, literal: str) -> None:
        super().__init__(complaint)
        self.literal = literal


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                shown = json.dumps(name[:80], ensure_ascii=True)
                raise UnreadableTextError(f"the name {shown} stands twice in one object; keep one of them")
            seen.add(name)
    return found


def _decimal(literal: str) -> Decimal:
    if len(literal) > MOST_DIGITS:
        raise _LiteralError(f"a number has more than {MOST_DIGITS} digits", literal)
    try:
        number = Decimal(literal)
    except DecimalException:
        number = Decimal("NaN")
    if not number.is_finite():
        raise _LiteralError(f"the number {literal[:40]} is beyond every range", literal)
    return number


def _refuse_constant(literal: str) -> NoReturn:
    raise _LiteralError(f"{literal} is no JSON; write a number or null", literal)


def _syntax_error(text: str, error: json.JSONDecodeError) -> UnreadableTextError:
    before = text[: error.pos].rstrip()
    if before.endswith(",") and text[error.pos : error.pos + 1] in ("]", "}"):
        return UnreadableTextError(f"remove the comma before {text[error.pos]}", len(before) - 1, decided=False)
    return UnreadableTextError(_ADVICE.get(error.msg.removesuffix(": "), error.msg), error.pos, decided=False)
