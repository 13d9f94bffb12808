"""How deep a text nests, found before any parser descends into it."""

import re
from itertools import accumulate

DEEPEST = 64
"""Levels of objects and lists; a record with a table has eight."""

# A string that is never closed is taken up to the end of the text, so that the scan stays linear whatever comes.
_JSON_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_PYTHON_STRING = re.compile(
    r""""[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|'[^'\\]*+(?:\\.[^'\\]*+)*+(?:'|\\?\Z)""", re.DOTALL
)
_BRACKETS = b"[]{}"
_OTHERS = bytes(set(range(256)) - set(_BRACKETS))
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


def depth_of_json(text: str) -> int:
    """Return the deepest level of objects and lists in a JSON text, right or wrong."""
    return _depth(text, _JSON_STRING)


def depth_of_python(text: str) -> int:
    """Return the deepest level in a Python literal, whose strings have either kind of quotes."""
    return _depth(text, _PYTHON_STRING)


def _depth(text: str, strings: re.Pattern[str]) -> int:
    if text.count("[") + text.count("{") <= DEEPEST:
        return 0
    outside = strings.sub("", text).encode("ascii", "ignore").translate(None, _OTHERS)
    return max(accumulate(map(_STEPS.__getitem__, outside)), default=0)
