"""How operations travel."""

import json
from decimal import Decimal

import pytest

from kintone.api import Request, RetrySafety, api_path, encode_json, encode_request
from kintone.errors import InvalidParameterError
from kintone.limits import MAX_URL_LENGTH
from kintone.messages import Message


def reading(**parameters: object) -> Request:
    """Return a read with these parameters."""
    return Request(Message("reading"), "GET", "records", parameters, RetrySafety.READ)


def test_build_when_a_get_is_short() -> None:
    """A short GET carries everything percent-encoded in its address and neither body nor Content-Type."""
    request = encode_request(
        reading(app=1, query='名前 = "a b"', fields=["$id", "名前"], totalCount=True), "/k/v1/records.json", 30
    )

    assert request.method == "GET"
    assert request.query == (
        "app=1&query=%E5%90%8D%E5%89%8D%20%3D%20%22a%20b%22&fields%5B0%5D=%24id"
        "&fields%5B1%5D=%E5%90%8D%E5%89%8D&totalCount=true"
    )
    assert (request.body, dict(request.headers)) == (None, {})


@pytest.mark.parametrize(
    "parameters", [{"app": 1, "query": "x" * 5000}, {"app": 1, "fields": [f"f{number}" for number in range(101)]}]
)
def test_build_when_a_get_is_too_long_for_an_address(parameters: dict[str, object]) -> None:
    """A long GET, or one with more fields than an address may name, travels as POST with the override."""
    request = encode_request(reading(**parameters), "/k/v1/records.json", 30)

    assert (request.method, request.query) == ("POST", "")
    assert request.headers == {"X-HTTP-Method-Override": "GET", "Content-Type": "application/json"}
    assert json.loads(request.body or b"") == parameters


def test_build_when_it_writes() -> None:
    """A write carries JSON as UTF-8."""
    request = encode_request(
        Request(Message("adding"), "POST", "record", {"app": 1, "名": "値"}, RetrySafety.INSERT),
        "/k/v1/record.json",
        30,
    )

    assert (request.method, request.body) == ("POST", '{"app":1,"名":"値"}'.encode())
    assert request.headers == {"Content-Type": "application/json"}


def test_api_path_when_in_a_guest_space() -> None:
    """Guest space paths name the space."""
    assert api_path("records/cursor", None) == "/k/v1/records/cursor.json"
    assert api_path("records", 3) == "/k/guest/3/v1/records.json"


def test_encode_json_when_numbers_are_decimals() -> None:
    """Decimals keep every digit and are never written in powers of ten."""
    assert encode_json([Decimal("12345678901234567890.10"), Decimal("1E+3")]) == b'["12345678901234567890.10","1000"]'


@pytest.mark.parametrize("value", [float("nan"), "\ud800", {1, 2}, Decimal("NaN"), object()])
def test_encode_json_when_json_cannot_carry_it(value: object) -> None:
    """What JSON cannot carry is refused in words."""
    with pytest.raises(InvalidParameterError, match="cannot carry"):
        encode_json({"value": value})


def test_build_when_the_query_holds_half_a_character() -> None:
    """A lone surrogate in a query is refused in words."""
    with pytest.raises(InvalidParameterError, match="surrogate"):
        encode_request(reading(app=1, query="\ud800"), "/k/v1/records.json", 30)


@pytest.mark.parametrize(("extra", "method"), [(0, "GET"), (1, "POST")])
def test_build_when_an_address_has_exactly_the_most_characters(extra: int, method: str) -> None:
    """The whole address counts, not the query string alone."""
    path, site = "/k/v1/records.json", 30
    spare = MAX_URL_LENGTH - 1 - site - len(path) - len("query=")

    assert encode_request(reading(query="x" * (spare + extra)), path, site).method == method


@pytest.mark.parametrize(("count", "method"), [(100, "GET"), (101, "POST")])
def test_build_when_there_are_exactly_the_most_fields(count: int, method: str) -> None:
    """Indexes go from 0 to 99."""
    assert (
        encode_request(reading(fields=[f"f{number}" for number in range(count)]), "/k/v1/records.json", 30).method
        == method
    )
