"""Properties of reading any text or value."""

import contextlib
import json
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from kintone.errors import InvalidParameterError
from tools.name_lists import read_list
from tools.structured_text import read_structure

TEXT = st.text(max_size=20)
DATA = st.recursive(
    # Longer whole numbers in the notation of repr are refused, since Dify may have rounded them.
    st.none() | st.booleans() | st.integers(1 - 10**15, 10**15 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
).filter(lambda data: isinstance(data, dict | list))
PIECES = st.lists(
    st.sampled_from(
        ["{", "}", "[", "]", ",", ":", '"', "'", "\\", "\n", "```", "json", "a", "1", "-", ".", "e9", "None", "true",
         "NaN", "\\u", "d800", "\\x4", "\\U0010ffff", "\ufeff", "\ud800", "\x00", " ", "(", "b'", "1" * 5000, "[" * 70]
    ),
    max_size=25,
).map("".join)  # fmt: skip
JSON_NUMBER = st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.binary(max_size=3) | st.text(st.characters(), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXT | st.integers(), inner, max_size=3) | st.tuples(inner)
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(DATA)
def test_json_and_repr_are_read_back_as_they_were(data: object) -> None:
    """Any data survives JSON in both its spellings, a code fence, and repr."""
    for text in (json.dumps(data), json.dumps(data, ensure_ascii=False, indent=1), repr(data)):
        assert read_structure("records_data", text) == data
        assert read_structure("records_data", f"```json\n{text}\n```") == data


@settings(max_examples=600, deadline=None)
@given(PIECES | st.text(st.characters(), max_size=40))
def test_any_text_is_a_structure_or_an_invalid_parameter(text: str) -> None:
    """The message of a refusal can be encoded in UTF-8."""
    for read in (read_structure, read_list):
        try:
            read("record_data", text)
        except InvalidParameterError as error:
            str(error).encode()


@settings(max_examples=200, deadline=None)
@given(ANYTHING)
def test_any_value_is_read_or_an_invalid_parameter(value: object) -> None:
    """Decoded data of any type is accepted or raises the documented error."""
    for read in (read_structure, read_list):
        with contextlib.suppress(InvalidParameterError):
            read("record_data", value)


@settings(max_examples=200, deadline=None)
@given(JSON_NUMBER)
def test_numbers_are_exact(number: str) -> None:
    """Decimal numbers are read as decimals."""
    assert read_structure("record_data", f"[{number}]") == [Decimal(number)]
