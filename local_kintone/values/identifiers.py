"""Ids as clients write them."""

from __future__ import annotations

import re

from local_kintone.refusals import invalid_parameter

# Digits of half width alone.
_DIGITS = re.compile(r"[0-9]+")


def is_whole(text: str) -> bool:
    """Tell whether a text is nothing but half-width digits."""
    return bool(_DIGITS.fullmatch(text))


def positive(value: object, name: str) -> int:
    """Return a positive integer, given as number or numeric text, or refuse under a name."""
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not is_whole(str(value)) or not int(value):
        raise invalid_parameter(name, "Only positive integers are allowed.")
    return int(value)
