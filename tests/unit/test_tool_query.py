"""What ``kintone_query`` sends in each of its modes."""

import csv
import io
import json
import re

import pytest

from kintone.errors import InvalidParameterError
from tests.unit.query_tool_double import double_with, full_record, running, sent
from tests.unit.reading_double import KintoneDouble
from tools.query_outputs.flat_records import flatten

MODES = ("both", "text_only", "json_stream", "flattened_json", "csv_file", "jsonl_file")
SUMMARY = {
    "total_records",
    "requests_made",
    "pages",
    "pagination_strategy",
    "fields",
    "effective_query",
    "warnings",
}


@pytest.mark.parametrize("mode", [None, "", "both"])
def test_text_json_and_variables_come_when_the_mode_is_both_or_left_out(mode: str | None) -> None:
    """The records keep kintone's shape."""
    records = [full_record(1), full_record(2)]
    result = sent(double_with(records), output_mode=mode, query='name != ""')

    assert result.json == [{"summary": result.json[0]["summary"], "records": records}]
    assert result.variables == {"record_count": 2, "record_ids": ["1", "2"], "records": records}
    assert result.text.startswith("2 records of app 12:\n#1 name: Alice")


def test_summary_tells_how_kintone_was_asked_when_pages_were_read() -> None:
    """It has exactly the keys that workflows know."""
    summary = sent(KintoneDouble(range(1, 1201)), query='a = "1" or b = "2"').json[0]["summary"]

    assert set(summary) == SUMMARY
    assert summary == {
        "total_records": 1200,
        "requests_made": 3,
        "pages": 3,
        "pagination_strategy": "record_id",
        "fields": [],
        "effective_query": 'a = "1" or b = "2" order by $id asc',
        "warnings": [],
    }


def test_records_are_plain_when_the_mode_is_flattened_json() -> None:
    """JSON and variable hold codes and values."""
    result = sent(double_with([full_record(7)]), output_mode="flattened_json")

    assert result.json[0]["records"] == [flatten(full_record(7))]
    assert result.variables == {"record_count": 1, "record_ids": ["7"], "records": [flatten(full_record(7))]}


def test_text_and_ids_come_when_the_mode_is_text_only() -> None:
    """The JSON has the summary alone; the text may be long."""
    result = sent(KintoneDouble(range(1, 1201)), output_mode="text_only")

    assert set(result.json[0]) == {"summary"}
    assert set(result.variables) == {"record_count", "record_ids"}
    assert result.variables["record_ids"] == [str(number) for number in range(1, 1201)]
    assert len(result.text.splitlines()) == 1201


def test_each_page_is_a_message_when_the_mode_is_json_stream() -> None:
    """The summary comes behind the pages, and no variable holds records."""
    result = sent(KintoneDouble(range(1, 1201)), output_mode="json_stream")
    *pages, last = result.json

    assert [page["page"] for page in pages] == [1, 2, 3]
    assert [len(page["records"]) for page in pages] == [500, 500, 200]
    assert set(last) == {"summary"}
    assert result.variables == {"record_count": 1200}
    assert result.text == "1,200 records of app 12. The records are in the JSON output, 3 pages."


def test_first_page_is_sent_when_the_others_are_still_to_come() -> None:
    """In ``json_stream`` nothing waits for the end."""
    double = KintoneDouble(range(1, 10_001))
    messages = running(double, output_mode="json_stream")

    assert next(messages).message.json_object["page"] == 1
    assert len(double.operations) <= 5


@pytest.mark.parametrize(("mode", "mime_type"), [("csv_file", "text/csv"), ("jsonl_file", "application/x-ndjson")])
def test_file_comes_when_the_mode_is_a_file(mode: str, mime_type: str) -> None:
    """Its name tells app and time; of the records only their number is a variable."""
    result = sent(KintoneDouble(range(1, 1201)), output_mode=mode)
    text = result.file.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text))) if mode == "csv_file" else [*map(json.loads, text.splitlines())]

    assert [row["$id"] for row in rows] == [str(number) for number in range(1, 1201)]
    assert result.file_meta
    assert result.file_meta["mime_type"] == mime_type
    assert re.fullmatch(rf"app12_\d{{8}}-\d{{6}}\.{mode.removesuffix('_file')}", result.file_meta["filename"])
    assert result.file_meta["filename"] in result.text
    assert f"({len(result.file):,} bytes)" in result.text
    assert set(result.json[0]) == {"summary"}
    assert result.variables == {"record_count": 1200}


@pytest.mark.parametrize("mode", MODES)
def test_nothing_found_is_an_answer_when_no_record_matches(mode: str) -> None:
    """An empty list, count 0, a sentence."""
    result = sent(KintoneDouble(), output_mode=mode)

    assert result.json[-1]["summary"]["total_records"] == 0
    assert result.json[0].get("records", []) == []
    assert result.variables["record_count"] == 0
    assert result.variables.get("record_ids", []) == result.variables.get("records", []) == []
    assert result.text.startswith("No record of app 12 matches.")


@pytest.mark.parametrize("mode", MODES)
def test_warnings_reach_summary_and_text_when_kintone_cut_the_search_off(mode: str) -> None:
    """A partial answer is never passed off as whole."""
    double = KintoneDouble(range(1, 4))
    double.warning = "Filter aborted because of too many search results"
    result = sent(double, output_mode=mode)

    assert "partial" in result.json[-1]["summary"]["warnings"][0]
    assert result.text.startswith("Warning: kintone stopped the search")


def test_warning_names_the_codes_when_fields_are_unknown() -> None:
    """The API would leave them out without a word."""
    result = sent(double_with([full_record(1)]), fields="name, nmae, qty")
    (warning,) = result.json[0]["summary"]["warnings"]

    assert "fields: nmae, qty" in warning
    assert warning in result.text
    assert result.json[0]["records"] == [{"name": full_record(1)["name"]}]
    assert result.json[0]["summary"]["fields"] == ["name", "nmae", "qty"]


def _answered(double: KintoneDouble, mode: str, fields: object) -> list[list[str]]:
    """Return the codes of each record as a mode gives them out."""
    result = sent(double, fields=fields, output_mode=mode)
    if mode == "csv_file":
        rows = list(csv.reader(io.StringIO(result.file.decode("utf-8-sig"), newline="")))
        return rows[:1] * (len(rows) - 1)
    if mode == "jsonl_file":
        return [list(json.loads(line)) for line in result.file.splitlines()]
    if mode == "text_only":
        lines = [line.removeprefix("#1 ").removeprefix("#2 ") for line in result.text.splitlines() if ": " in line]
        return [[part.partition(":")[0] for part in line.split(" | ")] for line in lines]
    if "records" in result.variables:
        assert list(map(list, result.variables["records"])) == list(map(list, result.json[0]["records"]))
    return [list(record) for page in result.json for record in page.get("records", [])]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "fields", [["owner", "name", "amount"], "owner,name,amount", "owner\nname\namount", '["owner", "name", "amount"]']
)
def test_fields_stand_in_the_order_asked_for_whatever_the_mode(mode: str, fields: object) -> None:
    """Kintone answers in an order of its own; ``$id`` and ``$revision``, which nobody asked for, are not shown."""
    codes = _answered(double_with([full_record(1), full_record(2)]), mode, fields)

    assert codes == [["owner", "name", "amount"]] * 2


@pytest.mark.parametrize("mode", ["both", "json_stream", "flattened_json", "csv_file", "jsonl_file"])
def test_system_fields_stand_where_they_were_asked_for(mode: str) -> None:
    """They are fields like others then."""
    assert _answered(double_with([full_record(1)]), mode, "name, $revision, $id") == [["name", "$revision", "$id"]]


@pytest.mark.parametrize("mode", ["both", "json_stream", "flattened_json", "jsonl_file"])
@pytest.mark.parametrize("fields", [None, "", "*", " * ", '["*"]', "name, *"])
def test_all_fields_come_when_none_is_named(mode: str, fields: object) -> None:
    """Blank and an asterisk mean all, in the order that kintone has."""
    double = double_with([full_record(1)])

    assert _answered(double, mode, fields) == [list(full_record(1))]
    assert "fields" not in double.operations[0].parameters


@pytest.mark.parametrize("query", ["```\nname != 5\n```", "```sql\nname != 5\n```", "~~~ name != 5 ~~~", "name != 5"])
def test_query_may_stand_in_a_code_fence(query: str) -> None:
    """The fence does not reach kintone."""
    double = KintoneDouble([1])
    sent(double, query=query)

    assert double.queries == ["name != 5 order by $id asc limit 500"]


def _changed_form() -> KintoneDouble:
    """Return records of which only those from 600 on have the field ``added``."""
    double = KintoneDouble(range(1, 1001))
    for number in range(600, 1001):
        double.records[number]["added"] = {"type": "NUMBER", "value": str(number)}
    return double


@pytest.mark.parametrize("mode", ["csv_file", "jsonl_file", "flattened_json", "both", "json_stream"])
def test_no_value_is_lost_when_only_later_records_have_the_field(mode: str) -> None:
    """Records from before a change of the form lack it; where there are columns, their cells are empty."""
    double = _changed_form()
    result = sent(double, output_mode=mode)

    if mode == "csv_file":
        rows = list(csv.DictReader(io.StringIO(result.file.decode("utf-8-sig"), newline="")))
        assert [row["added"] for row in rows] == ["" if number < 600 else str(number) for number in range(1, 1001)]
        assert double.fresh_forms == 1
    elif mode == "jsonl_file":
        lines = [json.loads(line).get("added") for line in result.file.splitlines()]
        assert lines == [None if number < 600 else str(number) for number in range(1, 1001)]
    else:
        records = [record for page in result.json for record in page.get("records", [])]
        assert ["added" in record for record in records] == [number >= 600 for number in range(1, 1001)]
    assert result.json[-1]["summary"]["warnings"] == []


def test_file_fails_or_says_so_when_the_form_may_not_be_read() -> None:
    """The columns are those of the first records then; a later one that needs another column ends the file."""
    double = _changed_form()
    double.form_is_refused = True

    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] fields is blank.*\(added\)"):
        sent(double, output_mode="csv_file")
    result = sent(double, output_mode="csv_file", query="order by $id asc limit 100")
    (warning,) = result.json[0]["summary"]["warnings"]

    assert "form could not be read" in warning
    assert warning in result.text
    assert result.file.decode("utf-8-sig").startswith("$id,name\r\n")


def test_field_is_not_called_missing_when_a_later_record_has_it() -> None:
    """Only what no record at all has is told."""
    summary = sent(_changed_form(), fields="$id,added", output_mode="jsonl_file").json[0]["summary"]

    assert summary["warnings"] == []


def test_warning_names_all_that_was_meant_when_labels_or_columns_were_asked_for() -> None:
    """A label that two fields share names both; a table's column names its table."""
    double = double_with([full_record(1)])
    double.labels = {"owner": "担当者", "made_by": "担当者"}
    double.columns = {"lines": ("qty",)}
    (warning,) = sent(double, fields="担当者,qty,$id").json[0]["summary"]["warnings"]

    assert 'did you mean "owner" or "made_by" instead of "担当者"?' in warning
    assert '"qty" is a column of the table "lines"' in warning


def test_warning_stays_short_when_many_fields_are_unknown() -> None:
    """Ten codes are enough to see what is wrong."""
    fields = [f"unknown{number}" for number in range(500)]
    (warning,) = sent(double_with([full_record(1)]), fields=fields).json[0]["summary"]["warnings"]

    assert "unknown9 and 490 more" in warning


def test_reading_stops_when_max_records_is_reached() -> None:
    """The cap holds over pages, and numbers may come as text."""
    double = KintoneDouble(range(1, 5001))

    assert sent(double, max_records="501", output_mode="text_only").variables["record_count"] == 501
    assert len(double.operations) == 2


@pytest.mark.parametrize(
    ("name", "value"), [("output_mode", "xml"), ("max_records", 0), ("max_records", 1.5), ("query", "limit x")]
)
def test_parameter_is_refused_when_it_makes_no_sense(name: str, value: object) -> None:
    """The sentence names the parameter; kintone is not asked."""
    double = KintoneDouble([1])

    with pytest.raises(InvalidParameterError, match=name):
        sent(double, None, **{name: value})
    assert not double.operations
