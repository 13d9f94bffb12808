"""The guard against formulas: an apostrophe in front of a text that a spreadsheet would run."""

import re

FORMULA_STARTS = frozenset(
    "=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
GUARD = "'"
GUARDED_STARTS = FORMULA_STARTS | {GUARD}
"""First characters of all texts that ``without_formula`` may change."""
_SIGNED_NUMBER = re.compile(r"[+-][0-9]+(\.[0-9]+)?")


def without_formula(text: str) -> str:
    """Return the text with an apostrophe in front if a spreadsheet would run it; a signed number stays unchanged.

    A text that already has apostrophes in front of a formula gets one more, so that ``without_guard`` gives every text
    back. An import by others would save the apostrophe, so files for them are written without it.
    """
    return GUARD + text if _is_formula(text.lstrip(GUARD)) else text


def without_guard(text: str) -> str:
    """Return the text that ``without_formula`` made this one of; a text without the guard stays unchanged."""
    return text[1:] if text[:1] == GUARD and _is_formula(text.lstrip(GUARD)) else text


def _is_formula(text: str) -> bool:
    return text[:1] in FORMULA_STARTS and not _SIGNED_NUMBER.fullmatch(text)
