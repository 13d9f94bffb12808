"""``kintone_build_records_data``: what it accepts as rows, the entries it makes, and what it refuses."""

import json

import pytest

from dify_host import rendered
from dify_host.parameters import cast_value
from kintone.access.redaction import Redactor
from kintone.errors import ResultTooLargeError
from kintone.writing.entry_reading import read_entries
from tests.unit.build_tools import entries_of, records_refusal, records_result, text_of
from tests.unit.query_tool import text_field

TEA = {"sku": "A-1", "name": "茶 🍵", "stock": 5}
INK = {"sku": "B-2", "name": None, "stock": ""}
ENTRIES = [
    {"updateKey": {"field": "sku", "value": "A-1"}, "record": {"name": {"value": "茶 🍵"}, "stock": {"value": 5}}},
    {"updateKey": {"field": "sku", "value": "B-2"}, "record": {"name": {"value": None}, "stock": {"value": ""}}},
]


@pytest.mark.parametrize(
    "given",
    [
        [TEA, INK],
        {"records": [TEA, INK]},
        {"records": [TEA, INK], "totalCount": "2"},
        [{"records": [TEA, INK]}],
        {"result": json.dumps([TEA, INK])},
        {"records_source": [TEA, INK]},
        {"rows": [TEA, INK]},
        [[TEA], [INK]],
        [{"sku": {"value": "A-1"}, "name": {"value": "茶 🍵"}, "stock": {"value": 5}}, INK],
        [{"record": {"sku": {"value": "A-1"}, "name": "茶 🍵", "stock": 5}}, INK],
        ENTRIES,
        {"records": ENTRIES},
        {"records_data": {"records": ENTRIES}},
    ],
    ids=str,
)
def test_rows_in_whatever_dify_hands_over(given: object) -> None:
    """Lists, outputs of steps and entries, as objects and as every kind of text; the key is not in the record."""
    text = json.dumps(given, ensure_ascii=False)

    for way in (given, text, f"Here:\n```json\n{text}\n```", rendered(given), cast_value("string", given)):
        assert entries_of(way) == ENTRIES


def test_types_stay_beside_values() -> None:
    """A check by the form tells by them which values were read; kintone ignores them."""
    (entry,) = entries_of([{"sku": text_field("A-1"), "company": text_field("青空")}])

    assert entry["record"] == {"company": {"type": "SINGLE_LINE_TEXT", "value": "青空"}}


def test_one_record() -> None:
    """A single object is a list of one."""
    assert entries_of(TEA) == ENTRIES[:1]
    assert text_of(records_result(TEA)).startswith("1 entry")
    assert text_of(records_result([TEA, INK])).startswith("2 entries")


def test_values_pass_unchanged() -> None:
    """Choices, people, files that were uploaded, plain rows of a table, booleans: the form decides about them."""
    values = {
        "tags": ["A", "B"],
        "owner": [{"code": "sato", "name": "佐藤"}],
        "paper": [{"fileKey": "c15b3870", "file_name": "見積.pdf", "size": 3, "mime_type": "application/pdf"}],
        "lines": [{"id": "11", "qty": "2"}, {"qty": 3}],
        "done": True,
        "nothing": [],
        "line": 'a "b"\nc\u2028',
    }
    (entry,) = entries_of([{"sku": "A-1", **values}])

    assert entry["record"] == {code: {"value": value} for code, value in values.items()}


def test_tables_as_kintone_returns_them() -> None:
    """Rows keep their IDs and types; columns that kintone calculates, and saved files, are left out and named."""
    cells = {
        "qty": {"type": "NUMBER", "value": "2"},
        "sum": {"type": "CALC", "value": "4"},
        "paper": {"type": "FILE", "value": []},
    }
    record = {"sku": "A-1", "lines": {"type": "SUBTABLE", "value": [{"id": "11", "value": cells}]}}
    (entry,) = entries_of([record])

    assert entry["record"]["lines"] == {
        "type": "SUBTABLE",
        "value": [{"id": "11", "value": {"qty": {"type": "NUMBER", "value": "2"}}}],
    }
    text = text_of(records_result([record]))
    assert "lines.sum" in text
    assert "lines.paper" in text


SYSTEM_FIELDS = {
    "$id": {"type": "__ID__", "value": "7"},
    "$revision": {"type": "__REVISION__", "value": "4"},
    "レコード番号": {"type": "RECORD_NUMBER", "value": "APP-7"},
    "作成者": {"type": "CREATOR", "value": {"code": "sato", "name": "佐藤"}},
    "更新者": {"type": "MODIFIER", "value": {"code": "sato", "name": "佐藤"}},
    "作成日時": {"type": "CREATED_TIME", "value": "2026-04-01T00:30:00Z"},
    "更新日時": {"type": "UPDATED_TIME", "value": "2026-04-01T00:30:00Z"},
    "ステータス": {"type": "STATUS", "value": "未処理"},
    "作業者": {"type": "STATUS_ASSIGNEE", "value": []},
    "カテゴリー": {"type": "CATEGORY", "value": []},
    "total": {"type": "CALC", "value": "5"},
}


def test_fields_that_only_kintone_sets() -> None:
    """They are left out of every entry, and named once; kintone would refuse the whole write."""
    entries = entries_of([{**TEA, **SYSTEM_FIELDS}, {**INK, **SYSTEM_FIELDS}])

    assert entries == ENTRIES
    (line,) = [line for line in text_of(records_result([{**TEA, **SYSTEM_FIELDS}])).splitlines() if "Left out" in line]
    assert [code for code in SYSTEM_FIELDS if f'"{code}"' not in line] == []


def test_system_fields_that_are_plain() -> None:
    """Of plain values only the codes with $ are known; an app may have a text field called 作成者."""
    (entry,) = entries_of([{"sku": "A-1", "$id": "7", "$revision": "4", "作成者": "佐藤"}])

    assert entry["record"] == {"作成者": {"value": "佐藤"}}


def test_type_that_is_not_known() -> None:
    """It is left to kintone."""
    (entry,) = entries_of([{"sku": "A-1", "x": {"type": "HOLOGRAM", "value": "?"}, "y": {"type": 5, "value": "?"}}])

    assert list(entry["record"]) == ["x", "y"]


@pytest.mark.parametrize(
    "files",
    [
        {"type": "FILE", "value": [{"fileKey": "k", "name": "a", "contentType": "text/plain", "size": "1"}]},
        {"type": "FILE", "value": []},
        [{"fileKey": "k", "name": "a", "contentType": "text/plain", "size": "1"}],
        {"value": [{"fileKey": "k", "name": "a", "contentType": "text/plain", "size": "1"}, {"fileKey": "new"}]},
    ],
)
def test_files_of_a_saved_record(files: object) -> None:
    """Their keys attach nothing to another record, so the field is left out: a record that is updated keeps its own."""
    given = [{"sku": "A-1", "paper": files, "name": "x"}]
    (entry,) = entries_of(given)

    assert list(entry["record"]) == ["name"]
    assert '"paper"' in text_of(records_result(given))


@pytest.mark.parametrize("files", [{"type": "FILE", "value": [{"fileKey": "new"}]}, [{"fileKey": "new"}], []])
def test_files_that_were_uploaded(files: object) -> None:
    """Keys alone are those of uploads, and are kept; so is a plain empty list, whose type is not known."""
    (entry,) = entries_of([{"sku": "A-1", "paper": files}])

    assert list(entry["record"]) == ["paper"]
    assert "Left out" not in text_of(records_result([{"sku": "A-1", "paper": files}]))


# The key


@pytest.mark.parametrize(
    ("value", "written"),
    [(17, "17"), (17.0, "17"), ("0017", "0017"), ("A 1", "A 1"), ({"type": "NUMBER", "value": "17"}, "17")],
)
def test_key_is_text(value: object, written: str) -> None:
    """A number becomes its digits, and a text stays as it is."""
    (entry,) = entries_of([{"sku": value, "name": "x"}])

    assert entry == {"updateKey": {"field": "sku", "value": written}, "record": {"name": {"value": "x"}}}


@pytest.mark.parametrize(
    "row", [{"name": "x"}, {"sku": None}, {"sku": ""}, {"sku": "  "}, {"sku": ["A"]}, {"sku": True}]
)
def test_row_without_a_usable_key(row: dict[str, object]) -> None:
    """It is refused by its position from 1, with field and parameter."""
    line = records_refusal([TEA, row])

    assert [part in line for part in ("records_source", "entry 2", "sku", "updateKey")] == [True] * 4
    assert "update_key" not in line


def test_key_that_two_rows_have() -> None:
    """Both positions are named; a number equals its text."""
    line = records_refusal([{"sku": 17}, TEA, {"sku": "17"}])

    assert "1 and 3" in line
    assert "17" in line


@pytest.mark.parametrize("key", [None, "", " "])
def test_key_that_is_missing(key: object) -> None:
    """Without a key an upsert would add every row again."""
    assert records_refusal([TEA], key).startswith("[INVALID_INPUT] updateKey is missing")


def test_key_that_is_no_code() -> None:
    """A text that no field code can be is refused, and so is a field of a type that is no key."""
    assert "updateKey" in records_refusal([TEA], 'sku = "A-1"')
    assert "entry 2" in records_refusal([{"day": "x"}, {"day": {"type": "DATE", "value": "2026-04-01"}}], "day")
    assert "$id" in records_refusal([{"n": {"type": "RECORD_NUMBER", "value": "7"}, "name": "x"}], "n")


def test_record_id_as_key() -> None:
    """$id makes entries that update by ID, and never add a record."""
    rows = [{"$id": {"type": "__ID__", "value": "7"}, "name": "x"}, {"$id": 8, "name": "y"}]

    assert entries_of(rows, "$id") == [
        {"id": "7", "record": {"name": {"value": "x"}}},
        {"id": "8", "record": {"name": {"value": "y"}}},
    ]
    own = {"id": "9", "record": {"name": {"value": "z"}}}
    assert "Left out" not in text_of(records_result(rows, "$id"))
    assert entries_of([rows[0], own], "$id")[1] == own
    assert "entry 2" in records_refusal([rows[0], TEA], "$id")
    assert "entries 1 and 2" in records_refusal([rows[0], rows[0]], "$id")


def test_entries_that_name_their_record() -> None:
    """An ID or a key of its own, and a revision, stay with the entry."""
    own = [
        {"id": "12", "revision": "3", "record": {"name": "x"}},
        {"updateKey": {"field": "code", "value": "C"}, "record": {"name": "y"}},
    ]

    assert entries_of(own) == [
        {"id": "12", "revision": "3", "record": {"name": {"value": "x"}}},
        {"updateKey": {"field": "code", "value": "C"}, "record": {"name": {"value": "y"}}},
    ]


@pytest.mark.parametrize(
    "given", [None, "", " \n", [None], [], {"records": []}, "[]", [{"summary": {"total_records": 0}}]]
)
def test_no_rows(given: object) -> None:
    """An upsert of nothing is refused by the next step, so it is refused here."""
    assert records_refusal(given).startswith("[INVALID_INPUT] records_source")


@pytest.mark.parametrize(
    ("given", "named"), [([TEA, 5], "entry 2"), ("not JSON", "line 1"), ([{1: "x", "sku": "A"}], "the name 1")]
)
def test_what_are_no_rows(given: object, named: str) -> None:
    """The refusal names the parameter and the place."""
    line = records_refusal(given)

    assert "records_source" in line
    assert named in line


def test_whole_numbers_that_dify_may_have_rounded() -> None:
    """Decoded, a number of 16 digits is refused; in a JSON text it is exact, and goes on as text."""
    assert "1234567890123456" in records_refusal([{"sku": "A-1", "stock": 1234567890123456}])
    (entry,) = entries_of('[{"sku": 12345678901234567, "stock": 1234567890123456, "price": 0.12345678901234567890}]')

    assert entry == {
        "updateKey": {"field": "sku", "value": "12345678901234567"},
        "record": {"stock": {"value": "1234567890123456"}, "price": {"value": "0.12345678901234567890"}},
    }


# The result


def test_entries_are_what_an_upsert_takes() -> None:
    """Read back as records_data they are the same entries."""
    result = records_result([{**TEA, **SYSTEM_FIELDS}, INK])
    text = result.variables["records_data"]
    assert isinstance(text, str)

    read = read_entries(json.loads(text))
    assert [(entry.update_key, dict(entry.record)) for entry in read] == [
        (("sku", "A-1"), ENTRIES[0]["record"]),
        (("sku", "B-2"), ENTRIES[1]["record"]),
    ]


def test_text_has_an_entry_a_line() -> None:
    """The text is enough for a model, up to 20,000 characters; the rest is counted."""
    rows = [{"sku": f"A-{number}", "name": "x" * 100} for number in range(1_000)]
    headline, *shown, rest = map(str, records_result(rows).lines)

    assert "1,000" in headline
    assert [json.loads(line)["updateKey"]["value"] for line in shown] == [f"A-{n}" for n in range(len(shown))]
    assert f"{1_000 - len(shown):,} more" in rest
    assert "records_data" in rest


def test_entries_that_dify_cannot_carry() -> None:
    """More than a message holds is refused as a whole, with the ways out."""
    result = records_result([{"sku": str(number), "memo": "x" * 500_000} for number in range(9)])

    with pytest.raises(ResultTooLargeError, match="fewer"):
        result.messages(Redactor([]))
