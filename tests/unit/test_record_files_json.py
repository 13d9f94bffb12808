"""Files of JSON: lists, wrapped lists, and JSON Lines, told apart by their content."""

import json
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest

from tests.unit.form_samples import columns, field, make_form
from tests.unit.record_file_samples import read, refusal

ROW = {"sku": "a", "price": 5}
ENTRY = {"updateKey": {"field": "sku", "value": "k"}, "record": {"name": {"value": "b"}}}


def test_seconds_are_noted() -> None:
    """As in a CSV file."""
    assert read('[{"moment": "2026-01-05 09:30:45"}]').drops == (True, False)
    assert read('[{"moment": "2026-01-05 09:30"}]').drops == (False, False)


def dumped(value: object) -> str:
    """Return JSON as programs write it."""
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize(
    "text",
    [
        dumped([ROW, ENTRY]),
        json.dumps([ROW, ENTRY], indent=2),
        dumped({"records": [ROW, ENTRY]}),
        dumped({"records_data": [ROW, ENTRY]}),
        json.dumps({"records_data": {"records": [ROW, ENTRY]}}, indent=4),
        f"{dumped(ROW)}\n{dumped(ENTRY)}\n",
        f"\n{dumped(ROW)}\r\n\r\n{dumped(ENTRY)}",
        f"{json.dumps(ROW, indent=2)}\n{json.dumps(ENTRY, indent=2)}",
        "\ufeff" + dumped([ROW, ENTRY]),
    ],
)
@pytest.mark.parametrize("chunk", [1, 5, 100_000])
def test_every_shape_of_records_data_is_read(text: str, chunk: int) -> None:
    """A list, its wrappers, and one object after the other; plain rows and entries."""
    outcome = read(text, chunk=chunk)

    assert outcome.error == ""
    assert outcome.values == [{"sku": "a", "price": "5"}, {"name": "b"}]
    assert [record.entry.update_key for record in outcome.records] == [None, ("sku", "k")]


def test_json_may_be_utf_16() -> None:
    """The byte order mark decides."""
    assert read(dumped([{"name": "東京"}]).encode("utf-16")).values == [{"name": "東京"}]


def test_json_of_another_encoding_is_refused() -> None:
    """No header tells which it is; the caller may name it."""
    data = dumped([{"name": "東京"}]).encode("cp932")

    assert "file_encoding" in refusal(data)


def test_plain_rows_have_the_key_that_update_key_names() -> None:
    """As in records_data."""
    outcome = read(dumped([ROW, {"price": 1}, {"sku": "b", "price": 2}]), update_key="sku")

    assert [record.entry.update_key for record in outcome.records] == [("sku", "a"), None, ("sku", "b")]
    assert [line for line, _, _ in outcome.problems] == [1]


def test_equal_numbers_are_the_same_key_in_entries_too() -> None:
    """An entry names its key itself."""
    form = make_form(field("NUMBER", "no", unique=True), field("SINGLE_LINE_TEXT", "name"))
    entries = [{"updateKey": {"field": "no", "value": value}, "record": {"name": "x"}} for value in (1, "1.0", "2")]

    outcome = read("\n".join(map(dumped, entries)), form)

    assert [record.entry.update_key for record in outcome.records] == [("no", "1"), ("no", "1"), ("no", "2")]
    assert outcome.problems == [(2, "no", "bad_format")]


def test_rows_of_our_own_export_come_back() -> None:
    """``$id`` and ``$revision`` count; fields that nobody can write are left out and named once."""
    row = {
        "$id": "7", "$revision": "3", "sku": "a", "made": "2026-01-01T00:00:00Z", "total": "10",
        "lines": [{"id": "4", "item": "x", "qty": "2", "sum": "4"}], "owner": [{"code": "sato", "name": "佐藤"}],
        "tags": ["A"], "due": None,
    }  # fmt: skip
    outcome = read(f"{dumped(row)}\n{dumped({**row, '$id': '8'})}\n")

    entry = outcome.records[0].entry
    assert (entry.id, entry.revision) == ("7", "3")
    assert outcome.left_out == ["made", "total", "sum"]
    assert outcome.problems == []
    assert outcome.values[0] == {
        "sku": "a", "lines": [{"id": "4", "item": "x", "qty": "2"}], "owner": ["sato"], "tags": ["A"], "due": None,
    }  # fmt: skip
    assert outcome.records[0].cleared == 1


def test_rows_of_kintones_own_shape_come_back() -> None:
    """As ``records`` of a query has them, with types and wrapped rows."""
    row = {
        "$id": {"type": "__ID__", "value": "7"},
        "$revision": {"type": "__REVISION__", "value": "3"},
        "sku": {"type": "SINGLE_LINE_TEXT", "value": "a"},
        "maker": {"type": "CREATOR", "value": {"code": "x", "name": "y"}},
        "lines": {
            "type": "SUBTABLE",
            "value": [
                {
                    "id": "4",
                    "value": {
                        "item": {"type": "SINGLE_LINE_TEXT", "value": "x"},
                        "sum": {"type": "CALC", "value": "4"},
                    },
                }
            ],
        },
    }
    outcome = read(dumped([row]))

    assert outcome.problems == []
    assert outcome.values == [{"sku": "a", "lines": [{"id": "4", "item": "x"}]}]
    assert (outcome.records[0].entry.id, outcome.records[0].entry.revision) == ("7", "3")
    assert outcome.left_out == ["maker", "sum"]


def test_blank_update_key_names_none() -> None:
    """As a parameter that was left blank."""
    assert read(dumped([ROW]), update_key="").problems == []
    assert read("sku\na\n", update_key="").problems == []


def test_row_without_key_is_inserted() -> None:
    """As a line of a CSV file is."""
    entry = read(dumped([ROW])).records[0].entry

    assert (entry.id, entry.update_key) == (None, None)


def test_unknown_fields_of_rows_are_refused_or_skipped() -> None:
    """As columns are; nobody's data is dropped without a word."""
    text = dumped([{"sku": "a", "nama": "b"}])

    assert read(text).problems == [(1, "nama", "unknown_field")]
    skipped = read(text, skip_unknown_columns=True)
    assert (skipped.values, skipped.skipped, skipped.problems) == ([{"sku": "a"}], ["nama"], [])


def test_dates_and_times_without_offset_are_those_of_the_zone() -> None:
    """In a row, in kintone's own shape, and with their offset as they are."""
    rows = [{"moment": "2026-04-01 9:30"}, {"moment": {"value": "2026-04-01T09:30"}}, {"moment": "2026-04-01T00:30Z"}]

    assert read(dumped(rows)).values == [{"moment": "2026-04-01T00:30:00Z"}] * 3


@pytest.mark.parametrize(
    "line",
    ['{"sku":}', '{"sku":"a","sku":"b"}', '{"price":NaN}', '{"sku":"a"', "5", '["a"]', "{}", '{"price":1e999999999}'],
)
def test_bad_line_of_json_lines_is_one_mistake(line: str) -> None:
    """The lines around it are read all the same."""
    outcome = read(f'{{"sku":"a"}}\n\n{line}\n{{"sku":"b"}}\n')

    assert (outcome.error, [number for number, _, _ in outcome.problems]) == ("", [3])
    assert outcome.values[2] == {"sku": "b"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[\n{"sku":"a"},\n{"sku":\n', 4),
        ('[\n{"sku":"a"}\n{"sku":"b"}]', 3),
        ('[\n{"sku":"a"},\n]', 3),
        ('[\n{"sku":"a"},\n{"sku":"a","sku":"b"}]', 3),
        ('[\n{"sku":"a"},\n{"price":NaN}]', 3),
        ('[\n{"sku":"a"},\n{"name":"x', 3),
        ('[\n{"sku":"a"}\n]\n5', 4),
        ('{"records":\n[{"sku":"a"}],\n"app": 5}', 2),
    ],
)
@pytest.mark.parametrize("chunk", [1, 7, 300_000])
def test_broken_list_names_the_physical_line(text: str, line: int, chunk: int) -> None:
    """Nothing behind that place can be read."""
    outcome = read(text, chunk=chunk)

    assert f"line {line}:" in outcome.error
    assert outcome.values[:1] == [{"sku": "a"}]


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_item_that_is_nested_too_deeply_is_refused(opening: str) -> None:
    """However deep it is, and wherever it stands."""
    deep = opening * 200_000

    assert "line 3:" in read(f'[\n{{"sku":"a"}},\n{deep}').error
    assert [line for line, _, _ in read(f'{{"sku":"a"}}\n{deep}\n').problems] == [2]
    assert "line 1:" in read(f'[{{"sku": {"[" * 100}{"]" * 100}}}]').error


def test_items_know_their_physical_line() -> None:
    """Line ends inside an item and before it count; U+0085 in a text is no line end."""
    outcome = read('[\n\n{"sku":"a",\n"name":"x\u0085y"},\n{"sku":"b"},{"sku":"c"}]')

    assert outcome.lines == [3, 5, 5]
    assert outcome.values[0]["name"] == "x\u0085y"


def test_empty_list_holds_no_record() -> None:
    """It is no mistake of the file."""
    assert (read("[]").records, read('{"records": []}').records, read("[]").error) == ([], [], "")


@pytest.mark.parametrize(("begin", "line"), [(b'[{"memo": "', 1), (b'{"memo": "', 1), (b'{"sku":"a"}\n{"memo": "', 2)])
def test_item_without_end_is_refused_long_before_it_fills_the_memory(begin: bytes, line: int) -> None:
    """An open quote ends the file after ten million characters."""
    taken = 0

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        yield begin
        for _ in range(600):
            taken += 1
            yield b"x" * 65_000

    assert f"line {line}:" in read(chunks()).error
    assert taken < 400


def test_numbers_keep_their_digits() -> None:
    """A text of JSON holds every digit."""
    outcome = read('[{"name": 12345678901234567}]')

    assert outcome.values == [{"name": "12345678901234567"}]


def test_records_before_the_first_entry_are_passed_over() -> None:
    """Positions stay those of the file."""
    outcome = read('{"sku":}\n{"sku":"b"}\n'.replace('{"sku":}', '{"zzz":1}'), first_entry=2)

    assert [(record.position, record.line) for record in outcome.records] == [(2, 2)]
    assert outcome.problems == []


@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: {"type": "USER_SELECT", "value": value}])
def test_people_as_kintone_shows_them_need_no_note(wrap: Callable[[object], object]) -> None:
    """The name beside a code is kintone's own; what else is written otherwise than it is stored is still told."""
    people = [{"code": "sato", "name": "佐藤"}, {"code": "ito", "name": ""}]
    outcome = read(dumped([{"owner": wrap(people), "lines": [{"who": wrap(people[:1])}], "price": "1,000"}]))

    assert outcome.values == [{"owner": ["sato", "ito"], "lines": [{"who": ["sato"]}], "price": "1000"}]
    assert [str(note) for note in outcome.records[0].notes] == ['line 1: price: "1,000" → "1000"']


@pytest.mark.parametrize("empty", [None, [], "", {"type": "FILE", "value": []}])
@pytest.mark.parametrize("plain", [True, False])
def test_empty_attachments_stay_as_they_are(empty: object, *, plain: bool) -> None:
    """As a blank column of a CSV file, so that a saved record loses no file; the field is named."""
    record = {"name": "x", "files": empty}
    rows = [{"sku": "k", **record} if plain else {"updateKey": {"field": "sku", "value": "k"}, "record": record}]
    outcome = read(dumped(rows), update_key="sku")

    assert (outcome.values, outcome.problems) == ([{"name": "x"}], [])
    assert outcome.attachments == ["files"]
    assert outcome.records[0].cleared == 0
    assert read("sku,name,files\nk,x,\n", update_key="sku").attachments == ["files"]


@pytest.mark.parametrize("given", ["key", ["key"], [{"fileKey": "key", "name": "a.txt", "size": "5"}], "見積.pdf"])
def test_attachments_are_refused_before_anything_is_sent(given: object) -> None:
    """Keys that kintone shows would be refused by it after the batches before were saved; one sentence for each."""
    outcome = read(dumped([{"name": "x", "files": given}]))

    assert outcome.problems == [(1, "files", "not_writable")]
    assert "upload_file" in str(outcome.records[0].problems[0].words)


@pytest.mark.parametrize("moment", ["2026-03-08 02:30", "2026-11-01 01:30"])
def test_time_that_the_clocks_of_the_zone_skip_or_repeat_is_refused_so(moment: str) -> None:
    """The zone is known; that the time has none is not what is wrong with it. In a row of a table too."""
    form = make_form(field("DATETIME", "moment"), field("SUBTABLE", "t", fields=columns(field("DATETIME", "at"))))
    rows = [{"moment": moment, "t": [{"at": "2026-01-01 00:00"}, {"at": moment}]}]
    outcome = read(dumped(rows), form, zone=ZoneInfo("America/New_York"))

    assert outcome.problems == [(1, "moment", "ambiguous"), (1, "at", "ambiguous")]
    assert [problem.problem.row for problem in outcome.records[0].problems] == [None, 2]
    assert all("America/New_York" in str(problem.words) for problem in outcome.records[0].problems)


def test_copied_time_of_an_entry_is_left_out() -> None:
    """As in records_data: kintone fills the field, and its wrapper tells that it was read."""
    lookup = {
        "relatedApp": {"app": "2"},
        "relatedKeyField": "k",
        "fieldMappings": [{"field": "at", "relatedField": "x"}],
    }
    form = make_form(field("SINGLE_LINE_TEXT", "key", lookup=lookup), field("DATETIME", "at"))
    record = {"key": "a", "at": {"type": "DATETIME", "value": "2026-01-05T00:00:00Z"}}
    outcome = read(dumped([{"record": record}]), form)

    assert (outcome.values, outcome.problems) == ([{"key": "a"}], [])
