"""Whole numbers in parameters, entries, queries and settings."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from kintone.access.credentials import read_positive_number
from kintone.access.settings import OperatorSettings, SettingsError
from kintone.errors import InvalidParameterError
from kintone.query import parse
from kintone.values.numbers import record_id_hint, whole_number
from kintone.writing.entry_reading import read_entries
from tools.declarations import Parameter
from tools.parameters import Parameters
from tools.record_inputs import read_record_id

NUMBERS: list[tuple[object, int]] = [
    (10, 10),
    ("10", 10),
    (" 10\n", 10),
    ("\u300010\u3000", 10),
    ("１０", 10),
    ("0010", 10),
    ("10.0", 10),
    ("１０．０", 10),
    (" 999999999999999.0", 999_999_999_999_999),
    (10.0, 10),
    (Decimal("10.0"), 10),
    (Decimal("1E+1"), 10),
]
OTHERS: list[object] = [
    "1_0",
    "٣",
    "१०",
    "①",
    "²",
    "10件",
    "10,000",
    "1e2",
    "10.00",
    "10.",
    ".0",
    "10.5",
    "1000000000000000.0",
    "+10",
    "1 0",
    "0x10",
    "十",
    "ten",
    True,
    10.5,
    1e16,
    float("nan"),
    float("inf"),
    Decimal("NaN"),
    Decimal("1E+999999"),
    Decimal("0.5"),
    "9" * 19,
    10**18,
    10**4000,
    "1" * 50,
    [10],
    {"value": 10},
    b"10",
]


NUMBER = {"it": Parameter("it", default=30, minimum=1, maximum=300)}


def _parameter(value: object) -> int | None:
    return Parameters({"it": value}, NUMBER).count("it")


def _record_id(value: object) -> int:
    return int(read_record_id(value))


def _entry_id(value: object) -> int:
    (entry,) = read_entries([{"id": value, "record": {}}])
    return int(entry.id or 0)


def _revision(value: object) -> int:
    (entry,) = read_entries([{"id": 1, "revision": value, "record": {}}])
    return int(entry.revision or 0)


READERS: dict[str, Callable[[object], int | None]] = {
    "it": _parameter,
    "record_id": _record_id,
    "records_data: entry 1: id": _entry_id,
    "records_data: entry 1: revision": _revision,
    "kintone_app_id": lambda value: read_positive_number(value, "kintone_app_id"),
}
"""The readers of whole numbers, by the beginning of their refusals."""


@pytest.mark.parametrize(("value", "number"), NUMBERS)
def test_number_is_the_same_for_every_reader(value: object, number: int) -> None:
    """ASCII and full-width digits, outer blanks and decimals without a fraction are accepted."""
    assert whole_number(value) == number
    assert [reader(value) for reader in READERS.values()] == [number] * len(READERS)


@pytest.mark.parametrize("value", OTHERS)
def test_everything_else_is_refused_by_name(value: object) -> None:
    """An ambiguous value or another text is refused with the parameter's name."""
    assert whole_number(value) is None
    for name, reader in READERS.items():
        with pytest.raises(InvalidParameterError, match=rf"^\[INVALID_INPUT\] {name}"):
            reader(value)


@pytest.mark.parametrize("text", ["10", "１０", "0010", "10.0"])
def test_options_of_a_query_are_read_alike(text: str) -> None:
    """Limit and offset are sent in ASCII digits."""
    assert str(parse(f"order by a limit {text} offset {text}")) == "order by a limit 10 offset 10"


@pytest.mark.parametrize("option", ["limit", "offset"])
def test_options_of_a_query_are_refused_alike(option: str) -> None:
    """Other digits, exponents and signs are refused."""
    for text in (*(value for value in OTHERS if isinstance(value, str)), "-1", "－１"):
        with pytest.raises(InvalidParameterError, match=rf"^\[INVALID_INPUT\] query: .*{option}"):
            parse(f"a = 1 {option} {text}")


@pytest.mark.parametrize("text", ["1_0", "٣", "10件", "1e2", "1.5", "true", "0", "-1"])
def test_settings_of_the_operator_are_read_alike(text: str) -> None:
    """An invalid setting stops the plugin."""
    assert OperatorSettings.from_environment({"KINTONE_READ_RANGES": " １０ "}).read_ranges == 10
    with pytest.raises(SettingsError, match="KINTONE_READ_RANGES"):
        OperatorSettings.from_environment({"KINTONE_READ_RANGES": text})


@pytest.mark.parametrize("value", ["1_0", "٣", "1e2", "10秒", "nan", "+5", "5.", ".5"])
def test_decimal_parameter_is_refused_when_it_is_written_oddly(value: object) -> None:
    """``request_timeout`` may have a fraction, and is otherwise read as strictly."""
    parameters = Parameters({"it": value}, NUMBER)

    assert Parameters({"it": "２.５"}, NUMBER).number("it") == 2.5
    with pytest.raises(InvalidParameterError, match=r"\] it .*300"):
        parameters.number("it")


@pytest.mark.parametrize(
    ("given", "id_"),
    [("APP-1", "1"), ("app2024-17", "17"), ("ＡＰＰ－１２", "12"), ("#12", "12"), ("# 12", "12"), ("12番", "12")],
)
def test_record_is_named_by_its_number_alone(given: str, id_: str) -> None:
    """A record number with a prefix is not an id; the message says what to write instead."""
    assert str(record_id_hint(given)).endswith(f": {id_}")
    for read in (_record_id, _entry_id):
        with pytest.raises(InvalidParameterError, match=rf"(record_id|id is) .*{given}.*: {id_}$"):
            read(given)


@pytest.mark.parametrize(
    "given",
    ["-1", "INQ-0010", "1-2-3", "APP-0", "APP-", "A-1b", "2026-01-05", "APP 1", "-", "", None, 1.5, "x" * 5000, "東-1"],
)
def test_no_number_is_proposed_when_it_would_be_a_guess(given: object) -> None:
    """Only a value in the form of a record number gets a suggestion."""
    assert not record_id_hint(given)
