"""Reads the parameters that hold a list of names, such as field codes."""

import re
from decimal import Decimal

from kintone import limits
from kintone.errors import InvalidParameterError
from kintone.texts import preview
from tools.structured_text import holds_data, is_absent, read_structure, unwrap

ALL_FIELDS = "*"
"""Stands for all fields; a field code cannot contain it."""
_COMMAS_AND_LINES = re.compile("[,;\n\r\u3001\uff0c\uff1b]")
_QUOTED = re.compile("""(["'])(.+)\\1""")
_UNENCODABLE = re.compile("[\x00\ud800-\udfff]")
_LOOKS_LIKE_LIST = re.compile(r"[\ufeff\s]*+(?:\[|\{|`{3}|~{3})")
"""A text that begins with a bracket or a code fence is decoded as data; a field code cannot contain brackets."""


def read_list(parameter: str, value: object) -> list[str]:
    """Return the field codes in a parameter; raises ``InvalidParameterError``.

    The value is a list, a JSON list, or a text of codes separated by commas, semicolons or line breaks, quoted or
    not; a field code cannot contain these characters. The codes keep their order; empty ones are left out.
    """
    if is_absent(value):
        return []
    names = names_in_text(value)
    if names is None:
        structure = unwrap(read_structure(parameter, value), parameter)
        if not isinstance(structure, list):
            raise _not_a_list(parameter, structure)
        names = [_name(parameter, entry, number) for number, entry in enumerate(structure, start=1)]
    for number, name in enumerate(names, start=1):
        _require_name(parameter, name, number)
    return [name for name in names if name]


def names_in_text(value: object) -> list[str] | None:
    """Return the names in a text, separated by commas, semicolons or line breaks; None for data and JSON."""
    if not isinstance(value, str) or _LOOKS_LIKE_LIST.match(value) or holds_data(value):
        return None
    return [_unquoted(name) for name in _COMMAS_AND_LINES.split(value)]


def read_fields(value: object) -> list[str]:
    """Return the field codes in ``fields``; no codes mean all fields, as ``*`` does."""
    codes = read_list("fields", value)
    return [] if ALL_FIELDS in codes else codes


def _unquoted(text: str) -> str:
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
    if _UNENCODABLE.search(name):
        raise InvalidParameterError(
            "{parameter}: entry {number}, {name}, holds a character that no name can have",
            parameter=parameter,
            number=number,
            name=preview(name),
        )


def _not_a_list(parameter: str, value: object) -> InvalidParameterError:
    return InvalidParameterError(
        '{parameter} must be a list such as ["first", "second"], not {value}', parameter=parameter, value=preview(value)
    )
