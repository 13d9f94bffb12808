"""Messages to Dify: measured before they are sent, written by the SDK as they are."""

import pytest
from pydantic_core import to_json

from kintone.errors import ResultTooLargeError
from kintone.messages import Message
from tests.unit.query_tool import LONGEST_LINE, Line, full_record, line_of
from tools.messages import LARGEST_MESSAGE, json_message, size_of, text_message, variable_message
from tools.prepared_message import Build, PreparedMessage


@pytest.mark.parametrize("character", ["a", "日", '"', "\x01", "🐟"])
def test_longest_allowed_text_fits_into_a_line_when_any_character_fills_it(character: str) -> None:
    """The size is counted as the SDK writes it, whatever has to be escaped."""
    text = character * ((LARGEST_MESSAGE - 2) // (size_of(character) - 2))

    assert LARGEST_MESSAGE - 10 < size_of(text) <= LARGEST_MESSAGE
    assert len(line_of(text_message(text)).encode()) < LARGEST_MESSAGE + 1_000 < LONGEST_LINE
    with pytest.raises(ResultTooLargeError, match=r"the text would have 4,000,0\d\d bytes"):
        text_message(text + character * 6)


def test_json_and_variables_are_refused_when_one_line_cannot_hold_them() -> None:
    """The error names what is too large and carries the remedy."""
    large = {"records": ["x" * LARGEST_MESSAGE]}

    with pytest.raises(ResultTooLargeError, match=r"the JSON would have .* · name fewer fields"):
        json_message(large, remedy=Message("name fewer fields"))
    with pytest.raises(ResultTooLargeError, match="the variable records would have"):
        variable_message("records", large)


def test_known_size_is_believed_when_it_is_given() -> None:
    """Nothing is measured twice."""
    with pytest.raises(ResultTooLargeError):
        json_message({"small": True}, size=LARGEST_MESSAGE + 1)
    with pytest.raises(ResultTooLargeError):
        variable_message("small", "x", size=LARGEST_MESSAGE + 1)


class WritingSession:
    """As much of the SDK's session as a message needs to write itself."""

    def __init__(self, session_id: str = "s" * 36) -> None:
        """Start with nothing written."""
        self.session_id = session_id
        self.writer = Line()


RECORDS = [full_record(1), full_record(2), {"empty": {"type": "DATE", "value": None}, "名": {"value": '\u2028 "x"'}}]
BUILDS: list[Build] = [
    lambda records: json_message({"page": 1, "records": records}),
    lambda records: variable_message("records", records),
]


@pytest.mark.parametrize("build", BUILDS)
def test_frames_are_the_same_when_the_records_are_written_already(build: Build) -> None:
    """The short way past the SDK's copies writes, to the letter, what the SDK itself writes."""
    session = WritingSession()

    assert PreparedMessage.of(build, RECORDS, to_json(RECORDS).decode()).write_to(session)
    assert session.writer.text == line_of(build(RECORDS))


@pytest.mark.parametrize("session", [None, object(), WritingSession(session_id="")])
def test_prepared_message_when_there_is_no_session_to_write_to(session: object) -> None:
    """Without a session the message is an ordinary one, and nothing is written behind the SDK's back."""
    message = PreparedMessage.of(BUILDS[0], RECORDS, to_json(RECORDS).decode())

    assert not message.write_to(session)
    assert line_of(message) == line_of(BUILDS[0](RECORDS))
    assert not isinstance(session, WritingSession) or session.writer.text == ""


@pytest.mark.parametrize("kind", ["text", "json", "variable"])
def test_message_passes_when_it_has_exactly_the_most_bytes(kind: str) -> None:
    """The limit itself is within it; one byte more is refused."""

    def build(extra: int) -> object:
        text = "x" * (LARGEST_MESSAGE - 2 + extra)
        if kind == "json":
            return json_message({"a": text[: -len('{"a":}')]})
        return text_message(text) if kind == "text" else variable_message("v", text)

    assert build(0)
    with pytest.raises(ResultTooLargeError):
        build(1)
