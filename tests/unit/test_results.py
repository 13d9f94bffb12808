"""What becomes of a result: masked, measured, without what Dify cannot carry, written by the SDK as it is."""

from collections.abc import Callable
from typing import Any

import pytest
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
WRITTEN = WrittenList(to_json(RECORDS).decode())


def sent(result: Result, redactor: Redactor | None = None) -> Sent:
    """Return what Dify would make of a result."""
    return Sent([plain(message) for message in result.messages(redactor or Redactor([]))])


@pytest.mark.parametrize("character", ["a", "日", '"', "\x01", "🐟"])
def test_longest_allowed_text_fits_into_a_line_when_any_character_fills_it(character: str) -> None:
    """The size is counted as the SDK writes it, whatever has to be escaped."""
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
def test_result_when_it_has_exactly_the_most_bytes(
    build: Callable[[object], Result], what: str, *, written: bool
) -> None:
    """The limit itself is within it; one byte more is refused, by name and with the remedy."""
    around = size_of({"a": ""}) - size_of("") if what == "the JSON" else 0

    def value(size: int) -> object:
        text = "x" * (size - around - size_of([""]))
        return WrittenList(to_json([text]).decode()) if written else [text]

    # Beside a written list the braces around count as an object of their own.
    largest = MAX_MESSAGE_BYTES - (size_of({}) - around if written and what == "the JSON" else 0)
    build(value(largest)).messages(Redactor([]))
    with pytest.raises(ResultTooLargeError, match=f"{what} would have"):
        build(value(largest + 1)).messages(Redactor([]))


def test_result_when_one_message_is_too_large() -> None:
    """Nothing is sent of it, and the error carries the remedy."""
    result = Result(["short"], {"records": ["x" * MAX_MESSAGE_BYTES]}, remedy=Message("name fewer fields"))

    with pytest.raises(ResultTooLargeError) as refused:
        result.messages(Redactor([]))
    assert refused.value.remedy == Message("name fewer fields")


class WritingSession:
    """As much of the SDK's session as a message needs to write itself."""

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
    """The short way past the SDK's copies writes, to the letter, what the SDK itself writes."""
    session = WritingSession()

    assert PreparedMessage(build, WRITTEN).write_to(session)
    assert session.writer.text == line_of(build(RECORDS))


@pytest.mark.parametrize("session", [None, object(), WritingSession(session_id="")])
def test_prepared_message_when_there_is_no_session_to_write_to(session: object) -> None:
    """Without a session the message is an ordinary one, and nothing is written behind the SDK's back."""
    message = PreparedMessage(page_of, WRITTEN)

    assert not message.write_to(session)
    assert line_of(message.plain()) == line_of(page_of(RECORDS))
    assert not isinstance(session, WritingSession) or session.writer.text == ""


@pytest.mark.parametrize("places", [0, 2])
def test_prepared_message_when_the_records_have_no_place_of_their_own(places: int) -> None:
    """A message in which nobody could say where they belong goes the SDK's own way."""
    session = WritingSession()
    message = PreparedMessage(lambda records: json_message({"pages": [records] * places}), WRITTEN)

    assert not message.write_to(session)
    assert session.writer.text == ""


@pytest.mark.parametrize("records", [[1], WrittenList("[1]")])
def test_json_when_an_agent_reads_the_text(records: object) -> None:
    """Every JSON message bears Dify's mark in its frame, beside the object and not in it."""
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
    """Dify's API server would break the call at U+0085: a line end takes its place everywhere, and the text says so."""
    written = RecordJson(Redactor([]))
    records = WrittenList(written.write([{"a\x85": "b\x85"}]).decode())
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
    """Dify's daemon reads numbers as float64, so such a one goes out as the text of its digits, wherever it stands."""
    answered = {"id": number, "deep": [{"a": [1, number]}], "yes": True, "half": 0.5, "text": f":{number}"}
    exact = {"id": str(number), "deep": [{"a": [1, str(number)]}], "yes": True, "half": 0.5, "text": f":{number}"}
    records = WrittenList(RecordJson(Redactor([SECRET])).write([answered, {"secret": SECRET, "n": [number]}]).decode())

    seen = sent(Result((), {"a": [number], "records": records}, {"response": answered, "v": number}))

    assert seen.json == [{"a": [str(number)], "records": [exact, {"secret": "***", "n": [str(number)]}]}]
    assert seen.variables == {"response": exact, "v": str(number)}


def test_result_when_its_numbers_are_exact() -> None:
    """What float64 holds stays a number."""
    content = {"a": [2**53, -(2**53), 1234567890123456], "b": 1}

    assert sent(Result((), content)).json == [content]


def test_text_when_nothing_was_replaced() -> None:
    """The lines alone are the text, each with its end."""
    assert sent(Result(["one", Message("two")])).text == "one\ntwo\n"


def test_records_when_a_secret_stands_in_them() -> None:
    """An agent must not read the token, in whatever letter case; what was masked is told, and the rest stays."""
    written = RecordJson(Redactor([SECRET]))
    told = written.write([{"a": {"value": f"x {SECRET.upper()}"}}, {"a": {"value": "Authorization: y"}}]).decode()

    assert told == to_json([{"a": {"value": "x ***"}}, {"a": {"value": "Authorization: y"}}]).decode()
    assert len(written.warnings) == 1
    assert "token" in str(written.warnings[0])


def test_records_when_they_only_begin_like_a_secret() -> None:
    """Nothing is masked and nothing told."""
    written = RecordJson(Redactor([SECRET]))
    records = [{"a": {"value": SECRET[:7]}}]

    assert written.write(records) == to_json(records)
    assert not written.warnings
