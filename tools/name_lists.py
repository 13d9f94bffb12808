"""Lists of field codes."""

import re
from decimal import Decimal

from kintone import limits
from kintone.errors import InvalidParameterError
from kintone.texts import preview
from tools.structured_text import holds_data, is_absent, read_structure, unwrap

ALL = "*"
"""No field code holds it."""
_COMMAS_AND_LINES = re.compile("[,;\n\r\u3001\uff0c\uff1b]")
_QUOTED = re.compile("""(["'])(.+)\\1""")
_UNSOUND = re.compile("[\x00\ud800-\udfff]")
_LOOKS_LIKE_LIST = re.compile(r"[\ufeff\s]*+(?:\[|\{|`{3}|~{3})")
"""No field code holds brackets."""


def read_list(parameter: str, value: object) -> list[str]:
    """Return the field codes that a parameter carries; raises ``InvalidParameterError``.

    A list, a JSON list, or a text: codes separated by commas, semicolons and lines, in quotes or not; no code holds any
    of these. They keep their order; empty ones are left out.
    """
    if is_absent(value):
        return []
    if isinstance(value, str) and not _LOOKS_LIKE_LIST.match(value) and not holds_data(value):
        names = [_bare(name) for name in _COMMAS_AND_LINES.split(value)]
    else:
        structure = unwrap(read_structure(parameter, value), parameter)
        if not isinstance(structure, list):
            raise _no_list(parameter, structure)
        names = [_name(parameter, entry, number) for number, entry in enumerate(structure, start=1)]
    for number, name in enumerate(names, start=1):
        _require_name(parameter, name, number)
    return [name for name in names if name]


def read_fields(value: object) -> list[str]:
    """Return the field codes that ``fields`` carries; none means all, as ``*`` does."""
    codes = read_list("fields", value)
    return [] if ALL in codes else codes


def _bare(text: str) -> str:
    text = text.strip("\ufeff \t\u3000")
    quoted = _QUOTED.fullmatch(text)
    return quoted[2].strip() if quoted else text


def _name(parameter: str, entry: object, number: int) -> str:
    if isinstance(entry, str):
        return entry.strip()
    if isinstance(entry, int | Decimal) and not isinstance(entry, bool) and len(preview(entry)) < 20:  # noqa: PLR2004
        return preview(entry)
    raise InvalidParameterError(
        "{parameter}: entry {number} must be a text in quotes, not {value}",
        parameter=parameter,
        number=number,
        value=preview(entry),
    )


def _require_name(parameter: str, name: str, number: int) -> None:
    if len(name) > limits.MAX_NAME_LENGTH:
        raise InvalidParameterError(
            "{parameter}: entry {number}, {name}, has {length:,} characters; a field code has at most {most}, and "
            "codes are separated by commas or lines",
            parameter=parameter,
            number=number,
            name=preview(name),
            length=len(name),
            most=limits.MAX_NAME_LENGTH,
        )
    if _UNSOUND.search(name):
        raise InvalidParameterError(
            "{parameter}: entry {number}, {name}, holds a character that no name has",
            parameter=parameter,
            number=number,
            name=preview(name),
        )


def _no_list(parameter: str, value: object) -> InvalidParameterError:
    return InvalidParameterError(
        '{parameter} must be a list such as ["first", "second"], not {value}', parameter=parameter, value=preview(value)
    )
