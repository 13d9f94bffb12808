"""Messages to Dify: measured before they are sent, written by the SDK as they are."""

import pytest
from dify_plugin.entities.tool import ToolInvokeMessage

from kintone.errors import ResultTooLargeError
from tests.unit.query_tool_double import LONGEST_LINE, full_record, line_of
from tools.carried_json import CarriedRecords
from tools.messages import LARGEST_MESSAGE, json_message, size_of, text_message, variable_message


@pytest.mark.parametrize("character", ["a", "日", '"', "\x01", "🐟"])
def test_longest_allowed_text_fits_into_a_line_when_any_character_fills_it(character: str) -> None:
    """The size is counted as the SDK writes it, whatever has to be escaped."""
    text = character * ((LARGEST_MESSAGE - 2) // (size_of(character) - 2))

    assert LARGEST_MESSAGE - 10 < size_of(text) <= LARGEST_MESSAGE
    assert len(line_of(text_message(text)).encode()) < LARGEST_MESSAGE + 1_000 < LONGEST_LINE
    with pytest.raises(ResultTooLargeError, match=r"the text would have 4,000,0\d\d bytes"):
        text_message(text + character * 6)


def test_json_and_variables_are_refused_when_one_line_cannot_hold_them() -> None:
    """The error names what is too large and carries the remedy."""
    large = {"records": ["x" * LARGEST_MESSAGE]}

    with pytest.raises(ResultTooLargeError, match=r"the JSON would have .* · name fewer fields"):
        json_message(large, remedy="name fewer fields")
    with pytest.raises(ResultTooLargeError, match="the variable records would have"):
        variable_message("records", large)


def test_known_size_is_believed_when_it_is_given() -> None:
    """Nothing is measured twice."""
    with pytest.raises(ResultTooLargeError):
        json_message({"small": True}, size=LARGEST_MESSAGE + 1)
    with pytest.raises(ResultTooLargeError):
        variable_message("small", "x", size=LARGEST_MESSAGE + 1)


def test_frames_are_the_same_when_records_are_carried() -> None:
    """The short way through the SDK writes what the long way writes."""
    records = [full_record(1), full_record(2), {"empty": {"type": "DATE", "value": None}}]
    carried = CarriedRecords(records)

    assert line_of(json_message({"page": 1, "records": carried})) == line_of(
        json_message({"page": 1, "records": records})
    )
    assert line_of(variable_message("records", carried)) == line_of(variable_message("records", records))
    assert size_of(carried) == size_of(records)


def test_carried_records_are_not_copied_when_the_sdk_dumps_a_message() -> None:
    """They pass pydantic's Python mode as they are, and are an ordinary list for everybody else."""
    records = CarriedRecords([full_record(1)])
    message = ToolInvokeMessage.model_validate(json_message({"records": records})).model_dump()

    assert message["message"]["json_object"]["records"] is records
    assert records == [full_record(1)]
