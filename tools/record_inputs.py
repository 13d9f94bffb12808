"""Reads the parameters that name a record and those that hold record data."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from kintone.access.redaction import looks_like_a_token
from kintone.errors import InvalidParameterError, NotFoundError
from kintone.messages import Joined, Message
from kintone.texts import preview
from kintone.values.numbers import record_id_hint, whole_number
from kintone.writing.entry_keys import ENTRY_KEYS
from tools.parameters import LIKE_A_TOKEN, Parameters
from tools.structured_text import read_structure, unwrap, with_list

MAX_CHARACTERS_SHOWN = 40
CHARACTERS_SEARCHED = 400
NO_SUCH_RECORD = "GAIA_RE01"
CHECK_RECORD_ID = Message(
    "check record_id, and kintone_app_id if the record is in another app; it may have been deleted"
)


@contextmanager
def explain_missing_record() -> Iterator[None]:
    """Add to an error about a missing record which parameters name that record."""
    try:
        yield
    except NotFoundError as error:
        raise (error.copy_with(remedy=CHECK_RECORD_ID) if error.kintone_code == NO_SUCH_RECORD else error) from None


def read_record_id(value: object, parameter: str = "record_id") -> str:
    """Return the ID of a record; raises ``InvalidParameterError`` with the spelling that is expected."""
    if value is None:
        raise InvalidParameterError(
            "{parameter} is missing; write the ID of the record, such as 12", parameter=parameter
        )
    number = whole_number(value)
    if number is None or number < 1:
        problem = Message(
            "{parameter} must be a positive whole number such as 12, not {given}",
            parameter=parameter,
            given=shown_value(value),
        )
        raise InvalidParameterError(Joined([problem, record_id_hint(value)]))
    return str(number)


def shown_value(value: object) -> str | Message:
    """Return a value for a sentence, never a text that may be a token in the wrong parameter."""
    # Longer than what is shown, so that the beginning of a token is not shown for want of its end.
    whole = preview(value, CHARACTERS_SEARCHED)
    return LIKE_A_TOKEN if looks_like_a_token(whole) else preview(value, MAX_CHARACTERS_SHOWN)


def read_record_data(parameters: Parameters) -> Mapping[str, object]:
    """Return the record as the caller wrote it, decoded but not checked."""
    raw = parameters.raw("record_data")
    if raw is None:
        raise InvalidParameterError(
            'record_data is missing; write a JSON object such as {{"name": "Tea", "stock": 40}}'
        )
    record = unwrap(read_structure("record_data", raw), "record_data")
    if not isinstance(record, dict):
        raise InvalidParameterError(
            "record_data must be one record, a JSON object; for a list of records use kintone_upsert_records, if "
            "you have it"
        )
    if _is_entry(record):
        raise InvalidParameterError(
            'record_data: the fields stand inside "record", as in an entry of a list; leave the rest out and write the '
            'fields alone, such as {{"name": "Tea", "stock": 40}}'
        )
    return record


def _is_entry(record: Mapping[str, object]) -> bool:
    """Tell whether an object is an entry of an upsert: the value of a field "record" would have a key "value"."""
    inner = record.get("record")
    return isinstance(inner, dict) and "value" not in inner and all(key in ENTRY_KEYS for key in record)


def read_records_data(parameters: Parameters) -> object:
    """Return the entries as the caller wrote them, decoded but not checked."""
    raw = parameters.raw("records_data")
    if raw is None:
        raise InvalidParameterError(
            "records_data is missing, and there is no records_file; write a JSON list such as "
            '[{{"updateKey": {{"field": "sku", "value": "A-1"}}, '
            '"record": {{"stock": 5}}}}], or plain rows together with update_key'
        )
    return with_list(read_structure("records_data", raw), "records_data", "records_data", "records")
