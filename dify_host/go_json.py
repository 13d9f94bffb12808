"""JSON after Dify's plugin daemon, which decodes it into Go maps and encodes it again, in both directions.

Observed with the real daemon: the keys of an object are sorted, every number is a float64 (2^53 + 1 becomes 2^53,
`1.0` becomes 1), and a lone surrogate becomes U+FFFD.
"""

import json
import math
import re
from decimal import Decimal
from operator import itemgetter
from typing import Any, NoReturn

_MAX_EXACT_DIGITS = 15
"""A float64 represents every integer of this many digits exactly."""
_EXPONENT_FROM = 1e21
"""From this number Go writes an exponent, and Python reads it as a float."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(rb"(?<!\\)(?:\\\\)*\\u0085")
_first = itemgetter(0)


def read(line: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of JSON after it has passed the daemon.

    Raises:
        ValueError: The line is not JSON, or contains a number outside the range of float64.
    """
    value = json.loads(
        line,
        object_pairs_hook=_sorted,
        parse_int=_integer,
        parse_float=_number,
        parse_constant=_refuse,
    )
    return _without_surrogates(value) if b"\\ud" in line or b"\\uD" in line else value


def through_daemon(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value that the plugin receives for a value that Dify's API server sends.

    Raises:
        TypeError, ValueError: The value cannot be JSON, or contains a number outside the range of float64.
    """
    return read(json.dumps(value).encode())


def has_line_end(line: bytes) -> bool:
    """Tell whether JSON contains U+0085. Go does not escape it, and Dify's API server treats it as a line end."""
    return b"\xc2\x85" in line or (b"\\u0085" in line and _LINE_END.search(line) is not None)


def _sorted(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    pairs.sort(key=_first)
    return dict(pairs)


def _integer(text: str) -> int | float:
    return int(text) if len(text) <= _MAX_EXACT_DIGITS else _number(text)


def _number(text: str) -> int | float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]}… is out of the range of float64")
    if number.is_integer() and abs(number) < _EXPONENT_FROM:
        # Go writes the shortest digits that identify this float64, padded with zeros, not its exact value.
        return int(Decimal(repr(number)))
    return number


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not valid JSON")


def _without_surrogates(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value
