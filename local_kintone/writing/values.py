"""A written value of any type, turned into the stored one, or complained about."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from local_kintone.dates import normal_date, normal_datetime, normal_time
from local_kintone.forms import field_types
from local_kintone.numbers import plain_text
from local_kintone.refusals import RefusedError, invalid_input, no_file, wrong_shape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_kintone.forms.apps import App
    from local_kintone.forms.form import Field
    from local_kintone.settings import Settings
    from local_kintone.storage.file_store import FileStore


@dataclass(slots=True)
class Problems:
    """Complaints by kintone's `errors` key."""

    messages: dict[str, list[str]] = field(default_factory=dict)

    def add(self, key: str, message: str) -> None:
        """Note one complaint; the same one about the same key only once."""
        texts = self.messages.setdefault(key, [])
        if message not in texts:
            texts.append(message)

    def raise_any(self) -> None:
        """Refuse the write if anything was noted."""
        if self.messages:
            raise invalid_input(self.messages)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands in the request: "record", "records[3]" or a table row, and the field's code."""

    prefix: str
    code: str

    def key(self, tail: str = "value") -> str:
        """Return the `errors` key, such as `record.name.value`."""
        return f"{self.prefix}.{self.code}.{tail}"

    @property
    def bracketed(self) -> str:
        """Return the key that kintone uses for a NUMBER that is none: `record[price].value`."""
        return f"{self.prefix}[{self.code}].value"


# JSON numbers are documented for NUMBER alone; texts were seen to take them as they are written.
TAKES_NUMBERS = frozenset({"NUMBER", "SINGLE_LINE_TEXT", "MULTI_LINE_TEXT", "RICH_TEXT"})
TOO_MANY_DIGITS = "The number has too many significant digits."

_LINKS = {
    "WEB": re.compile(r"(?:https?|ftp)://\S+", re.IGNORECASE),
    "MAIL": re.compile(r"[^\s@]+@[^\s@]+"),
    "CALL": re.compile(r"[-+0-9#*;,.()a-zA-Z ]+"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a value needs to know.

    Attributes:
        settings: who exists.
        files: where uploads wait.
        app: the app that is written to.
        problems: takes the complaints.
        in_rows: whether the value stands in a table's row.
    """

    settings: Settings
    files: FileStore
    app: App
    problems: Problems
    in_rows: bool = False


def read_value(field: Field, given: object, spot: Spot, reading: Reading, before: object = None) -> object:
    """Return the stored form of a written value; problems are noted and a blank is returned for them.

    Args:
        field: any field but a table.
        given: what stood under "value".
        spot: where it stood.
        reading: what else is known.
        before: the value that the record has now, if any.

    Raises:
        RefusedError: at once for values of a wrong shape, unknown people and unknown files.
    """
    if field.kind == "FILE":
        return _files(given, before, reading)
    if field.kind in field_types.LISTS:
        return (
            _people(field, given, reading)
            if field.kind in field_types.PEOPLE
            else _choices(field, given, spot, reading)
        )
    if given is None or given == "":
        return field_types.blank_value(field.kind)
    if isinstance(given, bool) or not isinstance(given, (str, int, float)):
        raise wrong_shape()
    if not isinstance(given, str) and field.kind not in TAKES_NUMBERS:
        raise wrong_shape()
    return _SCALARS[field.kind](field, str(given), spot, reading)


def _text(_field: Field, given: str, _spot: Spot, _reading: Reading) -> object:
    return given


def _number(_field: Field, given: str, spot: Spot, reading: Reading) -> object:
    text = given.strip()
    if not text:
        return ""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or "_" in text or not text.isascii():
        # kintone takes no offence at a bad number in a table: the cell stays empty.
        if not reading.in_rows:
            reading.problems.add(spot.bracketed, "Only numbers are allowed.")
        return ""
    rounded = reading.app.precision.rounded(number)
    if rounded is None:
        reading.problems.add(spot.key(), TOO_MANY_DIGITS)
        return ""
    return plain_text(rounded)


def _link(field: Field, given: str, spot: Spot, reading: Reading) -> object:
    pattern = _LINKS.get(str(field.properties.get("protocol")), _LINKS["WEB"])
    if not pattern.fullmatch(given):
        reading.problems.add(spot.key(), "The format is not valid.")
    return given


def _one_choice(field: Field, given: str, spot: Spot, reading: Reading) -> object:
    if given not in field.properties["options"]:
        reading.problems.add(spot.key(), f'The value, "{given}", is not in options.')
    return given


def _moment(normal: Callable[[str], str | None], message: str) -> Callable[[Field, str, Spot, Reading], object]:
    def read(field: Field, given: str, spot: Spot, reading: Reading) -> object:
        value = normal(given)
        if value is None:
            reading.problems.add(spot.key(), message)
            return field_types.blank_value(field.kind)
        return value

    return read


_SCALARS: Mapping[str, Callable[[Field, str, Spot, Reading], object]] = {
    "SINGLE_LINE_TEXT": _text,
    "MULTI_LINE_TEXT": _text,
    "RICH_TEXT": _text,
    "NUMBER": _number,
    "LINK": _link,
    "RADIO_BUTTON": _one_choice,
    "DROP_DOWN": _one_choice,
    "DATE": _moment(normal_date, "The date is not valid."),
    "TIME": _moment(normal_time, "The time is not valid."),
    "DATETIME": _moment(normal_datetime, "The date and time are not valid."),
}


def _listed(given: object) -> list[Any]:
    if given is None or given == "":
        return []
    if not isinstance(given, list):
        raise wrong_shape()
    return given


def _choices(field: Field, given: object, spot: Spot, reading: Reading) -> object:
    chosen = _listed(given)
    for index, name in enumerate(chosen):
        if not isinstance(name, str):
            raise wrong_shape()
        if name not in field.properties["options"]:
            reading.problems.add(spot.key(f"values[{index}].value"), f'The value, "{name}", is not in options.')
    return list(dict.fromkeys(chosen))


def _people(field: Field, given: object, reading: Reading) -> object:
    known, code = _directory(field, reading.settings)
    people = []
    for person in _listed(given):
        if not isinstance(person, dict) or not isinstance(person.get("code"), str):
            raise wrong_shape()
        if person["code"] not in known:
            raise RefusedError(400, code, f"The specified {field.kind} value (code: {person['code']}) is not found.")
        people.append({"code": person["code"], "name": known[person["code"]]})
    return people


def _directory(field: Field, settings: Settings) -> tuple[Mapping[str, str], str]:
    if field.kind == "USER_SELECT":
        return settings.users, "GAIA_IL26"
    if field.kind == "ORGANIZATION_SELECT":
        return settings.organizations, "GAIA_IL28"
    return settings.groups, "GAIA_IL26"


def _files(given: object, before: object, reading: Reading) -> object:
    present = {file["fileKey"]: file for file in _listed(before)}
    files = []
    for item in _listed(given):
        key = item.get("fileKey") if isinstance(item, dict) else None
        if not isinstance(key, str):
            raise wrong_shape()
        files.append(present[key] if key in present else _attached(key, reading))
    return files


def _attached(upload_key: str, reading: Reading) -> dict[str, str]:
    attached = reading.files.attach(upload_key, reading.app.number)
    if attached is None:
        raise no_file(upload_key)
    key, file = attached
    return {"fileKey": key, "name": file.name, "contentType": file.content_type, "size": str(len(file.content))}
