"""Values that point at something else: users, departments, groups and uploaded files."""

from collections.abc import Mapping

from kintone.forms.field_definitions import FieldDefinition
from kintone.messages import Message
from kintone.validation.problems import ProblemCode, UnusableValueError
from kintone.values.excerpts import excerpt
from kintone.values.plain_text import require_sound

MOST_ENTRIES = 10_000
"""Entries of one list that are looked at; ours, far beyond what a form shows."""
LONGEST_CODE = 512
SEPARATORS = (",", "\n", "\u3001", "\uff0c")


def read_codes(value: object, definition: FieldDefinition) -> list[dict[str, str]]:
    """Return users, departments or groups as kintone takes them; raises ``UnusableValueError``.

    Takes a code, an object with ``code``, or a list of either. A text with commas is ambiguous: one code or several.
    """
    return _entries(value, definition, "code")


def read_files(value: object, definition: FieldDefinition) -> list[dict[str, str]]:
    """Return attachments as kintone takes them: a file key, an object with ``fileKey``, or a list of either."""
    return _entries(value, definition, "fileKey")


def read_person(value: object, definition: FieldDefinition) -> dict[str, str]:
    """Return the one user of CREATOR or MODIFIER; raises ``UnusableValueError``."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return {"code": _key(value, definition, "code")}


def _entries(value: object, definition: FieldDefinition, key: str) -> list[dict[str, str]]:
    given = value if isinstance(value, list) else [value]
    if len(given) > MOST_ENTRIES:
        raise UnusableValueError(
            ProblemCode.TOO_LONG, Message("{count} entries are more than {most}", count=len(given), most=MOST_ENTRIES)
        )
    if isinstance(value, str) and any(separator in value for separator in SEPARATORS):
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} may be one {noun} or several", value=excerpt(value), noun=_noun(key)),
            _as_list(value),
        )
    keys = dict.fromkeys(_key(entry, definition, key) for entry in given)
    return [{key: entry} for entry in keys]


def _key(value: object, definition: FieldDefinition, key: str) -> str:
    """Return the code or file key of one entry."""
    found = value.get(key) if isinstance(value, Mapping) else value
    if key == "code" and isinstance(found, int) and not isinstance(found, bool) and found.bit_length() <= LONGEST_CODE:
        found = str(found)
    if not isinstance(found, str):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE,
            Message(
                "{value} is neither a {noun} nor an object with {key}", value=excerpt(value), noun=_noun(key), key=key
            ),
            _like(definition),
        )
    require_sound(found[: LONGEST_CODE + 1])
    text = found.strip()
    if not text or len(found) > LONGEST_CODE:
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT,
            Message("{value} is not a {noun}", value=excerpt(found), noun=_noun(key)),
            _like(definition),
        )
    return text


def _noun(key: str) -> Message:
    return Message("code") if key == "code" else Message("file key")


def _like(definition: FieldDefinition) -> Message:
    return Message("write it like {example}", example=definition.kind.example)


def _as_list(value: str) -> Message:
    for separator in SEPARATORS[1:]:
        value = value[:LONGEST_CODE].replace(separator, ",")
    names = [name.strip() for name in value.split(",") if name.strip()]
    return Message("write a list: {names}", names=excerpt(names))
