"""Whole numbers that Dify would round on their way: its daemon reads every number of JSON as a float64."""

import re
from collections.abc import Mapping
from typing import Any, Final

LARGEST_EXACT: Final = 2**53
_LONG_NUMBERS: Final = tuple(re.compile(mark + rb"-?[0-9]{16}") for mark in (rb"^", rb":", rb"\[", rb","))
"""Where a long number may begin in compact JSON; one pattern each, which takes half the time of one for all."""


def holds_long_numbers(written: bytes) -> bool:
    """Tell whether compact JSON may hold such a number; a text that looks like one counts too."""
    return any(pattern.search(written) for pattern in _LONG_NUMBERS)


def with_exact_numbers(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what JSON holds with a text of digits in the place of each whole number beyond 2^53."""
    if isinstance(value, Mapping):
        return {key: with_exact_numbers(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [with_exact_numbers(entry) for entry in value]
    return str(value) if isinstance(value, int) and abs(value) > LARGEST_EXACT else value
