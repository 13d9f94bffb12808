"""Numbers: comparison as numbers, and the app's rounding and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_kintone import LocalKintone, NumberPrecision
from tests.local_kintone_tests.in_process_client import InProcessClient, body_of, cells, refusal_of, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELDS: dict[str, dict[str, Any]] = {
    "key": {"type": "NUMBER", "unique": True},
    "free": {"type": "NUMBER"},
    "third": {"type": "CALC", "expression": "free / 3"},
    "lines": {"type": "SUBTABLE", "fields": {"qty": {"type": "NUMBER"}}},
}


@pytest.fixture
def numbers() -> Iterator[LocalKintone]:
    """Create one app with a numeric key."""
    kintone = LocalKintone(seed="none")
    kintone.create_app("numbers", FIELDS)
    yield kintone
    kintone.stop()


@pytest.fixture
def client(numbers: LocalKintone) -> InProcessClient:
    """Return a client that may write to it."""
    return InProcessClient(numbers, numbers.token(1))


@pytest.mark.parametrize("written", ["1", "1.0", "01", "1e0", "1.00004", 1, " 1 "])
def test_number_keys_are_compared_as_numbers(numbers: LocalKintone, client: InProcessClient, written: object) -> None:
    """All spellings of a number, also with surplus decimals, find the same record and collide with it."""
    client.add(1, key="1")
    body = {"app": 1, "updateKey": {"field": "key", "value": written}, "record": cells(free="5")}
    assert client.send("PUT", "record", body).status == 200
    row = {"updateKey": body["updateKey"], "record": cells(free="6")}
    answer = client.send("PUT", "records", {"app": 1, "upsert": True, "records": [row]})
    assert body_of(answer)["records"][0]["operation"] == "UPDATE"
    answer = client.send("POST", "record", {"app": 1, "record": cells(key=written)})
    assert refusal_of(answer) == (400, "CB_VA01", {"record.key.value"})
    assert values_of(numbers, 1, 1)["free"] == "6"


def test_numbers_are_rounded_half_to_even_at_four_decimals(numbers: LocalKintone, client: InProcessClient) -> None:
    """This is the default; up to twelve integer digits are allowed."""
    number = client.add(1, free="0.00005", lines=[{"value": cells(qty="0.00015")}])
    values = values_of(numbers, 1, number)
    assert (values["free"], values["lines"][0]["value"]["qty"]["value"]) == ("0", "0.0002")
    assert client.update(1, number, free="999999999999.9999").status == 200
    for written in ("1000000000000", "999999999999.99999", "-1e12", "1e999999999", "1" * 40):
        assert refusal_of(client.update(1, number, free=written)) == (400, "CB_VA01", {"record.free.value"})
    answer = client.update(1, number, lines=[{"value": cells(qty="1e12")}])
    assert refusal_of(answer) == (400, "CB_VA01", {"record.lines.value[0].value.qty.value"})


@pytest.mark.parametrize(
    ("precision", "written", "stored"),
    [
        (NumberPrecision(10, 2, "UP"), "1.001", "1.01"),
        (NumberPrecision(10, 2, "DOWN"), "-1.009", "-1"),
        (NumberPrecision(10, 0), "2.5", "2"),
        (NumberPrecision(30, 10), "1" * 20 + "." + "1" * 12, "1" * 20 + "." + "1" * 10),
        (NumberPrecision(30, 10, "UP"), "1e-999999999", "0.0000000001"),
    ],
)
def test_each_app_rounds_its_own_way(precision: NumberPrecision, written: str, stored: str) -> None:
    """The precision is set per app, returned by app/settings and applied."""
    kintone = LocalKintone(seed="none")
    app = kintone.create_app("numbers", FIELDS, number_precision=precision)
    client = InProcessClient(kintone, kintone.token(app))
    number = client.add(app, free=written, key=written)
    assert values_of(kintone, app, number)["free"] == stored
    key = {"field": "key", "value": stored}
    assert client.send("PUT", "record", {"app": app, "updateKey": key, "record": {}}).status == 200
    shown = body_of(client.get("app/settings", f"app={app}"))["numberPrecision"]
    assert shown == {
        "digits": str(precision.digits),
        "decimalPlaces": str(precision.decimal_places),
        "roundingMode": precision.rounding_mode,
    }
    kintone.stop()


def test_precision_that_no_app_can_have_is_refused() -> None:
    """Digits are 1 to 30, decimals 0 to 10, and there are three rounding modes."""
    for digits, places, mode in ((0, 0, "UP"), (31, 4, "UP"), (30, 11, "UP"), (16, 4, "HALF_UP")):
        with pytest.raises(ValueError, match=r"out of range|must be one of"):
            NumberPrecision(digits, places, mode)


def test_precision_can_be_changed(numbers: LocalKintone, client: InProcessClient) -> None:
    """A changed precision applies to later writes, including computed fields."""
    numbers.set_number_precision(1, NumberPrecision(10, 1))
    number = client.add(1, free="1.26")
    assert (values_of(numbers, 1, number)["free"], values_of(numbers, 1, number)["third"]) == ("1.3", "0.4")
