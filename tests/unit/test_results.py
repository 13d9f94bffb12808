"""Conversion of a result to messages: masking, size limits and characters that Dify cannot carry."""

import io
import sys
from collections.abc import Callable
from typing import Any

import pytest
from dify_plugin.core.server.stdio.response_writer import StdioResponseWriter
from dify_plugin.entities.tool import ToolInvokeMessage
from pydantic_core import to_json

from kintone.access.redaction import Redactor
from kintone.errors import ResultTooLargeError
from kintone.messages import Message
from tests.unit.query_tool import LONGEST_LINE, Line, Sent, full_record, line_of, plain
from tools.record_formats import RecordJson
from tools.results import (
    MAX_MESSAGE_BYTES,
    PreparedMessage,
    Result,
    WrittenList,
    json_message,
    size_of,
    text_message,
    variable_message,
)

SECRET = "s3cr3tT0ken" * 4
RECORDS = [full_record(1), full_record(2), {"empty": {"type": "DATE", "value": None}, "名": {"value": '\u2028 "x"'}}]
WRITTEN = WrittenList(to_json(RECORDS))


def sent(result: Result, redactor: Redactor | None = None) -> Sent:
    """Return the messages of a result as Dify receives them."""
    return Sent([plain(message) for message in result.messages(redactor or Redactor([]))])


@pytest.mark.parametrize("character", ["a", "日", '"', "\x01", "🐟"])
def test_longest_allowed_text_fits_into_a_line_when_any_character_fills_it(character: str) -> None:
    """The size is counted as the SDK writes it, with escapes."""
    text = character * ((MAX_MESSAGE_BYTES - 2) // (size_of(character) - 2))

    assert MAX_MESSAGE_BYTES - 10 < size_of(text) <= MAX_MESSAGE_BYTES
    assert len(line_of(text_message(text)).encode()) < MAX_MESSAGE_BYTES + 1_000 < LONGEST_LINE
    with pytest.raises(ResultTooLargeError, match=r"the text would have 4,000,0\d\d bytes"):
        text_message(text + character * 6)


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (lambda value: Result((), {"a": value}), "the JSON"),
        (lambda value: Result((), variables={"a": value}), "the variable a"),
    ],
)
@pytest.mark.parametrize("written", [False, True])
def test_result_of_exactly_the_maximum_size(build: Callable[[object], Result], what: str, *, written: bool) -> None:
    """One more byte is refused with the name of the part and a remedy."""
    around = size_of({"a": ""}) - size_of("") if what == "the JSON" else 0

    def value(size: int) -> object:
        text = "x" * (size - around - size_of([""]))
        return WrittenList(to_json([text])) if written else [text]

    # The braces around a written list count as an object.
    largest = MAX_MESSAGE_BYTES - (size_of({}) - around if written and what == "the JSON" else 0)
    build(value(largest)).messages(Redactor([]))
    with pytest.raises(ResultTooLargeError, match=f"{what} would have"):
        build(value(largest + 1)).messages(Redactor([]))


def test_result_when_one_message_is_too_large() -> None:
    """No message is sent, and the error has the remedy."""
    remedy = Message("name fewer fields")
    result = Result(["short"], {"records": ["x" * MAX_MESSAGE_BYTES]}, remedy=remedy)

    with pytest.raises(ResultTooLargeError) as refused:
        result.messages(Redactor([]))
    assert refused.value.remedy is remedy


class WritingSession:
    """The part of the SDK's session that writes a message."""

    def __init__(self, session_id: str = "s" * 36) -> None:
        """Start with nothing written."""
        self.session_id = session_id
        self.writer = Line()


def page_of(records: Any) -> ToolInvokeMessage:  # noqa: ANN401 - the records, or a mark in their place
    """Return a page as JSON."""
    return json_message({"page": 1, "records": records})


def variable_of(records: Any) -> ToolInvokeMessage:  # noqa: ANN401 - likewise
    """Return a variable."""
    return variable_message("records", records)


@pytest.mark.parametrize("build", [page_of, variable_of])
def test_frames_are_the_same_when_the_records_are_written_already(build: Callable[[Any], ToolInvokeMessage]) -> None:
    """A prepared message has exactly the bytes that the SDK would write."""
    session = WritingSession()

    assert PreparedMessage(build, WRITTEN).write_to(session)
    assert session.writer.text == line_of(build(RECORDS))


class BytesOutput(io.StringIO):
    """A standard output that takes bytes too, as that of the plugin's process does."""

    def write_bytes(self, content: bytes) -> None:
        """Write text in UTF-8."""
        self.write(f"as bytes: {content.decode()}")


@pytest.mark.parametrize(("output", "before"), [(io.StringIO(), ""), (BytesOutput(), "as bytes: ")])
def test_frames_on_standard_output(monkeypatch: pytest.MonkeyPatch, output: io.StringIO, before: str) -> None:
    """A prepared message reaches standard output in one piece, as bytes if it takes them, as the SDK would write it."""
    session = WritingSession()
    monkeypatch.setattr(session, "writer", StdioResponseWriter())
    monkeypatch.setattr(sys, "stdout", output)

    assert PreparedMessage(page_of, WRITTEN).write_to(session)
    assert output.getvalue() == before + line_of(page_of(RECORDS))


@pytest.mark.parametrize("session", [None, object(), WritingSession(session_id="")])
def test_prepared_message_when_there_is_no_session_to_write_to(session: object) -> None:
    """Without a session the message is sent as an ordinary message."""
    message = PreparedMessage(page_of, WRITTEN)

    assert not message.write_to(session)
    assert line_of(message.plain()) == line_of(page_of(RECORDS))
    assert not isinstance(session, WritingSession) or session.writer.text == ""


@pytest.mark.parametrize("places", [0, 2])
def test_prepared_message_when_the_records_have_no_place_of_their_own(places: int) -> None:
    """If the records occur in no or several places, the SDK writes the message."""
    session = WritingSession()
    message = PreparedMessage(lambda records: json_message({"pages": [records] * places}), WRITTEN)

    assert not message.write_to(session)
    assert session.writer.text == ""


@pytest.mark.parametrize("records", [[1], WrittenList(b"[1]")])
def test_json_when_an_agent_reads_the_text(records: object) -> None:
    """Every JSON message has Dify's suppress_output in its frame, outside of the object."""
    (message,) = [plain(each) for each in Result((), {"records": records}).messages(Redactor([]))[1:]]

    assert '"suppress_output":true' in line_of(message)
    assert Sent([message]).json == [{"records": [1]}]


def test_result_when_a_server_answers_with_the_secret() -> None:
    """Text, keys and values of JSON and variables are masked, at any depth."""
    echoed = {SECRET: [{"deep": f"x {SECRET.lower()}"}], "n": 1}
    result = Result([Message("{name} is here", name=SECRET)], {"response": echoed}, {"response": echoed})

    seen = sent(result, Redactor([SECRET]))

    assert SECRET not in seen.text
    assert seen.variables["response"] == seen.json[0]["response"]
    assert seen.variables["response"]["n"] == 1
    assert SECRET[:8] not in str(seen.variables)


def test_result_when_something_holds_a_next_line() -> None:
    """Dify's API server fails at U+0085, so a line end replaces it everywhere, and the text says so."""
    written = RecordJson(Redactor([]))
    records = WrittenList(written.write([{"a\x85": "b\x85"}]))
    result = Result(["one\x85two"], {"k\x85": "v\x85", "records": records}, {"v": [{"x\x85": 1}]})

    frames = [line_of(plain(message)) for message in result.messages(Redactor([]))]
    seen = sent(result)

    assert not any("\x85" in frame or "\\u0085" in frame for frame in frames)
    assert seen.json == [{"k\n": "v\n", "records": [{"a\n": "b\n"}]}]
    assert seen.variables == {"v": [{"x\n": 1}]}
    assert seen.text.startswith("one\ntwo\n")
    assert "U+0085" in seen.text
    assert "4 " in seen.text
    assert [str(warning)[:2] for warning in written.warnings] == ["2 "]


LONG = 2**53 + 1


@pytest.mark.parametrize("number", [LONG, -LONG, 12345678901234567890])
def test_result_when_a_server_answers_with_numbers_that_dify_would_round(number: int) -> None:
    """Dify reads numbers as float64, so a number that would be rounded is sent as text, at any depth."""
    answered = {"id": number, "deep": [{"a": [1, number]}], "yes": True, "half": 0.5, "text": f":{number}"}
    exact = {"id": str(number), "deep": [{"a": [1, str(number)]}], "yes": True, "half": 0.5, "text": f":{number}"}
    records = WrittenList(RecordJson(Redactor([SECRET])).write([answered, {"secret": SECRET, "n": [number]}]))

    seen = sent(Result((), {"a": [number], "records": records}, {"response": answered, "v": number}))

    assert seen.json == [{"a": [str(number)], "records": [exact, {"secret": "***", "n": [str(number)]}]}]
    assert seen.variables == {"response": exact, "v": str(number)}


def test_result_when_its_numbers_are_exact() -> None:
    """A number that float64 represents exactly stays a number."""
    content = {"a": [2**53, -(2**53), 1234567890123456], "b": 1}

    assert sent(Result((), content)).json == [content]


def test_text_when_nothing_was_replaced() -> None:
    """The text consists of the lines, each with its line end."""
    assert sent(Result(["one", Message("two")])).text == "one\ntwo\n"


def test_records_when_they_contain_a_secret() -> None:
    """Secrets in records are masked in any letter case, and the masking is reported."""
    written = RecordJson(Redactor([SECRET]))
    masked = written.write([{"a": {"value": f"x {SECRET.upper()}"}}, {"a": {"value": "Authorization: y"}}]).decode()

    assert masked == to_json([{"a": {"value": "x ***"}}, {"a": {"value": "Authorization: y"}}]).decode()
    assert len(written.warnings) == 1
    assert "token" in str(written.warnings[0])


def test_records_when_they_only_begin_like_a_secret() -> None:
    """Nothing is masked or reported."""
    written = RecordJson(Redactor([SECRET]))
    records = [{"a": {"value": SECRET[:7]}}]

    assert written.write(records) == to_json(records)
    assert not written.warnings
