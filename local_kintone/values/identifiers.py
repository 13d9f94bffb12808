"""Ids as clients write them."""

from __future__ import annotations

from local_kintone.refusals import invalid_parameter


def positive(value: object, name: str) -> int:
    """Return a positive integer, given as number or numeric text, or refuse under a name."""
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not str(value).isdecimal() or not int(value):
        raise invalid_parameter(name, "Only positive integers are allowed.")
    return int(value)
