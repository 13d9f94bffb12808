"""Values that point at something else: users, departments, groups and uploaded files."""

import re
from collections.abc import Mapping

from kintone.forms.field_definitions import FieldDefinition
from kintone.messages import Message
from kintone.problems import ProblemCode, UnusableValueError
from kintone.values.excerpts import excerpt
from kintone.values.plain_text import require_sound
from kintone.values.rendered_lists import read_rendered

MOST_ENTRIES = 10_000
"""Entries of one list that are looked at; ours, far beyond what a form shows."""
LONGEST_CODE = 512
_SEPARATORS = re.compile("[,;\n\r\t\u3001\uff0c\uff1b]")
# As this plugin's own text and CSV show a person.
_NAME_AND_CODE = re.compile(r"[^\s()\uff08\uff09].*(?:\s\(([^\s()]+)\)|\uff08([^\s\uff08\uff09]+)\uff09)", re.DOTALL)
# Keys of uploads and of saved files, https://cybozu.dev/ja/kintone/docs/rest-api/files/upload-file.
_FILE_KEY = re.compile(r"[0-9A-Za-z_-]+")


def read_codes(value: object, _definition: FieldDefinition) -> list[dict[str, str]]:
    """Return users, departments or groups as kintone takes them; raises ``UnusableValueError``.

    Takes a code, an object with ``code``, a list of either, or the text of such a list. ``Name (code)`` is the code. A
    bare text with commas is ambiguous: one code or several.
    """
    return [{"code": code} for code in dict.fromkeys(map(_code, _listed(value)))]


def read_files(value: object, _definition: FieldDefinition) -> list[dict[str, str]]:
    """Return attachments as kintone takes them: a file key, an object with ``fileKey``, or a list of either."""
    return [{"fileKey": key} for key in dict.fromkeys(map(_file_key, _listed(value)))]


def read_person(value: object, _definition: FieldDefinition) -> dict[str, str]:
    """Return the one user of CREATOR or MODIFIER; raises ``UnusableValueError``."""
    given = _listed(value)
    if len(given) != 1:
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE, Message("one user is needed, not {value}", value=excerpt(value)), _AS_CODE
        )
    return {"code": _code(given[0])}


_AS_CODE = Message('write the code as a text, or as an object with "code"')
_AS_KEY = Message("upload the file first and send the file key that the upload returns")


def _listed(value: object) -> list[object]:
    given = read_rendered(value) if isinstance(value, str) else value
    entries = given if isinstance(given, list) else [given]
    if len(entries) > MOST_ENTRIES:
        raise UnusableValueError(
            ProblemCode.TOO_LONG, Message("{count} entries are more than {most}", count=len(entries), most=MOST_ENTRIES)
        )
    return entries


def _code(value: object) -> str:
    found = value.get("code") if isinstance(value, Mapping) else value
    if isinstance(found, int) and not isinstance(found, bool) and found.bit_length() <= LONGEST_CODE:
        return str(found)
    if not isinstance(found, str):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE,
            Message("{value} is neither a code nor an object with code", value=excerpt(value)),
            _AS_CODE,
        )
    text = _short(found, Message("code"), _AS_CODE)
    if isinstance(value, Mapping):
        return text
    if _SEPARATORS.search(text):
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} may be one code or several", value=excerpt(value)),
            _one_or_several(text),
        )
    named = _NAME_AND_CODE.fullmatch(text)
    return (named[1] or named[2]) if named else text


def _file_key(value: object) -> str:
    found = value.get("fileKey") if isinstance(value, Mapping) else value
    if not isinstance(found, str):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE,
            Message("{value} is neither a file key nor an object with fileKey", value=excerpt(value)),
            _AS_KEY,
        )
    text = _short(found, Message("file key"), _AS_KEY)
    if not _FILE_KEY.fullmatch(text):
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT, Message("{value} is not a file key", value=excerpt(found)), _AS_KEY
        )
    return text


def _short(found: str, noun: Message, advice: Message) -> str:
    require_sound(found[: LONGEST_CODE + 1])
    text = found.strip()
    if not text or len(found) > LONGEST_CODE:
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT, Message("{value} is not a {noun}", value=excerpt(found), noun=noun), advice
        )
    return text


def _one_or_several(text: str) -> Message:
    names = [name.strip() for name in _SEPARATORS.split(text) if name.strip()]
    return Message(
        "write a list for several: {names}, or an object for one: {one}",
        names=excerpt(names),
        one=excerpt([{"code": text}]),
    )
