"""Checking written values of all types and converting them into stored values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from local_kintone.dates import normalize_date, normalize_datetime, normalize_time
from local_kintone.forms import field_types
from local_kintone.numbers import format_number
from local_kintone.refusals import RefusedError, invalid_input, no_file, wrong_shape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_kintone.forms.apps import App
    from local_kintone.forms.form import Field
    from local_kintone.settings import Settings
    from local_kintone.storage.file_store import FileStore


@dataclass(slots=True)
class Problems:
    """Messages by kintone's `errors` key."""

    messages: dict[str, list[str]] = field(default_factory=dict)

    def add(self, key: str, message: str) -> None:
        """Add one message; the same message under the same key is added only once."""
        texts = self.messages.setdefault(key, [])
        if message not in texts:
            texts.append(message)

    def raise_any(self) -> None:
        """Refuse the write if there are messages."""
        if self.messages:
            raise invalid_input(self.messages)


@dataclass(frozen=True, slots=True)
class FieldPath:
    """Path of a value in the request: "record", "records[3]" or a table row, and the field code."""

    prefix: str
    code: str

    def key(self, tail: str = "value") -> str:
        """Return the `errors` key, such as `record.name.value`."""
        return f"{self.prefix}.{self.code}.{tail}"

    @property
    def bracketed_key(self) -> str:
        """The `errors` key that kintone uses for an invalid NUMBER: `record[price].value`."""
        return f"{self.prefix}[{self.code}].value"


# JSON numbers are documented only for NUMBER; live servers also accept them for texts.
TAKES_NUMBERS = frozenset({"NUMBER", "SINGLE_LINE_TEXT", "MULTI_LINE_TEXT", "RICH_TEXT"})
TOO_MANY_DIGITS = "The number has too many significant digits."

_LINKS = {
    "WEB": re.compile(r"(?:https?|ftp)://\S+", re.IGNORECASE),
    "MAIL": re.compile(r"[^\s@]+@[^\s@]+"),
    "CALL": re.compile(r"[-+0-9#*;,.()a-zA-Z ]+"),
}


@dataclass(frozen=True, slots=True)
class ValueContext:
    """The context for reading a value.

    Attributes:
        settings: contains the existing users, organizations and groups.
        files: contains the uploaded files.
        app: the target app.
        problems: collects the messages.
        in_rows: whether the value is in a table row.
    """

    settings: Settings
    files: FileStore
    app: App
    problems: Problems
    in_rows: bool = False


def read_value(field: Field, given: object, path: FieldPath, context: ValueContext, before: object = None) -> object:
    """Return the stored value of a written value; an invalid value adds a problem and gives a blank.

    Args:
        field: any field except a table.
        given: the content of "value".
        path: path of the value in the request.
        context: the context of the write.
        before: the record's current value, if any.

    Raises:
        RefusedError: a value of a wrong shape, an unknown person or an unknown file.
    """
    if field.type == "FILE":
        return _files(given, before, context)
    if field.type in field_types.LISTS:
        return (
            _people(field, given, context)
            if field.type in field_types.PEOPLE
            else _choices(field, given, path, context)
        )
    if given is None or given == "":
        return field_types.blank_value(field.type)
    if not isinstance(given, str):
        if isinstance(given, bool) or not isinstance(given, (int, float)) or field.type not in TAKES_NUMBERS:
            raise wrong_shape()
        given = str(given)
    return _SCALARS[field.type](field, given, path, context)


def _text(_field: Field, given: str, _path: FieldPath, _context: ValueContext) -> object:
    return given


def _number(_field: Field, given: str, path: FieldPath, context: ValueContext) -> object:
    text = given.strip()
    if not text:
        return ""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or "_" in text or not text.isascii():
        # kintone ignores an invalid number in a table: the cell stays empty.
        if not context.in_rows:
            context.problems.add(path.bracketed_key, "Only numbers are allowed.")
        return ""
    rounded = context.app.precision.rounded(number)
    if rounded is None:
        context.problems.add(path.key(), TOO_MANY_DIGITS)
        return ""
    return format_number(rounded)


def _link(field: Field, given: str, path: FieldPath, context: ValueContext) -> object:
    pattern = _LINKS.get(str(field.properties.get("protocol")), _LINKS["WEB"])
    if not pattern.fullmatch(given):
        context.problems.add(path.key(), "The format is not valid.")
    return given


def _one_choice(field: Field, given: str, path: FieldPath, context: ValueContext) -> object:
    if given not in field.properties["options"]:
        context.problems.add(path.key(), f'The value, "{given}", is not in options.')
    return given


def _moment(
    normal: Callable[[str], str | None], message: str
) -> Callable[[Field, str, FieldPath, ValueContext], object]:
    def read(field: Field, given: str, path: FieldPath, context: ValueContext) -> object:
        value = normal(given)
        if value is None:
            context.problems.add(path.key(), message)
            return field_types.blank_value(field.type)
        return value

    return read


_SCALARS: Mapping[str, Callable[[Field, str, FieldPath, ValueContext], object]] = {
    "SINGLE_LINE_TEXT": _text,
    "MULTI_LINE_TEXT": _text,
    "RICH_TEXT": _text,
    "NUMBER": _number,
    "LINK": _link,
    "RADIO_BUTTON": _one_choice,
    "DROP_DOWN": _one_choice,
    "DATE": _moment(normalize_date, "The date is not valid."),
    "TIME": _moment(normalize_time, "The time is not valid."),
    "DATETIME": _moment(normalize_datetime, "The date and time are not valid."),
}


def _listed(given: object) -> list[Any]:
    if given is None or given == "":
        return []
    if not isinstance(given, list):
        raise wrong_shape()
    return given


def _choices(field: Field, given: object, path: FieldPath, context: ValueContext) -> object:
    chosen = _listed(given)
    for index, name in enumerate(chosen):
        if not isinstance(name, str):
            raise wrong_shape()
        if name not in field.properties["options"]:
            context.problems.add(path.key(f"values[{index}].value"), f'The value, "{name}", is not in options.')
    return list(dict.fromkeys(chosen))


def _people(field: Field, given: object, context: ValueContext) -> object:
    known, code = _directory(field, context.settings)
    people = []
    for person in _listed(given):
        if not isinstance(person, dict) or not isinstance(person.get("code"), str):
            raise wrong_shape()
        if person["code"] not in known:
            raise RefusedError(400, code, f"The specified {field.type} value (code: {person['code']}) is not found.")
        people.append({"code": person["code"], "name": known[person["code"]]})
    return people


def _directory(field: Field, settings: Settings) -> tuple[Mapping[str, str], str]:
    if field.type == "USER_SELECT":
        return settings.users, "GAIA_IL26"
    if field.type == "ORGANIZATION_SELECT":
        return settings.organizations, "GAIA_IL28"
    return settings.groups, "GAIA_IL26"


def _files(given: object, before: object, context: ValueContext) -> object:
    present = {file["fileKey"]: file for file in _listed(before)}
    files = []
    for item in _listed(given):
        key = item.get("fileKey") if isinstance(item, dict) else None
        if not isinstance(key, str):
            raise wrong_shape()
        files.append(present[key] if key in present else _attached(key, context))
    return files


def _attached(upload_key: str, context: ValueContext) -> dict[str, str]:
    attached = context.files.attach(upload_key, context.app.number)
    if attached is None:
        raise no_file(upload_key)
    key, file = attached
    return {"fileKey": key, "name": file.name, "contentType": file.content_type, "size": str(len(file.content))}
