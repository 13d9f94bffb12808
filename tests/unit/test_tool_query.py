"""Messages of ``kintone_query`` in each of its modes."""

import csv
import io
import json
import re

import pytest

from kintone.errors import InvalidParameterError, InvalidQueryError
from tests.unit.in_process import InProcess
from tests.unit.query_tool import full_record, hold, running, sent
from tests.unit.reading_samples import add
from tools.record_formats import flatten
from tools.record_texts import SHORT_TEXT

MODES = ("both", "text_only", "json_stream", "flattened_json", "csv_file", "jsonl_file")
SUMMARY = {
    "total_records",
    "total_count",
    "truncated",
    "requests_made",
    "pages",
    "pagination_strategy",
    "fields",
    "effective_query",
    "warnings",
}


@pytest.mark.parametrize("mode", [None, "", "both"])
def test_text_json_and_variables_come_when_the_mode_is_both_or_left_out(site: InProcess, mode: str | None) -> None:
    """The records are in kintone's shape."""
    records = hold(site, full_record(1), full_record(2))
    result = sent(site, output_mode=mode, query='name != ""')

    assert result.json == [{"summary": result.json[0]["summary"], "records": records}]
    assert result.variables == {
        "record_count": 2,
        "total_count": 2,
        "record_ids": ["1", "2"],
        "records": records,
    }
    assert result.text.startswith("2 records of app 1:\n#1 name=Alice")


def test_summary_describes_the_reading(site: InProcess) -> None:
    """The summary has exactly the documented keys."""
    add(site, range(1, 1201))
    summary = sent(site, query='a = "1" or b = "2"').json[0]["summary"]

    assert set(summary) == SUMMARY
    assert summary == {
        "total_records": 1200,
        "total_count": 1200,
        "truncated": False,
        "requests_made": 3,
        "pages": 3,
        "pagination_strategy": "record_id",
        "fields": [],
        "effective_query": 'a = "1" or b = "2" order by $id asc',
        "warnings": [],
    }


def test_records_are_plain_when_the_mode_is_flattened_json(site: InProcess) -> None:
    """JSON and variable have codes and values only."""
    (record,) = hold(site, full_record(7))
    result = sent(site, output_mode="flattened_json")

    assert result.json[0]["records"] == [flatten(record)]
    assert result.variables == {
        "record_count": 1,
        "total_count": 1,
        "record_ids": ["7"],
        "records": [flatten(record)],
    }


@pytest.mark.parametrize(("mode", "warned"), [("flattened_json", 1), ("jsonl_file", 1), ("both", 0), ("csv_file", 0)])
def test_plain_rows_with_a_column_called_id(site: InProcess, mode: str, warned: int) -> None:
    """Where the column takes the place of the row's ID, one warning in text and summary names the table."""
    site.kintone.change_form(site.app, {"pairs": {"type": "SUBTABLE", "fields": {"id": {"type": "SINGLE_LINE_TEXT"}}}})
    site.kintone.add_records(site.app, [{"pairs": [{"id": "own"}]}, {"pairs": [{"id": "own"}, {}]}])
    result = sent(site, output_mode=mode, fields="pairs")

    summary = result.json[-1]["summary"]
    assert len([each for each in summary["warnings"] if "pairs" in each]) == warned
    assert result.text.count("pairs are left out") == warned


def test_text_and_ids_come_when_the_mode_is_text_only(site: InProcess) -> None:
    """There is no JSON message, which some agents would read too, and the text may be longer."""
    add(site, range(1, 1201))
    result = sent(site, output_mode="text_only", fields="name")

    assert result.json == []
    assert set(result.variables) == {"record_count", "total_count", "record_ids"}
    assert result.variables["record_ids"] == [str(number) for number in range(1, 1201)]
    assert len(result.text.splitlines()) == 1201


def test_each_page_is_a_message_when_the_mode_is_json_stream(site: InProcess) -> None:
    """The summary follows the pages, and no variable has records."""
    add(site, range(1, 1201))
    result = sent(site, output_mode="json_stream")
    *pages, last = result.json

    assert [page["page"] for page in pages] == [1, 2, 3]
    assert [len(page["records"]) for page in pages] == [500, 500, 200]
    assert set(last) == {"summary"}
    assert result.variables == {"record_count": 1200, "total_count": 1200}
    assert result.text.startswith("1,200 records of app 1:\n#1 ")
    assert len(result.text) <= SHORT_TEXT.text
    assert "offset" in result.text.splitlines()[-1]


def test_first_page_is_sent_when_the_others_are_still_to_come(site: InProcess) -> None:
    """In ``json_stream`` a page is sent as soon as it is read."""
    add(site, range(1, 10_001))
    messages = running(site, output_mode="json_stream")

    assert next(messages).message.json_object["page"] == 1
    assert len(site.asked) <= 5


@pytest.mark.parametrize(("mode", "mime_type"), [("csv_file", "text/csv"), ("jsonl_file", "text/plain")])
def test_file_comes_when_the_mode_is_a_file(site: InProcess, mode: str, mime_type: str) -> None:
    """The file's name has app and time, and a variable has the number of records."""
    add(site, range(1, 1201))
    result = sent(site, output_mode=mode)
    text = result.file.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text))) if mode == "csv_file" else [*map(json.loads, text.splitlines())]

    assert [row["$id"] for row in rows] == [str(number) for number in range(1, 1201)]
    assert result.file_meta
    assert result.file_meta["mime_type"] == mime_type
    assert re.fullmatch(rf"app1_\d{{8}}-\d{{6}}\.{mode.removesuffix('_file')}", result.file_meta["filename"])
    assert result.file_meta["filename"] in result.text
    assert f"({len(result.file):,} bytes)" in result.text
    assert set(result.json[0]) == {"summary"}
    assert result.variables == {"record_count": 1200, "total_count": 1200}


@pytest.mark.parametrize("mode", MODES)
def test_empty_result_when_no_record_matches(site: InProcess, mode: str) -> None:
    """The result has an empty list, count 0 and a sentence."""
    result = sent(site, output_mode=mode)

    assert [each["summary"]["total_records"] for each in result.json] == [0] * (mode != "text_only")
    assert not any(each.get("records") for each in result.json)
    assert result.variables["record_count"] == 0
    assert result.variables.get("record_ids", []) == result.variables.get("records", []) == []
    assert result.text.startswith("No record of app 1 matches.")


def test_error_of_an_unknown_field_is_kept_when_the_form_cannot_be_read(site: InProcess) -> None:
    """Without the form there is no suggestion."""
    site.kintone.fail(api="app/form/fields", times=None, status=403, code="CB_NO02", message="No privilege.")

    with pytest.raises(InvalidQueryError) as raised:
        sent(site, query='nmae = "x"')

    assert raised.value.code == "GAIA_IQ11"


@pytest.mark.parametrize("mode", MODES)
def test_warnings_reach_summary_and_text_when_kintone_cut_the_search_off(site: InProcess, mode: str) -> None:
    """A partial result is marked as such."""
    add(site, range(1, 4))
    site.kintone.fail(api="records", headers={"X-Cybozu-Warning": "Filter aborted because of too many search results"})
    result = sent(site, output_mode=mode)

    assert mode == "text_only" or "partial" in result.json[-1]["summary"]["warnings"][0]
    assert result.text.startswith("Warning: kintone stopped the search")


def test_warning_names_the_codes_when_fields_are_unknown(site: InProcess) -> None:
    """Kintone would leave them out without a message."""
    (record,) = hold(site, full_record(1))
    result = sent(site, fields="name, nmae, qty")
    (warning,) = result.json[0]["summary"]["warnings"]

    assert warning.count("fields: ") == 2
    assert re.findall('"(.+?)"', warning) == ["qty", "lines", "nmae", "name"]
    assert warning in result.text
    assert result.json[0]["records"] == [{"name": record["name"]}]
    assert result.json[0]["summary"]["fields"] == ["name", "nmae", "qty"]


def _answered(site: InProcess, mode: str, fields: object) -> list[list[str]]:
    """Return the field codes of each record in the output of a mode."""
    result = sent(site, fields=fields, output_mode=mode)
    if mode == "csv_file":
        rows = list(csv.reader(io.StringIO(result.file.decode("utf-8-sig"), newline="")))
        return rows[:1] * (len(rows) - 1)
    if mode == "jsonl_file":
        return [list(json.loads(line)) for line in result.file.splitlines()]
    if mode == "text_only":
        lines = [line.partition(" ")[2] for line in result.text.splitlines() if line.startswith("#")]
        return [[part.partition("=")[0] for part in line.split("|")] for line in lines]
    if "records" in result.variables:
        assert list(map(list, result.variables["records"])) == list(map(list, result.json[0]["records"]))
    return [list(record) for page in result.json for record in page.get("records", [])]


@pytest.mark.parametrize("mode", MODES)
def test_fields_follow_the_requested_order_in_every_mode(site: InProcess, mode: str) -> None:
    """Kintone has another order; ``$id`` and ``$revision`` are left out unless requested."""
    hold(site, full_record(1), full_record(2))
    codes = _answered(site, mode, "owner\nname\namount")

    assert codes == [["owner", "name", "amount"]] * 2


@pytest.mark.parametrize("mode", ["both", "json_stream", "flattened_json", "csv_file", "jsonl_file"])
def test_requested_system_fields_keep_their_position(site: InProcess, mode: str) -> None:
    """Requested system fields are treated like other fields."""
    hold(site, full_record(1))

    assert _answered(site, mode, "name, $revision, $id") == [["name", "$revision", "$id"]]


@pytest.mark.parametrize(
    ("mode", "fields"),
    [
        *((mode, None) for mode in ("both", "json_stream", "flattened_json", "jsonl_file")),
        *(("both", fields) for fields in ("", "*", " * ", '["*"]', "name, *")),
    ],
)
def test_all_fields_come_when_none_is_named(site: InProcess, mode: str, fields: object) -> None:
    """A blank and an asterisk mean all fields, in kintone's order."""
    (record,) = hold(site, full_record(1))

    assert _answered(site, mode, fields) == [list(record)]
    assert "fields" not in site.asked[0].parameters


@pytest.mark.parametrize("query", ["```\nname != 5\n```", "```sql\nname != 5\n```", "~~~ name != 5 ~~~", "name != 5"])
def test_query_may_be_in_a_code_fence(site: InProcess, query: str) -> None:
    """The fence is removed before the request."""
    add(site, [1])
    sent(site, query=query)

    assert [asked.query for asked in site.asked] == ["name != 5 order by $id asc limit 500"]


def _change_form(site: InProcess) -> None:
    """Add records of which only those from number 600 have the field ``added``."""
    add(site, range(1, 600))
    fields = {code: dict(field) for code, field in site.kintone.apps[site.app].form.properties.items()}
    site.kintone.change_form(site.app, fields | {"added": {"type": "NUMBER"}})
    site.kintone.add_records(site.app, [{"added": str(number)} for number in range(600, 1001)])


@pytest.mark.parametrize("mode", ["csv_file", "jsonl_file", "flattened_json", "both", "json_stream"])
def test_no_value_is_lost_when_only_later_records_have_the_field(site: InProcess, mode: str) -> None:
    """Records saved before the field was added lack it; their cells are empty."""
    _change_form(site)
    result = sent(site, output_mode=mode)

    if mode == "csv_file":
        rows = list(csv.DictReader(io.StringIO(result.file.decode("utf-8-sig"), newline="")))
        assert [row["added"] for row in rows] == ["" if number < 600 else str(number) for number in range(1, 1001)]
        assert site.calls["GET app/form/fields"] == 1
    elif mode == "jsonl_file":
        lines = [json.loads(line).get("added") for line in result.file.splitlines()]
        assert lines == [None if number < 600 else str(number) for number in range(1, 1001)]
    else:
        records = [record for page in result.json for record in page.get("records", [])]
        assert ["added" in record for record in records] == [number >= 600 for number in range(1, 1001)]
    assert result.json[-1]["summary"]["warnings"] == []


def test_file_fails_or_says_so_when_the_form_may_not_be_read(site: InProcess) -> None:
    """The first records decide the columns, and a later record with another field ends the file."""
    _change_form(site)
    site.kintone.fail(api="app/form/fields", times=None, status=403, code="CB_NO02", message="No privilege.")

    with pytest.raises(InvalidParameterError, match=r"^\[INVALID_INPUT\] fields is blank.*\(added\)"):
        sent(site, output_mode="csv_file")
    result = sent(site, output_mode="csv_file", query="order by $id asc limit 100")
    (warning,) = result.json[0]["summary"]["warnings"]

    assert "form could not be read" in warning
    assert warning in result.text
    assert "added" not in result.file.decode("utf-8-sig").splitlines()[0].split(",")


def test_field_is_not_called_missing_when_a_later_record_has_it(site: InProcess) -> None:
    """Only fields that no record has are reported."""
    _change_form(site)
    summary = sent(site, fields="$id,added", output_mode="jsonl_file").json[0]["summary"]

    assert summary["warnings"] == []


def test_warning_names_all_that_was_meant_when_labels_or_columns_were_asked_for(site: InProcess) -> None:
    """A label of two fields gets both codes, and a column of a table gets its table."""
    hold(site, full_record(1))
    fields = {code: dict(field) for code, field in site.kintone.apps[site.app].form.properties.items()}
    for code in ("owner", "name"):
        fields[code]["label"] = "担当者"
    site.kintone.change_form(site.app, fields)
    (warning,) = sent(site, fields="担当者,qty,$id").json[0]["summary"]["warnings"]

    assert re.findall('"(.+?)"', warning) == ["qty", "lines", "担当者", "name", "owner"]
    assert warning.count("(担当者)") == 2


def test_warning_stays_short_when_many_fields_are_unknown(site: InProcess) -> None:
    """At most ten codes are listed, and the fields that there are once."""
    fields = [f"unknown{number}" for number in range(500)]
    add(site, [1])
    (warning,) = sent(site, fields=fields).json[0]["summary"]["warnings"]

    assert '"unknown9", 490 more' in warning
    assert warning.count('"memo"') == 1


def test_reading_stops_when_max_records_is_reached(site: InProcess) -> None:
    """The maximum applies over all pages, and numbers may be given as text."""
    add(site, range(1, 5001))

    assert sent(site, max_records="501", output_mode="text_only").variables["record_count"] == 501
    assert len(site.asked) == 2


@pytest.mark.parametrize(
    ("name", "value"), [("output_mode", "xml"), ("max_records", 0), ("max_records", 1.5), ("query", "limit x")]
)
def test_parameter_is_refused_when_it_makes_no_sense(site: InProcess, name: str, value: object) -> None:
    """The message names the parameter, and no request is sent."""
    add(site, [1])

    with pytest.raises(InvalidParameterError, match=name):
        sent(site, None, **{name: value})
    assert not site.asked
