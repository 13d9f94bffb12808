"""Reads the parameter that names several records by their IDs."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from kintone.errors import InvalidParameterError
from kintone.messages import Joined, Message
from kintone.reading.found_record import read_app_code
from kintone.values.numbers import named_record_id, record_number_parts, whole_number
from tools.base import Call
from tools.name_lists import names_in_text
from tools.record_choice import NOT_GIVEN
from tools.record_inputs import shown_value
from tools.structured_text import is_absent, read_structure, unwrap

PARAMETER = "record_ids"
MAX_PROBLEMS_SHOWN = 5
RANGE = re.compile(r"\d+ ?(?:[-\u2013~\u301c\uff5e]|\.\.|to) ?\d+")


def is_given(value: object) -> bool:
    """Tell whether the parameter holds anything; an empty list is something, though it names no record."""
    return not is_absent(value) and not (isinstance(value, str) and value.strip().lower() in NOT_GIVEN)


def read_record_ids(call: Call, value: object) -> list[int]:
    """Return the IDs in ``record_ids``, in order and each once; raises ``InvalidParameterError``.

    The value is a number, a list, a JSON list, or a text of IDs separated by commas, semicolons or line breaks; "1 234"
    is refused, since it may be one number. An entry is an ID, ``#3``, or a record number with the app's own code, which
    is read only if there is one. Empty parts of a text are left out; an empty entry of a list is refused, since it may
    stand for a record that was not found.
    """
    found: dict[int, None] = {}
    problems: list[Message] = []
    numbers = _RecordNumbers(call)
    for position, entry in enumerate(_entries(value) if is_given(value) else (), start=1):
        record_id = _record_id(entry) or numbers.record_id(entry)
        if record_id:
            found[record_id] = None
        else:
            problems.append(numbers.problem(entry, position))
        if len(problems) == MAX_PROBLEMS_SHOWN:
            break
    if problems:
        raise InvalidParameterError("record_ids: {problems}", problems=Joined(problems))
    if not found:
        raise InvalidParameterError("record_ids names no record; write the IDs of the records, such as 12, 15")
    return list(found)


class _RecordNumbers:
    """Record numbers such as ``APP-3``, and the app's code, which is read once when it is first needed."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._code: str | None = None

    def record_id(self, entry: object) -> int | None:
        parts = record_number_parts(entry)
        return int(parts[1]) if parts and int(parts[1]) > 0 and parts[0] == self._own_code() else None

    def problem(self, entry: object, position: int) -> Message:
        values = {"position": position, "given": shown_value(entry), "app": self._call.app, "code": self._code or ""}
        if isinstance(entry, str) and RANGE.fullmatch(entry.strip()):
            return Message("entry {position}, {given}, is no ID; ranges are not read: write every ID", **values)
        if record_number_parts(entry) is None or self._code is None:
            return Message(
                "entry {position} must be the ID of a record such as 12, and IDs are separated by commas, not {given}",
                **values,
            )
        if not self._code:
            return Message(
                "entry {position}, {given}, is no record number of app {app}, which has no app code; write its ID",
                **values,
            )
        return Message(
            "entry {position}, {given}, is no record number of app {app}, whose code is {code}; write its ID", **values
        )

    def _own_code(self) -> str:
        if self._code is None:
            self._code = read_app_code(self._call.client, self._call.app)
        return self._code


def _entries(value: object) -> Sequence[object] | Iterator[object]:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return [value]
    names = names_in_text(value)
    if names is not None:
        return [name for name in names if name]
    structure = unwrap(read_structure(PARAMETER, value), PARAMETER)
    if not isinstance(structure, list):
        raise InvalidParameterError(
            "record_ids must be a list of IDs such as [12, 15], not {given}", given=shown_value(structure)
        )
    return structure


def _record_id(entry: object) -> int | None:
    number = whole_number(entry)
    if number is None:
        named = named_record_id(entry)
        number = int(named) if named else None
    return number if number is not None and number > 0 else None
