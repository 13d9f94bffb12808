"""Reads the parameter that lists the records that a call is about."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from kintone.errors import InvalidParameterError
from kintone.messages import Joined, Message
from kintone.reading.found_record import read_app_code
from kintone.values.numbers import (
    named_record_id,
    record_id_hint,
    record_number_parts,
    several_record_ids,
    whole_number,
)
from tools.base import Call
from tools.name_lists import names_in_text
from tools.record_choice import NOT_GIVEN
from tools.record_inputs import shown_value
from tools.structured_text import is_absent, read_structure, unwrap

PARAMETER = "record_ids"


def read_record_ids(call: Call, value: object) -> list[str]:
    """Return the IDs in ``value`` of ``record_ids``, each once and in order; none for a blank value and an empty list.

    The value is one ID, a list, a JSON list, or a text of IDs separated by commas, semicolons or line ends. An ID is a
    number, a text such as ``#3``, or a record number with the app's own code, for which the code is asked once. Empty
    entries are left out. Raises ``InvalidParameterError`` for any other entry, with its number.
    """
    if is_absent(value) or (isinstance(value, str) and value.strip().lower() in NOT_GIVEN):
        return []
    entries = _entries(value)
    code = read_app_code(call.client, call.app) if any(map(_is_record_number, entries)) else ""
    ids = (each for number, entry in enumerate(entries, start=1) for each in _ids(call, entry, number, code))
    return list(dict.fromkeys(ids))


def _entries(value: object) -> Sequence[object]:
    if isinstance(value, int | float | Decimal):
        return [value]
    names = names_in_text(value)
    if names is not None:
        return names
    structure = unwrap(read_structure(PARAMETER, value), PARAMETER)
    return structure if isinstance(structure, list) else [structure]


def _ids(call: Call, entry: object, number: int, code: str) -> Iterator[str]:
    """Yield the IDs of one entry: a line may hold several, with blanks between them."""
    if isinstance(entry, str) and not entry.strip():
        return
    single = _single_id(entry)
    several = several_record_ids(entry) if single is None and isinstance(entry, str) else []
    if several:
        yield from several
    else:
        yield single or _id_in_record_number(call, entry, number, code)


def _single_id(entry: object) -> str | None:
    number = whole_number(entry)
    if number is None:
        return named_record_id(entry)
    return str(number) if number > 0 else None


def _is_record_number(entry: object) -> bool:
    """Tell whether an entry is to be compared with the app's code."""
    return _single_id(entry) is None and record_number_parts(entry) is not None


def _id_in_record_number(call: Call, entry: object, number: int, code: str) -> str:
    """Return the ID in a record number with the app's own code; refuse everything else."""
    parts = record_number_parts(entry)
    if parts is None:
        problem = Message(
            "record_ids, entry {number} must be a record ID such as 12, not {given}",
            number=number,
            given=shown_value(entry),
        )
        raise InvalidParameterError(Joined([problem, record_id_hint(entry)]))
    if parts[0] == code:
        return parts[1]
    problem = Message(
        "{given} is no record number of app {app}, which has no app code", given=shown_value(entry), app=call.app
    )
    if code:
        problem = Message(
            "{given} is no record number of app {app}, whose code is {code}",
            given=shown_value(entry),
            app=call.app,
            code=code,
        )
    raise InvalidParameterError("record_ids, entry {number}: {problem}", number=number, problem=problem)
