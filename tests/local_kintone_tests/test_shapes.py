"""JSON of a wrong shape: refused or stored as a blank."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local_kintone import LocalKintone
from tests.local_kintone_tests.in_process_client import InProcessClient, body_of, refusal_of, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELDS: dict[str, dict[str, Any]] = {
    "text": {"type": "SINGLE_LINE_TEXT", "defaultValue": "x"},
    "number": {"type": "NUMBER"},
    "day": {"type": "DATE"},
    "choice": {"type": "DROP_DOWN", "options": ["5", "A"]},
    "tags": {"type": "CHECK_BOX", "options": ["A"]},
    "people": {"type": "USER_SELECT"},
    "files": {"type": "FILE"},
    "lines": {"type": "SUBTABLE", "fields": {"cell": {"type": "SINGLE_LINE_TEXT"}, "qty": {"type": "NUMBER"}}},
}
WRONG_SHAPE = (400, "CB_IJ01", set[str]())


@pytest.fixture
def shapes() -> Iterator[LocalKintone]:
    """Create one app with a field of each shape."""
    kintone = LocalKintone(seed="none")
    kintone.create_app("Shapes", FIELDS)
    yield kintone
    kintone.stop()


@pytest.fixture
def client(shapes: LocalKintone) -> InProcessClient:
    """Return a client that may write to it."""
    return InProcessClient(shapes, shapes.token(1))


@pytest.mark.parametrize(
    "record",
    [
        [],
        "x",
        {"text": "x"},
        {"text": None},
        {"text": ["x"]},
        {"text": {"value": ["x"]}},
        {"text": {"value": {}}},
        {"text": {"value": True}},
        {"number": {"value": [1]}},
        {"number": {"value": False}},
        {"day": {"value": 2026}},
        {"choice": {"value": 5}},
        {"choice": {"value": ["A"]}},
        {"tags": {"value": "A"}},
        {"tags": {"value": {}}},
        {"tags": {"value": [None]}},
        {"people": {"value": ["sato"]}},
        {"people": {"value": {"code": "sato"}}},
        {"people": {"value": [{"name": "x"}]}},
        {"files": {"value": ["key"]}},
        {"files": {"value": [{"fileKey": 1}]}},
        {"lines": {"value": {}}},
        {"lines": {"value": ["x"]}},
        {"lines": {"value": [{"value": None}]}},
        {"lines": {"value": [{"value": []}]}},
        {"lines": {"value": [{"value": {"cell": "x"}}]}},
        {"nosuch": "x"},
        {"$id": "1"},
    ],
)
def test_record_of_another_shape_is_refused(shapes: LocalKintone, client: InProcessClient, record: object) -> None:
    """Fact sheet 4.3 and 6.1: JSON of a wrong shape is CB_IJ01 as a whole, unknown codes included."""
    assert refusal_of(client.send("POST", "record", {"app": 1, "record": record})) == WRONG_SHAPE
    assert refusal_of(client.send("POST", "records", {"app": 1, "records": [{}, record]})) == WRONG_SHAPE
    assert shapes.records(1) == []


def test_empty_record_of_a_batch_is_no_record(client: InProcessClient) -> None:
    """Fact sheet 2.3: each element is a field map."""
    assert refusal_of(client.send("POST", "records", {"app": 1, "records": [None]})) == WRONG_SHAPE


@pytest.mark.parametrize("code", FIELDS)
def test_field_without_a_value_is_stored_blank(shapes: LocalKintone, client: InProcessClient, code: str) -> None:
    """Fact sheet 6.2: a key that is present without a value blanks the field and suppresses its default."""
    answer = client.send("POST", "record", {"app": 1, "record": {code: {}}})
    stored = values_of(shapes, 1, int(body_of(answer)["id"]))[code]
    assert stored in ("", None, [])


@pytest.mark.parametrize(
    "row", [{"cell": "x", "qty": "1"}, {"cell": {"value": "x"}}, {"id": "7", "cell": {"value": "x"}}]
)
def test_plain_row_is_stored_as_a_row_of_blanks(
    shapes: LocalKintone, client: InProcessClient, row: dict[str, Any]
) -> None:
    """Fact sheet 6.2: unknown keys are ignored, so cells outside of `value` are lost."""
    number = client.add(1, lines=[row])
    (stored,) = values_of(shapes, 1, number)["lines"]
    assert {code: cell["value"] for code, cell in stored["value"].items()} == {"cell": "", "qty": ""}
    shapes.settings.unwrapped_rows = "refused"
    answer = client.update(1, number, lines=[row])
    assert refusal_of(answer) == (400, "CB_VA01", {"record.lines.value[0].value"})


@pytest.mark.parametrize("written", [5, 5.5, "5"])
def test_text_takes_a_number_as_it_is_written(shapes: LocalKintone, client: InProcessClient, written: object) -> None:
    """Fact sheet 6.1: texts are strings; a JSON number is stored as its digits."""
    assert values_of(shapes, 1, client.add(1, text=written))["text"] == str(written)


@pytest.mark.parametrize("fields", ["text", 1, {}, {"0": "text"}, [1], [None], [["text"]]])
@pytest.mark.parametrize(("method", "api"), [("POST", "records/cursor"), ("GET", "records")])
def test_fields_of_another_shape_are_refused(client: InProcessClient, method: str, api: str, fields: object) -> None:
    """Fact sheet 2.2, 2.6 and 4.3: in JSON `fields` is a list of texts."""
    answer = client.send(method, api, {"app": 1, "fields": fields})
    assert refusal_of(answer) == WRONG_SHAPE


def test_fields_in_the_url_are_indexed(client: InProcessClient) -> None:
    """Fact sheet 1.7: `fields[0]`; a name without an index is refused."""
    assert refusal_of(client.get("records", "app=1&fields=text")) == (400, "CB_VA01", {"fields"})
    assert client.get("records", "app=1&fields%5B0%5D=text").status == 200


@pytest.mark.parametrize(
    "body",
    [
        b'{"app":1,"record":{"number":{"value":NaN}}}',
        b'{"app":1,"record":{"number":{"value":-Infinity}}}',
        b'{"app":1,"record":{"text":{"value":"\\ud800"}}}',
        b'{"app":1,"record":{"\\udfff":{"value":""}}}',
        json.dumps({"app": 1}).encode("utf-16"),
        json.dumps({"app": 1}).encode("utf-16-le"),
        b"\xff{}",
        b"",
    ],
)
def test_what_is_no_json_in_utf_8_is_refused(shapes: LocalKintone, client: InProcessClient, body: bytes) -> None:
    """Fact sheet 4.3: invalid JSON is CB_IJ01; a content type without a body is CB_IL02."""
    headers = {**client.headers, "Content-Type": "application/json"}
    answer = shapes.exchange("POST", "/k/v1/record.json", headers, body)
    assert refusal_of(answer)[:2] == (400, "CB_IJ01" if body else "CB_IL02")
