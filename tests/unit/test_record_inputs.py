"""Lists of entries and IDs of records as models and templates write them."""

import pytest

from kintone.errors import InvalidParameterError
from kintone.writing.entries import Entry
from kintone.writing.entry_reading import read_entries
from tools.declarations import parameters_named
from tools.parameters import Parameters
from tools.record_inputs import read_record_data, read_record_id, read_records_data

ENTRY = {"record": {"name": "x", "on": True, "off": None}}
WANTED = [Entry(1, ENTRY["record"])]


@pytest.mark.parametrize(
    "value",
    [
        [ENTRY],
        str([ENTRY]),
        {"records": str([ENTRY])},
        {"records_data": str({"records": [ENTRY]})},
        {"records_data": {"records": str([ENTRY])}},
        f'{{"records": {[ENTRY]}}}',
        f"Here they are:\n```json\n{[ENTRY]}\n```\nDone.",
        {"records": f"```python\n{[ENTRY]}\n```"},
    ],
)
def test_list_is_read_when_a_template_made_a_text_of_it(value: object) -> None:
    """Dify inserts a list into a text in Python's notation."""
    assert (
        read_entries(read_records_data(Parameters({"records_data": value}, parameters_named(["records_data"]))))
        == WANTED
    )


@pytest.mark.parametrize("value", [{"records": "none"}, {"records": ""}, {"records": "[{"}, {"records": 5}])
def test_text_is_refused_when_it_is_no_list(value: object) -> None:
    """The message names the parameter."""
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] records_data"):
        read_entries(read_records_data(Parameters({"records_data": value}, parameters_named(["records_data"]))))


@pytest.mark.parametrize(
    "value", [10**5_000, -(10**5_000), [10**5_000], {"id": 10**5_000}], ids=["number", "negative", "list", "object"]
)
def test_id_with_thousands_of_digits(value: object) -> None:
    """It is refused like every other value, although Python does not convert such a number to text."""
    with pytest.raises(InvalidParameterError, match="record_id") as refused:
        read_record_id(value)

    assert len(str(refused.value)) < 300


def test_id_that_is_missing() -> None:
    """It is called missing by its name, not a null that nobody wrote."""
    with pytest.raises(InvalidParameterError, match="record_id is missing") as refused:
        read_record_id(None)

    assert "null" not in str(refused.value)


@pytest.mark.parametrize("place", ["{}", "record {}", "record of ACME {}", '["{}"]'])
def test_id_that_may_be_a_token(place: str) -> None:
    """A text with as many letters and digits in a row as a token has is not shown, nor its beginning."""
    token = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"

    with pytest.raises(InvalidParameterError, match="record_id") as refused:
        read_record_id(place.format(token))

    assert token[:8] not in str(refused.value)


def record_of(value: object) -> object:
    """Read the value of record_data."""
    return read_record_data(Parameters({"record_data": value}, parameters_named(["record_data"])))


@pytest.mark.parametrize(
    "value",
    [
        {"record": {"name": "x"}},
        '{"id": 5, "record": {"name": {"value": "x"}}}',
        {"updateKey": {"field": "sku", "value": "A"}, "record": {"name": "x"}, "revision": "1"},
        {"record_data": {"record": {}}},
    ],
)
def test_entry_in_place_of_a_record(value: object) -> None:
    """An entry of an upsert is not taken for a record with a field called record."""
    with pytest.raises(InvalidParameterError, match=r"record_data.*\"record\""):
        record_of(value)


@pytest.mark.parametrize(
    "value", [{"record": {"value": "x"}}, {"record": "x"}, {"record": {"name": "x"}, "name": "x"}, {"id": "5"}]
)
def test_field_called_record(value: object) -> None:
    """Fields may have the names of an entry's keys."""
    assert record_of(value) == value
