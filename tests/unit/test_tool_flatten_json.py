"""``kintone_flatten_json``: what it accepts as records, the plain objects it makes, and what it says of the rest."""

import json

import pytest

from dify_host import rendered
from dify_host.parameters import cast_value
from kintone.access.redaction import Redactor
from kintone.errors import ResultTooLargeError
from tests.unit.flatten_json_tool import INK, PLAIN, TEA, objects, order, refusal, result_of, warnings
from tests.unit.query_tool import full_record, text_field

# Plain objects


def test_record_with_every_shape_of_value() -> None:
    """Values stay as kintone has them, lists and people too; rows of a table are plain objects with the row's ID."""
    (plain,) = objects([full_record(7)])

    assert plain == {
        "$id": "7",
        "$revision": "4",
        "name": 'Alice, "A"',
        "memo": "one\ntwo",
        "amount": "-1234.50",
        "due": None,
        "tags": ["A", "B"],
        "nothing": [],
        "owner": [{"code": "sato", "name": "佐藤 昇"}, {"code": "tanaka", "name": "tanaka"}],
        "made_by": {"code": "sato", "name": "佐藤 昇"},
        "files": [{"fileKey": "k1", "name": "見積.pdf", "contentType": "application/pdf", "size": "123"}],
        "lines": [{"id": "381", "item": "Pen", "qty": "2"}, {"id": "382", "item": "Ink", "qty": ""}],
    }


def test_records_that_are_plain_already() -> None:
    """Plain objects pass unchanged, whatever the codes of their fields."""
    plain = [
        {"name": "Tea", "records": ["A", "B"], "data": [], "record": {"code": "sato", "name": "佐藤"}},
        {"lines": [{"id": "1", "qty": "2"}], "records": [{"id": "5", "qty": "3"}], "stock": 4},
    ]

    assert objects(plain) == plain


def test_fields_without_types() -> None:
    """Records as they are written, ``{"code": {"value": …}}``, are converted too."""
    rows = [{"value": {"qty": {"value": "2"}}}]

    assert objects([{"name": {"value": "Tea"}, "lines": {"value": rows}}]) == [{"name": "Tea", "lines": [{"qty": "2"}]}]


def test_fields_that_are_named() -> None:
    """Only these are kept, in this order; a record that lacks one of them lacks it in the result."""
    (first, second) = objects([TEA, {"name": text_field("Ink")}], fields="stock, name")

    assert list(first.items()) == [("stock", "4.50"), ("name", "Tea")]
    assert second == {"name": "Ink"}


@pytest.mark.parametrize("fields", ["", None, "*", '["*"]'])
def test_fields_that_are_not_named(fields: object) -> None:
    """Blank and ``*`` keep all fields."""
    assert objects([TEA, INK], fields=fields) == PLAIN


@pytest.mark.parametrize(
    ("fields", "present"), [("nmae", ["nmae", "name"]), ("name, zzz", ["zzz"]), ("Stock", ["Stock", "stock"])]
)
def test_fields_that_no_record_has(fields: str, present: list[str]) -> None:
    """A warning names them, with the nearest code there is."""
    (warning,) = warnings(result_of([TEA, INK], fields=fields))

    assert [part for part in present if part not in warning] == []


def test_fields_that_one_record_has() -> None:
    """A field that only some records have is known."""
    assert warnings(result_of([TEA, {"note": text_field("x")}], fields="note, stock")) == []


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("1.5", 1.5),
        ("0.1", 0.1),
        ("1.0", 1.0),
        ("999999999999999", 999999999999999),
        ("1234567890123456", "1234567890123456"),
        ("0.12345678901234567890", "0.12345678901234567890"),
    ],
)
def test_numbers_in_a_json_text(written: str, plain: object) -> None:
    """A number stays one where the next step can take it as exact, and otherwise is its digits as text."""
    (found,) = objects(f'[{{"stock": {written}, "list": [{written}]}}]')

    assert found == {"stock": plain, "list": [plain]}
    assert type(found["stock"]) is type(plain)


# What is taken for records


@pytest.mark.parametrize(
    "given",
    [
        [TEA, INK],
        {"records": [TEA, INK]},
        {"records": [TEA, INK], "totalCount": "2"},
        [{"summary": {"total_records": 2}, "records": [TEA, INK]}],
        [{"page": 1, "records": [TEA]}, {"page": 2, "records": [INK]}, {"summary": {"total_records": 2}}],
        {"json": [{"summary": {}, "records": [TEA, INK]}]},
        {"result": json.dumps([TEA, INK])},
        {"data": {"records": [TEA, INK]}},
        [[TEA], [INK]],
        [{"record": TEA}, {"record": INK}],
        [{"updateKey": {"field": "sku", "value": "1"}, "record": TEA}, {"id": "2", "record": INK}],
        {"anything": 1, "records": [TEA, INK]},
    ],
    ids=str,
)
def test_records_in_whatever_a_step_hands_on(given: object) -> None:
    """Lists, answers of kintone, outputs of steps and pages are unwrapped, as objects and as every kind of text."""
    text = json.dumps(given, ensure_ascii=False)

    assert objects(given) == PLAIN
    assert objects(text) == PLAIN
    assert objects(f"Here they are:\n```json\n{text}\n```\n") == PLAIN
    assert objects(rendered(given)) == PLAIN
    assert objects(cast_value("array", given)) == PLAIN
    assert objects(cast_value("array", text)) == PLAIN
    assert objects(cast_value("array", f"```\n{text}\n```")) == PLAIN


@pytest.mark.parametrize("name", ["json", "data", "result", "results", "response", "payload", "records_json"])
def test_name_that_a_step_gives_its_output(name: str) -> None:
    """It is unwrapped if it stands alone, with a list, an object or a text; beside fields it is a field itself."""
    for content in (
        [TEA, INK],
        {"records": [TEA, INK]},
        json.dumps([TEA, INK]),
        f" {json.dumps({'records': [TEA, INK]})}",
    ):
        assert objects({name: content}) == PLAIN
    assert objects([{name: ["A"], "name": "x"}, {name: "text"}]) == [{name: ["A"], "name": "x"}, {name: "text"}]
    assert objects([{"first": 1, name: [TEA]}]) == [{"first": 1, name: [TEA]}]


@pytest.mark.parametrize(
    "given",
    [
        {"records": PLAIN, "totalCount": "2"},
        [{"page": 1, "records": PLAIN}],
        [{"summary": {"total_records": 2}, "records": PLAIN}],
        [{"record": PLAIN[0]}, {"record": PLAIN[1]}],
        [
            {"updateKey": {"field": "sku", "value": "1"}, "record": PLAIN[0]},
            {"id": "2", "revision": "3", "record": PLAIN[1]},
        ],
    ],
)
def test_plain_objects_in_answers(given: object) -> None:
    """Records that are plain already are unwrapped where nothing but names of an answer stands beside them."""
    assert objects(given) == PLAIN


@pytest.mark.parametrize("given", [TEA, {"record": TEA}, [{"record": TEA}], [TEA]])
def test_one_record(given: object) -> None:
    """A single record is a list of one."""
    result = result_of(given)

    assert result.variables == {"records": PLAIN[:1], "record_count": 1}


@pytest.mark.parametrize("code", ["records", "record", "data", "json", "summary", "value", "type", "id"])
def test_field_with_the_name_of_a_wrapper(code: str) -> None:
    """A field of a record is no wrapper, whatever its code."""
    assert objects([{code: text_field("x")}]) == [{code: "x"}]
    assert objects([{code: {"type": "SUBTABLE", "value": [{"id": "1", "value": {"qty": text_field("2")}}]}}]) == [
        {code: [{"id": "1", "qty": "2"}]}
    ]


@pytest.mark.parametrize(
    "given", [[], {"records": []}, [{"summary": {}, "records": []}], '{"records": []}', [{"data": []}]]
)
def test_no_records(given: object) -> None:
    """Nothing found is a result, not a failure, also with a table."""
    for parameters in ({}, {"fields": "name"}, {"subtable_field_code": "lines", "fields": "name"}):
        result = result_of(given, **parameters)

        assert result.variables == {"records": [], "record_count": 0}
        assert warnings(result) == []


@pytest.mark.parametrize("given", [None, "", " \n", [None], [""], ["", None]])
def test_records_that_are_missing(given: object) -> None:
    """A parameter that is bound to nothing is refused, in each form in which Dify hands it over."""
    assert refusal(given).startswith("[INVALID_INPUT] records_json is missing")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ([TEA, 5], "entry 2"),
        ([TEA, None], "entry 2"),
        ([TEA, [INK, True]], "entry 2"),
        ("[1]", "entry 1"),
        ("not JSON", "line 1"),
        (['[{"a": ]'], "column"),
        ([{"summary": {"total_records": 20_000}}], "summary"),
        (5, "records_json"),
    ],
)
def test_what_are_no_records(given: object, named: str) -> None:
    """The refusal names the parameter, and the entry or the place in the text."""
    message = refusal(given)

    assert "records_json" in message
    assert named in message


# The text


def test_text_has_the_objects() -> None:
    """The text has the number of records and one object a line, so that it is enough for a model."""
    headline, *lines = map(str, result_of([TEA, INK]).lines)

    assert "2 records" in headline
    assert [json.loads(line) for line in lines] == PLAIN


@pytest.mark.parametrize(
    ("records", "said"), [(1, "1 row of lines from 1 record"), (2, "2 rows of lines from 2 records")]
)
def test_text_of_rows(records: int, said: str) -> None:
    """The first line counts rows and records."""
    result = result_of([order(str(number), "2") for number in range(records)], subtable_field_code="lines")

    assert str(result.lines[0]).startswith(said)


def test_one_record_without_the_table() -> None:
    """It is counted in the warning."""
    (warning,) = warnings(result_of([order("1", "2"), TEA], subtable_field_code="lines"))

    assert "1 record " in warning
    assert "lines" in warning


def test_text_of_many_objects() -> None:
    """It is cut between two objects at 20,000 characters, and counts those it does not show."""
    result = result_of([{"name": text_field("x" * 100), "n": text_field(str(n))} for n in range(1_000)])
    *shown, rest = map(str, result.lines[1:])

    assert sum(len(line) + 1 for line in shown) <= 20_000
    assert [json.loads(line)["n"] for line in shown] == [str(n) for n in range(len(shown))]
    assert f"{1_000 - len(shown):,} more" in rest
    assert result.variables["record_count"] == 1_000


def test_objects_that_dify_cannot_carry() -> None:
    """More than a message holds is refused as a whole, with the advice to name fields."""
    result = result_of([{"name": text_field("x" * 500_000)} for _ in range(9)])

    with pytest.raises(ResultTooLargeError, match="fields"):
        result.messages(Redactor([]))


@pytest.mark.parametrize("others", [0, 3])
def test_object_that_is_too_long_for_the_text(others: int) -> None:
    """Its beginning is shown and said to be cut; it is not counted among those that are left out."""
    result = result_of([{"memo": text_field("x" * 400_000)}, *[TEA] * others])
    lines = [str(line) for line in result.lines]

    assert lines[1].startswith('{"memo":"xxx')
    assert 10_000 < sum(map(len, lines)) < 21_000
    assert "cut" in lines[2]
    assert [line for line in lines if "more" in line] == [line for line in lines if f"{others} more" in line]
    assert any("more" in line for line in lines) == bool(others)
