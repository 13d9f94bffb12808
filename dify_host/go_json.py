"""JSON as it comes out of Dify's plugin daemon, which decodes it into Go maps and writes it again, both ways.

Seen under the real daemon: the keys of an object come out sorted, every number is a float64 (2^53 + 1 becomes 2^53,
`1.0` becomes 1), and half of a surrogate pair becomes U+FFFD.
"""

import json
import math
import re
from decimal import Decimal
from operator import itemgetter
from typing import Any, NoReturn

_EXACT_DIGITS = 15
"""So many digits every float64 holds as they were written."""
_LARGEST_PLAIN = 1e21
"""From here on Go writes an exponent, and what reads it makes a float of it."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(rb"(?<!\\)(?:\\\\)*\\u0085")
_first = itemgetter(0)


def read(line: bytes) -> Any:  # noqa: ANN401 - JSON holds anything
    """Return what stands behind the daemon for JSON that stands before it.

    Raises:
        ValueError: The line is no JSON, or holds a number that float64 has no place for.
    """
    value = json.loads(
        line,
        object_pairs_hook=_sorted,
        parse_int=_whole,
        parse_float=_number,
        parse_constant=_refuse,
    )
    return _mended(value) if b"\\ud" in line or b"\\uD" in line else value


def carried(value: object) -> Any:  # noqa: ANN401 - likewise
    """Return what the plugin receives of a value that Dify's API server sends.

    Raises:
        TypeError, ValueError: The value is no JSON, or holds a number that float64 has no place for.
    """
    return read(json.dumps(value).encode())


def has_line_end(line: bytes) -> bool:
    """Return whether JSON holds U+0085, which Go writes as it is and Dify's API server takes for the end of a line."""
    return b"\xc2\x85" in line or (b"\\u0085" in line and _LINE_END.search(line) is not None)


def _sorted(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    pairs.sort(key=_first)
    return dict(pairs)


def _whole(text: str) -> int | float:
    return int(text) if len(text) <= _EXACT_DIGITS else _number(text)


def _number(text: str) -> int | float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]}… is no float64")
    if number.is_integer() and abs(number) < _LARGEST_PLAIN:
        # The shortest digits that mean this float64, filled up with zeros, and not its exact value.
        return int(Decimal(repr(number)))
    return number


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _mended(value: Any) -> Any:  # noqa: ANN401 - JSON holds anything
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return value
