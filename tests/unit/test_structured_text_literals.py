"""Python literals as Dify's templates make them: data, and nothing more than data."""

import threading
from decimal import Decimal

import pytest

from kintone.errors import InvalidParameterError
from tools.structured_text import read_structure


@pytest.mark.parametrize(
    "value",
    [
        "1_0",
        "{1, 2}",
        "b'x'",
        "1j",
        "...",
        "f'x'",
        "r'x'",
        "'x' 'y'",
        "'x' + 'y'",
        "'''x'''",
        "nan",
        "NaN",
        "inf",
        "Infinity",
        "(1, 2)",
        "0x10",
        "01",
        "٣",
        "Decimal('1')",
        "datetime.date(2026, 1, 1)",
        "1 if x else 2",
        "[].append",
        "{**x}",
        "[x for x in y]",
        "lambda: 1",
        "__import__('os')",
        "'\\N{BULLET}'",
    ],
)
def test_literal_is_refused_when_it_is_more_than_data(value: str) -> None:
    """Only what ``repr`` writes of JSON-like data is read; the place is named."""
    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] record_data cannot be read at line 1, column"):
        read_structure("record_data", f"{{'a': {value}}}")


def test_values_are_exact_when_a_template_mixes_two_notations() -> None:
    """Python's words stand beside JSON's; no digit passes through a binary float."""
    text = "{'a': None, \"b\": null, 'c': 12345678901234567890.12, 'd': [True, false]}"
    wanted = {"a": None, "b": None, "c": Decimal("12345678901234567890.12"), "d": [True, False]}

    assert read_structure("record_data", text) == wanted


def test_equal_names_are_refused_when_a_literal_holds_them() -> None:
    """Python would take the last one in silence."""
    with pytest.raises(InvalidParameterError, match="twice"):
        read_structure("record_data", "{'a': 1, 'a': 2}")


@pytest.mark.parametrize("opening", ["[", "{'a': ", "['x', ", "[{'a': ["])
@pytest.mark.parametrize("depth", [65, 100_000])
def test_deep_literal_is_one_refusal_when_it_is_read_in_a_thread(opening: str, depth: int) -> None:
    """Nothing descends into it, so that the small stack of a thread is never used up."""
    failures: list[BaseException] = []

    def read() -> None:
        try:
            read_structure("record_data", opening * depth)
        except BaseException as failure:  # noqa: BLE001 - whatever it is, it is looked at below
            failures.append(failure)

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()

    assert [type(failure) for failure in failures] == [InvalidParameterError]
