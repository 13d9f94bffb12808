"""The attachment field of one record, as both file tools take it."""

from typing import NamedTuple

from kintone.access.credentials import read_positive_number
from kintone.errors import InvalidParameterError
from tools.parameters import Parameters


class RecordField(NamedTuple):
    """A record's id and the code of one of its attachment fields."""

    record_id: str
    code: str


def read_record_field(parameters: Parameters) -> RecordField | None:
    """Return what ``record_id`` and ``attachment_field`` name; None when both are blank, one alone is refused."""
    record_id, code = parameters.raw("record_id"), parameters.text("attachment_field")
    if record_id is None and not code:
        return None
    if record_id is None:
        raise InvalidParameterError("attachment_field is given without record_id; name the record too, or neither")
    if not code:
        raise InvalidParameterError(
            "record_id is given without attachment_field; name the code of the attachment field too, or neither"
        )
    return RecordField(str(read_positive_number(record_id, "record_id")), code)
