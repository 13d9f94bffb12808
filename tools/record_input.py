"""Reading ``record_data`` and ``records_data``, however models and templates write them."""

from collections.abc import Mapping

from kintone.errors import InvalidParameterError
from tools.parameters import Parameters
from tools.text_input.structured_text import read_structure, unwrap, with_list


def read_record_data(parameters: Parameters) -> Mapping[str, object]:
    """Return the record, still as the caller wrote it."""
    raw = parameters.raw("record_data")
    if raw is None:
        raise InvalidParameterError(
            'record_data is missing; write a JSON object such as {{"name": "Tea", "stock": 40}}'
        )
    record = unwrap(read_structure("record_data", raw), "record_data")
    if not isinstance(record, dict):
        raise InvalidParameterError(
            "record_data must be one record, a JSON object; use kintone_upsert_records for a list of records"
        )
    return record


def read_records_data(parameters: Parameters) -> object:
    """Return the entries, still as the caller wrote them."""
    raw = parameters.raw("records_data")
    if raw is None:
        raise InvalidParameterError(
            'records_data is missing; write a JSON list such as [{{"updateKey": {{"field": "sku", "value": "A-1"}}, '
            '"record": {{"stock": 5}}}}], or plain rows together with update_key'
        )
    return with_list(read_structure("records_data", raw), "records_data", "records_data", "records")
