"""What ``kintone_query`` and ``kintone_aggregate`` tell of records that kintone counts and does not give."""

import re
from typing import Any

import pytest

from kintone.access.redaction import Redactor
from kintone.reading.matches import Matches
from kintone.reading.pages import Page
from tests.unit.in_process import Asked, InProcess
from tests.unit.query_tool import Sent, hold, sent, text_field
from tests.unit.reading_samples import BY_NAME, add
from tests.unit.test_tool_aggregate import result_of
from tools.query_outputs import RecordLines
from tools.query_summary import QuerySummary
from tools.record_formats import RecordJson
from tools.record_texts import FULL_TEXT, RecordText

MODES = ("both", "text_only", "json_stream", "flattened_json", "csv_file", "jsonl_file")
CUT_OFF = {"X-Cybozu-Warning": "Filter aborted because of too many search results"}


def _counting(site: InProcess, counted: int) -> None:
    site.change = lambda _asked, body: body | {"totalCount": str(counted)} if body.get("totalCount") else body


def _summary(result: Sent) -> dict[str, Any]:
    summary: dict[str, Any] = result.json[-1]["summary"]
    return summary


@pytest.mark.parametrize("mode", MODES)
def test_records_that_are_counted_and_not_given_are_told_in_every_mode(site: InProcess, mode: str) -> None:
    """Text and summary have both numbers; what was read is the result."""
    add(site, range(1, 500))
    _counting(site, 1300)
    result = sent(site, output_mode=mode)

    assert (result.variables["record_count"], result.variables["total_count"]) == (499, 499)
    (warning,) = re.findall(r"Warning: (.*)", result.text)
    assert "1,300" in warning
    assert "499" in warning
    assert mode == "text_only" or _summary(result)["warnings"] == [warning]


@pytest.mark.parametrize("mode", MODES)
def test_no_record_is_not_called_no_match_when_some_are_counted(site: InProcess, mode: str) -> None:
    """A model that reads that none matches might add the record again."""
    _counting(site, 1300)
    result = sent(site, output_mode=mode)

    assert (result.variables["record_count"], result.variables["total_count"]) == (0, 0)
    assert "1,300" in result.text
    assert "No record" not in result.text


@pytest.mark.parametrize("mode", MODES)
def test_all_records_come_in_every_mode_when_the_first_page_is_short(site: InProcess, mode: str) -> None:
    """The reading goes on, and there is nothing to warn of."""
    add(site, range(1, 1301))

    def shorten(asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"records": body["records"][:499]} if asked.query == "order by $id asc limit 500" else body

    site.change = shorten
    result = sent(site, output_mode=mode)

    assert (result.variables["record_count"], result.variables["total_count"]) == (1300, 1300)
    assert "Warning" not in result.text


@pytest.mark.parametrize("parameters", [{"measures": "sum(name)"}, {"group_by": "a"}])
def test_aggregation_tells_of_records_that_are_counted_and_not_given(
    site: InProcess, parameters: dict[str, object]
) -> None:
    """A sum over 499 of 1,300 records is not handed over without a word."""
    add(site, range(1, 500))
    _counting(site, 1300)
    result = result_of(site, **parameters)

    summary: Any = result.json["summary"] if result.json else None
    (warning,) = summary["warnings"]
    assert result.variables["record_count"] == 499
    assert "1,300" in warning
    assert str(result.lines[0]).endswith(warning)


@pytest.mark.parametrize("parameters", [{"measures": "sum(name)"}, {"group_by": "a"}, {}])
def test_aggregation_reads_on_when_the_first_answer_is_empty(site: InProcess, parameters: dict[str, object]) -> None:
    """Also where kintone's own count would have been enough."""
    add(site, range(1, 500))
    emptied: list[Asked] = []

    def change(asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        if asked.api == "records" and not emptied:
            emptied.append(asked)
            return body | {"records": []}
        return body

    site.change = change
    assert result_of(site, **parameters).variables["record_count"] == 499


def test_aggregation_of_no_record_is_not_called_no_match_when_some_are_counted(site: InProcess) -> None:
    """Neither by the rows nor by a sentence."""
    _counting(site, 1300)
    result = result_of(site, group_by="a")

    assert result.variables["record_count"] == 0
    assert any("1,300" in str(line) for line in result.lines)
    assert not any("No record" in str(line) for line in result.lines)


@pytest.mark.parametrize("counted", [1, 2])
def test_total_is_a_least_number_when_kintones_count_is_too_small(site: InProcess, counted: int) -> None:
    """The count is not added to what was read; the warning promises nothing of another tool."""
    add(site, range(1, 11))
    _counting(site, counted)
    result = sent(site, query="limit 3")

    assert result.text.startswith("3 of at least 4 ")
    (warning,) = _summary(result)["warnings"]
    assert "total_count" in warning
    assert "kintone_aggregate" not in warning


def test_total_is_a_least_number_when_kintone_cut_the_search_off(site: InProcess) -> None:
    """One warning says why."""
    add(site, range(1, 10))
    site.kintone.fail(api="records", headers=CUT_OFF)
    result = sent(site, query="limit 2")

    assert result.text.startswith("2 of at least 9 ")
    (warning,) = _summary(result)["warnings"]
    assert "partial" in warning


def test_none_is_not_called_no_match_when_kintone_cut_the_search_off(site: InProcess) -> None:
    """kintone may not have come to the records that match."""  # noqa: D403 - its name
    site.kintone.fail(api="records", headers=CUT_OFF)

    assert "No record" not in sent(site).text


# Advice that works


def _followed(site: InProcess, query: str, text: str) -> list[str]:
    """Do with a query what the first line of a text advises, and return the ids that come."""
    first = text.splitlines()[0]
    if written := re.search(r"write (offset \d+) instead of (offset \d+) in query", first):
        query = query.replace(written[2], written[1])
    elif added := re.search(r"put (offset \d+) at the end of query(, before its closing fence)?", first):
        lines = query.splitlines()
        place = len(lines) - 1 if added[2] else len(lines)
        query = "\n".join([*lines[:place], added[1], *lines[place:]])
    else:
        raise AssertionError(first)
    ids: list[str] = sent(site, query=query).variables["record_ids"]
    return ids


@pytest.mark.parametrize(
    "query", ["limit 3", "limit 3 offset 0", "limit 3 offset 4", "```\nlimit 3\n```", "```sql\nlimit 3 offset 0\n```"]
)
def test_advice_to_read_on_works_when_it_is_followed(site: InProcess, query: str) -> None:
    """The next records come, wherever an offset or a fence stands."""
    add(site, range(1, 21))
    result = sent(site, query=query)
    last = int(result.variables["record_ids"][-1])

    assert _followed(site, query, result.text) == [str(last - 1), str(last - 2), str(last - 3)]


@pytest.mark.parametrize("query", ["order by $id asc", "order by $id asc offset 0", "```\norder by $id asc\n```"])
def test_advice_at_the_end_of_a_cut_text_works_when_it_is_followed(site: InProcess, query: str) -> None:
    """It names the offset of the first record that the text does not show."""
    site.kintone.add_records(site.app, [{"memo": "x" * 900} for _ in range(60)])
    text = sent(site, query=query).text
    shown = sum(line.startswith("#") for line in text.splitlines())

    assert 0 < shown < 60
    assert _followed(site, query, text.splitlines()[-1])[0] == str(shown + 1)


@pytest.mark.parametrize(
    ("limit", "max_records", "named"),
    [
        (50, 20, ["max_records", "limit"]),
        (20, 50, ["limit", "max_records"]),
        (20, 20, ["limit", "max_records"]),
        (20, 200, ["limit"]),
        (199, 20, ["max_records", "limit"]),
        (200, 20, ["max_records"]),
        (20, None, ["limit"]),
    ],
)
def test_every_maximum_is_named_that_keeps_records_back(
    site: InProcess, limit: int, max_records: int | None, named: list[str]
) -> None:
    """To raise one of two is not enough where the other is below the number of matches."""
    add(site, range(1, 201))
    first = sent(site, query=f"limit {limit}", max_records=max_records).text.splitlines()[0]
    advice = re.search(r"raise (.*?),", first)

    assert advice
    assert advice[1].split(" and ") == named


def test_every_maximum_is_named_when_the_number_of_matches_is_uncertain(site: InProcess) -> None:
    """At least four match, and the second maximum may keep others back."""
    add(site, range(1, 201))
    _counting(site, 1)

    assert "raise limit and max_records," in sent(site, query="limit 3", max_records=50).text


def test_first_line_tells_why_no_record_is_shown_when_the_query_was_mended(site: InProcess) -> None:
    """The warning about the query comes after it."""
    add(site, range(1, 4))
    lines = sent(site, query="a != 'x' offset 50").text.splitlines()

    assert lines[0].startswith("0 of 3 ")
    assert "offset 50" in lines[0]
    assert lines[1].startswith("Warning: query")


@pytest.mark.parametrize(("records", "pages"), [(400, 1), (1200, 3)])
def test_text_counts_the_pages_of_a_stream(site: InProcess, records: int, pages: int) -> None:
    """One page is not called pages."""
    site.kintone.add_records(site.app, [{"memo": "x" * 900} for _ in range(records)])
    last = sent(site, output_mode="json_stream").text.splitlines()[-1]

    assert (f"{pages} pages" in last) is (pages > 1)
    assert "JSON output" in last


@pytest.mark.parametrize(
    ("query", "mode", "forms"), [("", "both", 0), ('due > "2026-01-01"', "both", 1), ("", "csv_file", 1)]
)
def test_summary_counts_every_request_of_the_call(site: InProcess, query: str, mode: str, forms: int) -> None:
    """The request for the form is one of them."""
    site.kintone.change_form(site.app, {"due": {"type": "DATE"}})
    site.kintone.add_records(site.app, [{"due": "2026-03-01"}])
    summary = _summary(sent(site, query=query, output_mode=mode))

    assert site.calls["GET app/form/fields"] == forms
    assert summary["requests_made"] == len(site.asked) == 1 + forms


def test_aggregation_counts_every_request_of_the_call(site: InProcess) -> None:
    """The request for the form is one of them."""
    add(site, range(1, 4))
    result = result_of(site, group_by="a")
    summary: Any = result.json["summary"] if result.json else None

    assert summary["requests_made"] == len(site.asked) == 2


def test_cursor_that_is_deleted_counts_among_the_requests(site: InProcess) -> None:
    """All five are requests: the first page, the cursor, two pages of it, its deletion."""
    add(site, range(1, 2001))
    summary = _summary(sent(site, query=f"{BY_NAME} limit 700"))

    assert summary["requests_made"] == len(site.asked)
    assert site.calls["DELETE records/cursor"] == 1


# The mode text_only, which has no JSON to look into


def test_text_alone_tells_of_characters_that_it_shows_as_blanks(site: InProcess) -> None:
    """U+0085 is told as in the modes with JSON."""
    hold(site, {"name": text_field("one\x85two\x85")})
    text = sent(site, output_mode="text_only").text

    (warning,) = re.findall(r"Warning: (.*)", text)
    assert warning.startswith("2 characters U+0085")
    assert "one two" in text


def test_text_alone_tells_of_a_token_that_it_masks() -> None:
    """What is shown as *** is not in the record."""
    token = "secretsecretsecretsecretsecretsecret1234"
    output = RecordLines(RecordText(FULL_TEXT, ()), RecordJson(Redactor([token])))
    output.take(Page(1, [{"a": text_field(f"v {token}")}], ["1"]), None)
    result = output.result(QuerySummary(1, 1, Matches(1), None, 0, 1, 1, "single", (), ""))

    assert [line for line in map(str, result.lines) if "***" in line] == [str(result.lines[0])]
