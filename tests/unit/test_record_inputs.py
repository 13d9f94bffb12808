"""Entries as models and templates write them."""

import pytest

from kintone.errors import InvalidParameterError
from kintone.writing.entries import Entry, read_entries
from tools.declarations import parameters_named
from tools.parameters import Parameters
from tools.record_inputs import read_records_data

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
    """Dify writes a list as Python does wherever it stands in a text."""
    assert (
        read_entries(read_records_data(Parameters({"records_data": value}, parameters_named(["records_data"]))))
        == WANTED
    )


@pytest.mark.parametrize("value", [{"records": "none"}, {"records": ""}, {"records": "[{"}, {"records": 5}])
def test_text_is_refused_when_it_is_no_list(value: object) -> None:
    """The sentence names the parameter."""
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] records_data"):
        read_entries(read_records_data(Parameters({"records_data": value}, parameters_named(["records_data"]))))
