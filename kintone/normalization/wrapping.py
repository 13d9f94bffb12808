"""Plain values in kintone's outer shape, nothing else; for writing without the form."""

from collections.abc import Mapping

from kintone.errors import InvalidParameterError
from kintone.values.excerpts import excerpt


def wrap_record(raw: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """Return ``{"code": {"value": …}}`` for a record whose values may be plain; raises ``InvalidParameterError``.

    The values themselves stay as they are: without the form nobody knows what they ought to be.
    """
    if not isinstance(raw, Mapping):
        raise InvalidParameterError(
            'the record must be an object such as {{"field code": "value"}}, not {value}', value=excerpt(raw)
        )
    record: dict[str, dict[str, object]] = {}
    for code, value in raw.items():
        if not isinstance(code, str):
            raise InvalidParameterError(
                "the record has the field code {code}, which must be a text in quotes", code=excerpt(code)
            )
        record[code] = {"value": value["value"] if isinstance(value, Mapping) and "value" in value else value}
    return record
