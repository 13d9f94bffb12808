"""Reading one value of one field by the shape of its type; tables are read in ``checking.py``."""

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from kintone import limits
from kintone.field_types import Shape
from kintone.forms.fields import FieldDefinition
from kintone.messages import Message
from kintone.problems import ProblemCode, UnusableValueError
from kintone.records.choices import read_option, read_options
from kintone.texts import preview
from kintone.values.dates import read_date, read_datetime, read_time
from kintone.values.json_texts import read_rendered
from kintone.values.numbers import read_number

type Reader = Callable[[object, FieldDefinition], object]


def is_empty(value: object) -> bool:
    """Tell whether kintone clears a field that gets this value: ``null``, ``""`` or ``[]``."""
    return value is None or (isinstance(value, str | list) and not value)


def read_value(value: object, definition: FieldDefinition) -> object:
    """Return the value as kintone takes it; raises ``UnusableValueError``.

    An empty value becomes the empty value of the type; ``""`` stays ``""`` for types of one text.
    """
    if is_empty(value) and definition.type.shape is not Shape.PERSON:
        return value if isinstance(value, str) and definition.type.empty in (None, "") else definition.type.empty_value
    return _READERS[definition.type.shape](value, definition)


# Texts


_BROKEN = re.compile("[\x00\ud800-\udfff]")


def reject_unencodable(text: str) -> None:
    """Raise ``UnusableValueError`` for a NUL or half of a character; neither can be sent to kintone."""
    if text.isascii() and "\x00" not in text:
        return
    broken = _BROKEN.search(text)
    if broken:
        place = broken.start() + 1
        if broken.group() == "\x00":
            complaint = Message("the text holds a NUL character at position {place}", place=place)
        else:
            complaint = Message(
                "the text holds half of a character (a lone surrogate) at position {place}", place=place
            )
        raise UnusableValueError(ProblemCode.BAD_FORMAT, complaint, Message("remove that character"))


def _read_text(value: object, definition: FieldDefinition) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE,
            Message("{words} is needed, not {value}", words=definition.type.words, value=preview(value)),
            Message("write it as a text in quotes"),
        )
    if not isinstance(value, str):
        return read_number(value)
    reject_unencodable(value)
    return value


def _read_lines(value: object, definition: FieldDefinition) -> str:
    text = _read_text(value, definition)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


# Values of types that are not known here


MAX_PARTS = 200_000


def read_plain(value: object, _definition: FieldDefinition) -> object:
    """Return the value unchanged; raises ``UnusableValueError`` for a value that JSON cannot hold.

    There is no recursion, so that a value of any depth can be refused.
    """
    unchecked: list[tuple[object, int]] = [(value, 1)]
    count = 0
    while unchecked:
        part, depth = unchecked.pop()
        count += 1
        if depth > limits.MAX_DEPTH or count > MAX_PARTS:
            raise UnusableValueError(
                ProblemCode.BAD_FORMAT, Message("{value} is nested too deeply or too large", value=preview(value))
            )
        if isinstance(part, dict):
            unchecked.extend((inner, depth + 1) for pair in part.items() for inner in pair)
            if not all(isinstance(key, str) for key in part):
                raise UnusableValueError(
                    ProblemCode.WRONG_TYPE, Message("{value} has a name that is not a text", value=preview(value))
                )
        elif isinstance(part, list):
            unchecked.extend((inner, depth + 1) for inner in part)
        else:
            _require_scalar(part)
    return value


def _require_scalar(part: object) -> None:
    if isinstance(part, str):
        reject_unencodable(part)
    elif isinstance(part, float | Decimal):
        if not (part.is_finite() if isinstance(part, Decimal) else math.isfinite(part)):
            raise UnusableValueError(
                ProblemCode.BAD_FORMAT, Message("{value} is not a number kintone can hold", value=preview(part))
            )
    elif part is not None and not isinstance(part, int):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE, Message("{value} is not a value that JSON can hold", value=preview(part))
        )


# Users, departments, groups and files


_SEPARATORS = re.compile("[,;\n\r\t\u3001\uff0c\uff1b]")
# "Name (code)", as the text and CSV output of this plugin show a person.
_NAME_AND_CODE = re.compile(r"[^\s()\uff08\uff09].*(?:\s\(([^\s()]+)\)|\uff08([^\s\uff08\uff09]+)\uff09)", re.DOTALL)
# Keys of uploads and of saved files, https://cybozu.dev/ja/kintone/docs/rest-api/files/upload-file.
_FILE_KEY = re.compile(r"[0-9A-Za-z_-]+")
_AS_CODE = Message('write the code as a text, or as an object with "code"')
_AS_KEY = Message("upload the file first and send the file key that the upload returns")


def read_codes(value: object, _definition: FieldDefinition) -> list[dict[str, str]]:
    """Return users, departments or groups as kintone takes them; raises ``UnusableValueError``.

    Takes a code, an object with ``code``, a list of either, or the text of such a list. ``Name (code)`` means the code.
    A text with commas that is not a list is ambiguous: one code or several.
    """
    return [{"code": code} for code in codes_in(value)]


def codes_in(value: object) -> list[str]:
    """Return the codes in a value that ``read_codes`` takes, each once; raises ``UnusableValueError``."""
    return list(dict.fromkeys(map(_code, _as_list(value))))


def read_files(value: object, _definition: FieldDefinition) -> list[dict[str, str]]:
    """Return attachments as kintone takes them: a file key, an object with ``fileKey``, or a list of either."""
    return [{"fileKey": key} for key in dict.fromkeys(map(_file_key, _as_list(value)))]


def read_person(value: object, _definition: FieldDefinition) -> dict[str, str]:
    """Return the one user of CREATOR or MODIFIER; raises ``UnusableValueError``."""
    given = _as_list(value)
    if len(given) != 1:
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE, Message("one user is needed, not {value}", value=preview(value)), _AS_CODE
        )
    return {"code": _code(given[0])}


def _as_list(value: object) -> list[object]:
    given = read_rendered(value) if isinstance(value, str) else value
    entries = given if isinstance(given, list) else [given]
    if len(entries) > limits.MAX_LIST_ENTRIES:
        raise UnusableValueError(
            ProblemCode.TOO_LONG,
            Message("{count} entries are more than {maximum}", count=len(entries), maximum=limits.MAX_LIST_ENTRIES),
        )
    return entries


def _code(value: object) -> str:
    found = value.get("code") if isinstance(value, Mapping) else value
    if isinstance(found, int) and not isinstance(found, bool) and found.bit_length() <= limits.MAX_CODE_LENGTH:
        return str(found)
    if not isinstance(found, str):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE,
            Message("{value} is neither a code nor an object with code", value=preview(value)),
            _AS_CODE,
        )
    text = _checked_text(found, Message("code"), _AS_CODE)
    if isinstance(value, Mapping):
        return text
    if _SEPARATORS.search(text):
        raise UnusableValueError(
            ProblemCode.AMBIGUOUS,
            Message("{value} may be one code or several", value=preview(value)),
            _one_or_several(text),
        )
    match = _NAME_AND_CODE.fullmatch(text)
    return (match[1] or match[2]) if match else text


def _file_key(value: object) -> str:
    found = value.get("fileKey") if isinstance(value, Mapping) else value
    if not isinstance(found, str):
        raise UnusableValueError(
            ProblemCode.WRONG_TYPE,
            Message("{value} is neither a file key nor an object with fileKey", value=preview(value)),
            _AS_KEY,
        )
    text = _checked_text(found, Message("file key"), _AS_KEY)
    if not _FILE_KEY.fullmatch(text):
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT, Message("{value} is not a file key", value=preview(found)), _AS_KEY
        )
    return text


def _checked_text(raw: str, noun: Message, advice: Message) -> str:
    """Return a text without blanks around it; raises ``UnusableValueError`` for an empty or too long one."""
    text = raw.strip()
    if not text or len(raw) > limits.MAX_CODE_LENGTH:
        raise UnusableValueError(
            ProblemCode.BAD_FORMAT, Message("{value} is not a {noun}", value=preview(raw), noun=noun), advice
        )
    reject_unencodable(raw)
    return text


def _one_or_several(text: str) -> Message:
    names = [name.strip() for name in _SEPARATORS.split(text) if name.strip()]
    return Message(
        "write a list for several: {names}, or an object for one: {one}",
        names=preview(names),
        one=preview([{"code": text}]),
    )


# The reader of each shape


def _without_definition(read: Callable[[object], str]) -> Reader:
    """Make a ``Reader`` of a function that does not need the field's definition."""
    return lambda value, _definition: read(value)


_READERS: dict[Shape, Reader] = {
    Shape.TEXT: _read_text,
    Shape.LINES: _read_lines,
    Shape.NUMBER: _without_definition(read_number),
    Shape.OPTION: read_option,
    Shape.OPTIONS: read_options,
    Shape.DATE: _without_definition(read_date),
    Shape.TIME: _without_definition(read_time),
    Shape.DATETIME: _without_definition(read_datetime),
    Shape.CODES: read_codes,
    Shape.PERSON: read_person,
    Shape.FILES: read_files,
    Shape.OTHER: read_plain,
}
