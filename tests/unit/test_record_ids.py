"""The parameter that lists records: how people, models and templates write IDs."""

from decimal import Decimal

import pytest

from kintone.errors import InvalidParameterError
from tests.unit.in_process import InProcess
from tests.unit.tool_runs import call_of
from tools.kintone_get_record import GetRecord
from tools.record_ids import is_given, read_record_ids


def ids(site: InProcess, value: object) -> list[int]:
    """Read a value."""
    return read_record_ids(call_of(site, GetRecord, {}), value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("3", [3]),
        (3, [3]),
        (3.0, [3]),
        ("3, 4,5", [3, 4, 5]),
        ("5,123", [5, 123]),
        ("3\n4\r\n\n5\n", [3, 4, 5]),
        ("3、４；5", [3, 4, 5]),
        ('[3, "4", 5.0]', [3, 4, 5]),
        ("['3', '4']", [3, 4]),
        ("```json\n[3, 4]\n```", [3, 4]),
        ([3, "4", Decimal(5)], [3, 4, 5]),
        ("'3', \"4\"", [3, 4]),
        ("#3, record 4", [3, 4]),
        ("9, 3, 09, #3, 9.0", [9, 3]),
    ],
)
def test_spellings(site: InProcess, value: object, expected: list[int]) -> None:
    """Numbers in their order, each once; kintone is asked nothing."""
    assert ids(site, value) == expected
    assert site.asked == []


@pytest.mark.parametrize("value", [None, "", " \n ", ",;", "[]", [], "null", "None"])
def test_no_record_named(site: InProcess, value: object) -> None:
    """Blank, null and empty lists are refused; all but an empty list are as if the parameter were absent."""
    with pytest.raises(InvalidParameterError) as refused:
        ids(site, value)

    assert "record_ids" in str(refused.value)
    assert is_given(value) == (value in ([], "[]", ",;"))


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("3, 0", "entry 2"),
        ("-3", "entry 1"),
        ("3, x", "entry 2"),
        ('["1,234"]', "entry 1"),
        ([[3, 4]], "entry 1"),
        ([3, True], "entry 2"),
        ([3, None], "entry 2"),
        ([3, ""], "entry 2"),
        ([3, 4.5], "entry 2"),
        ([{"id": "3"}], "entry 1"),
        ("*", "entry 1"),
        ("all", "entry 1"),
        ("$id > 0", "entry 1"),
        ("INQ-", "entry 1"),
        ("1 234", "entry 1"),
        ("3 and 4", "entry 1"),
        ("9" * 30, "entry 1"),
    ],
)
def test_no_id(site: InProcess, value: object, place: str) -> None:
    """One entry that is no ID refuses all of them, and its place is told."""
    with pytest.raises(InvalidParameterError) as refused:
        ids(site, value)

    assert "record_ids" in str(refused.value)
    assert place in str(refused.value)
    assert site.asked == []


@pytest.mark.parametrize("value", ["3-5", "4, 3 - 5", "3\u20135", "3~5", "3\u301c5", "3..5", "3 to 5"])
def test_range(site: InProcess, value: str) -> None:
    """A range is refused as one, not as the record number of an app or as a misplaced comma."""
    with pytest.raises(InvalidParameterError, match="range"):
        ids(site, value)


def test_range_of_an_app_whose_code_is_a_number(site: InProcess) -> None:
    """There it is a record number."""
    site.kintone.apps[site.app].code = "3"

    assert ids(site, "3-5") == [5]


def test_record_numbers_of_the_app(site: InProcess) -> None:
    """A record number counts with the app's own code, which is asked for once; one is the record of its number."""
    site.kintone.apps[site.app].code = "INQ"

    assert ids(site, "INQ-3, 4, INQ-5, INQ-4") == [3, 4, 5]
    assert site.calls == {"GET app": 1}


@pytest.mark.parametrize("code", ["INQ", ""])
def test_record_number_of_another_app(site: InProcess, code: str) -> None:
    """The number behind a foreign code would be another record."""
    site.kintone.apps[site.app].code = code

    with pytest.raises(InvalidParameterError) as refused:
        ids(site, "3, ORD-4")

    assert "entry 2" in str(refused.value)
    assert code in str(refused.value)


def test_token_among_the_ids_is_not_shown(site: InProcess) -> None:
    """A token in the wrong parameter."""
    token = "Ab3Cd4Ef5Gh6Ij7Kl8Mn9Op0Qr1St2Uv3Wx4Yz5A"

    with pytest.raises(InvalidParameterError) as refused:
        ids(site, token)

    assert token not in str(refused.value)
