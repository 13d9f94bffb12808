"""The guard against formulas: an apostrophe in front of a text that a spreadsheet would run."""

import re

FORMULA_STARTS = frozenset(
    "=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
_SIGNED_NUMBER = re.compile(r"[+-][0-9]+(\.[0-9]+)?")


def without_formula(text: str) -> str:
    """Return the text with an apostrophe in front if a spreadsheet would run it; a signed number stays unchanged.

    An import by others would save the apostrophe, so files for them are written without it.
    """
    if text[:1] not in FORMULA_STARTS or _SIGNED_NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def without_guard(text: str) -> str:
    """Return the text that ``without_formula`` made this one of; a text without the guard stays unchanged."""
    if text[:1] != "'":
        return text
    inner = text[1:]
    return inner if without_formula(inner) == text else text
