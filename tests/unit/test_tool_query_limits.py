"""Limits of ``kintone_query``: message sizes that Dify accepts, and memory."""

import gc
import logging
import weakref
from typing import Any

import pytest

from kintone.access.redaction import Redactor
from kintone.access.settings import OperatorSettings
from kintone.errors import ResultTooLargeError
from kintone.messages import Message
from kintone.reading.matches import Matches
from kintone.reading.pages import Page
from tests.unit.form_samples import form_of
from tests.unit.in_process import InProcess
from tests.unit.query_tool import LONGEST_LINE, hold, line_of, messages_of, running, sent, wide_record
from tests.unit.reading_samples import BY_NAME, add
from tools.csv_files import CsvExport
from tools.import_csv import ImportLines
from tools.query_outputs import Output, PageStream, ProgressLog, RecordFile, SizeBudget
from tools.query_summary import QuerySummary
from tools.readable_csv import CsvColumns, ReadableLines
from tools.record_formats import JsonlExport, RecordJson
from tools.record_texts import SHORT_TEXT, RecordText
from tools.results import MAX_MESSAGE_BYTES, Result


@pytest.mark.parametrize("mode", ["both", "flattened_json"])
def test_call_fails_at_once_when_the_records_are_far_too_many(site: InProcess, mode: str) -> None:
    """After the first page the error names modes and parameters that help, and nothing is sent."""
    hold(site, *(wide_record(number, 4_000) for number in range(1, 5_001)))
    messages = running(site, output_mode=mode)

    with pytest.raises(ResultTooLargeError) as refused:
        next(iter(messages))

    assert len(site.asked) <= 5
    for word in ("json_stream", "csv_file", "jsonl_file", "fields", "max_records", "query", "500 of 5,000 records"):
        assert word in str(refused.value)


def test_call_fails_before_sending_when_the_records_turn_out_too_large(site: InProcess) -> None:
    """Without a forecast the received bytes are counted, and reading stops at the limit."""
    hold(site, *(wide_record(number, 3_000) for number in range(1, 5_001)))
    site.change = lambda _asked, body: {**body, "totalCount": None}
    messages = running(site)

    with pytest.raises(ResultTooLargeError, match="after 1,499 records"):
        next(iter(messages))
    assert len(site.asked) < 10


def test_call_goes_on_when_only_the_first_records_are_large(site: InProcess) -> None:
    """A forecast slightly above the limit does not end the call."""
    sizes = {number: 3_000 if number <= 500 else 10 for number in range(1, 3_001)}
    hold(site, *(wide_record(number, size) for number, size in sizes.items()))

    assert sent(site).variables["record_count"] == 3_000


@pytest.mark.parametrize("mode", ["both", "flattened_json", "json_stream", "text_only"])
def test_no_line_is_too_long_when_the_result_is_as_large_as_it_may_be(site: InProcess, mode: str) -> None:
    """Just below the maximum everything is sent, each line within Dify's limit."""
    hold(site, *(wide_record(number, 39_450) for number in range(1, 101)))
    lines = [line_of(message).encode() for message in messages_of(site, output_mode=mode)]

    assert max(len(line) for line in lines) < MAX_MESSAGE_BYTES + 10_000 < LONGEST_LINE
    assert mode == "text_only" or max(len(line) for line in lines) > MAX_MESSAGE_BYTES - 50_000


def test_page_comes_in_parts_when_one_message_cannot_hold_it(site: InProcess) -> None:
    """The parts have the same page number and keep the order."""
    hold(site, *(wide_record(number, 30_000) for number in range(1, 501)))
    messages = messages_of(site, output_mode="json_stream")
    pages = [message.message.json_object for message in messages if message.type.value == "json"][:-1]

    assert len(pages) > 3
    assert {page["page"] for page in pages} == {1}
    ids = [record["$id"]["value"] for page in pages for record in page["records"]]
    assert ids == [str(number) for number in range(1, 501)]
    assert max(len(line_of(message).encode()) for message in messages) < MAX_MESSAGE_BYTES + 1_000


def test_record_is_named_when_not_even_one_fits(site: InProcess) -> None:
    """The error names the record; requesting fewer fields is the only remedy."""
    hold(site, wide_record(1, 10), wide_record(2, MAX_MESSAGE_BYTES))

    with pytest.raises(ResultTooLargeError, match=r"record 2 .*fields"):
        messages_of(site, output_mode="json_stream")


@pytest.mark.parametrize("mode", ["csv_file", "jsonl_file"])
def test_reading_stops_when_the_file_outgrows_its_limit(site: InProcess, mode: str) -> None:
    """The error says how many records were read and what helps."""
    hold(site, *(wide_record(number, 1_000) for number in range(1, 6_001)))

    with pytest.raises(ResultTooLargeError, match=r"1,000 of 6,000 .*700,000 .*fields"):
        messages_of(site, OperatorSettings(max_file_bytes=700_000), output_mode=mode)
    assert len(site.asked) < 10


@pytest.mark.parametrize("mode", ["csv_file", "jsonl_file"])
def test_file_is_sent_when_it_is_just_as_large_as_it_may_be(site: InProcess, mode: str) -> None:
    """A file of exactly the maximum size is sent; one byte more is refused."""
    hold(site, *(wide_record(number, 100) for number in range(1, 11)))
    size = len(sent(site, output_mode=mode).file)

    assert len(sent(site, OperatorSettings(max_file_bytes=size), output_mode=mode).file) == size
    with pytest.raises(ResultTooLargeError):
        sent(site, OperatorSettings(max_file_bytes=size - 1), output_mode=mode)


def test_capacity_counts_what_came_when_no_total_is_known() -> None:
    """Exactly the maximum is accepted."""
    capacity = SizeBudget(Message("the list"))
    capacity.add(MAX_MESSAGE_BYTES, 10, None)

    with pytest.raises(ResultTooLargeError, match="the list would be too large for Dify"):
        capacity.add(1, 1, None)


class _Tracked(dict[str, Any]):
    """A record whose deletion can be observed with a weak reference."""


SUMMARY = {
    "truncated": False,
    "pagination_strategy": "record_id",
    "fields": [],
    "effective_query": "",
    "warnings": [],
}


def _outputs() -> list[Output]:
    return [
        PageStream(RecordText(SHORT_TEXT, ()), RecordJson(Redactor([]))),
        RecordFile(CsvExport(ReadableLines(CsvColumns([])), "utf-8-bom"), 12, 10**6),
        RecordFile(CsvExport(ImportLines([], form_of([wide_record(1, 1)])), "shift_jis"), 12, 10**6),
        RecordFile(JsonlExport(), 12, 10**6),
    ]


def _streamed(pages: int) -> Result:
    """Return the summary of a stream of pages of a megabyte each."""
    output = PageStream(RecordText(SHORT_TEXT, ()), RecordJson(Redactor([])))
    for number in range(1, pages + 1):
        page = Page(number, [{"a": {"type": "SINGLE_LINE_TEXT", "value": "x" * 1_000_000}}], [str(number)])
        assert len(list(output.take(page, None))) == 1
    return output.result(QuerySummary(12, pages, Matches(pages), None, 0, pages, pages, "record_id", (), ""))


def test_stream_warns_when_dify_may_not_keep_it() -> None:
    """From 12 MB of JSON, text and summary have a warning that names modes for larger results."""
    numbers = dict.fromkeys(("total_records", "total_count", "requests_made", "pages"), 11)
    assert _streamed(11).json == {"summary": {**SUMMARY, **numbers}}
    result = _streamed(12)
    assert result.json
    (warning,) = result.json["summary"]["warnings"]  # type: ignore[index]

    assert "jsonl_file" in warning
    assert str(result.lines[0]).endswith(warning)


@pytest.mark.parametrize("mode", ["both", "flattened_json", "json_stream"])
def test_next_lines_are_replaced_when_records_hold_them(site: InProcess, mode: str) -> None:
    """Dify's API server fails at U+0085; the summary gives the number of replacements."""
    hold(site, {"name": {"type": "SINGLE_LINE_TEXT", "value": "one\x85two\x85"}})
    frames = [line_of(message) for message in messages_of(site, output_mode=mode)]
    result = sent(site, output_mode=mode)

    assert not any("\x85" in frame or "\\u0085" in frame for frame in frames)
    assert "one\\ntwo\\n" in "".join(frames)
    (warning,) = result.json[-1]["summary"]["warnings"]
    assert warning.startswith("2 ")
    assert warning in result.text


def test_next_lines_stay_when_they_are_in_a_file(site: InProcess) -> None:
    """Files are sent as bytes."""
    hold(site, {"name": {"type": "SINGLE_LINE_TEXT", "value": "one\x85two"}})

    assert "one\x85two" in sent(site, output_mode="jsonl_file", fields="name").file.decode()


@pytest.mark.parametrize("mode", ["csv_file", "jsonl_file"])
def test_token_stays_when_it_is_a_value_in_a_file(site: InProcess, mode: str) -> None:
    """A file that is imported again must not write *** into records; texts and JSON show it so."""
    token = site.client.access.tokens.secrets()[0]
    hold(site, {"name": {"type": "SINGLE_LINE_TEXT", "value": token}})

    assert token in sent(site, output_mode=mode, fields="name").file.decode()


@pytest.mark.parametrize("output", _outputs())
def test_records_are_released_after_their_page(output: Output) -> None:
    """Only the file grows with the number of records."""
    record = _Tracked(wide_record(1, 10))
    alive = weakref.ref(record)
    page = Page(1, [record], ["1"])
    for message in output.take(page, None):
        del message
    del record, page
    gc.collect()

    assert alive() is None


def test_cursor_is_given_back_when_dify_stops_listening(site: InProcess) -> None:
    """Closing the call closes the reading, which deletes its cursor."""
    add(site, range(1, 2001))
    messages = running(site, query=BY_NAME, output_mode="json_stream")
    next(messages)
    assert site.kintone.stats.live_cursors == 1
    messages.close()

    assert site.kintone.stats.live_cursors == 0
    assert site.calls["DELETE records/cursor"] == 1


def test_progress_is_logged_when_a_reading_takes_long(caplog: pytest.LogCaptureFixture) -> None:
    """Progress is logged every few seconds, with the total if it is known."""
    times = iter([0.0, 1.0, 3.5, 4.0, 7.0])
    progress = ProgressLog(12, clock=lambda: next(times))
    with caplog.at_level(logging.INFO, logger="tools"):
        for count, total in ((500, 2000), (1000, 2000), (1500, 2000), (2000, None)):
            progress(count, total)

    assert caplog.messages == ["app 12: 1000 of 2000 records read", "app 12: 2000 of ? records read"]


def test_progress_of_a_writing_is_logged_alike(caplog: pytest.LogCaptureFixture) -> None:
    """Of a file the number of records is not known beforehand."""
    times = iter([0.0, 3.0])
    progress = ProgressLog(12, "written", clock=lambda: next(times))
    with caplog.at_level(logging.INFO, logger="tools"):
        progress(2000, None)

    assert caplog.messages == ["app 12: 2000 of ? records written"]
