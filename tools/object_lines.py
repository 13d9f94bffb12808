"""The lines of a text that show objects as JSON, as many as there is room for."""

from collections.abc import Mapping, Sequence

from pydantic_core import to_json

from kintone.messages import Message
from tools.record_texts import SHORT_TEXT
from tools.results import NEXT_LINE


def json_text(value: object) -> str:
    """Return a value as JSON on one line; U+0085 is escaped, which Dify carries and JSON reads back."""
    return to_json(value).decode().replace(NEXT_LINE, r"\u0085")


def object_lines(objects: Sequence[Mapping[str, object]], variable: str) -> list[Message | str]:
    """Return a line of JSON for each of the first objects, and how many more there are in ``variable``.

    Of a first object that is too long alone only the beginning is shown.
    """
    lines: list[Message | str] = []
    room = SHORT_TEXT.text
    for each in objects:
        line = json_text(each)
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    closing: list[Message | str] = []
    if objects and not lines:
        lines = [json_text(objects[0])[: SHORT_TEXT.text]]
        closing.append(
            Message(
                "This line is cut; the whole object is in the JSON and in the variable {variable}.", variable=variable
            )
        )
    if left := len(objects) - len(lines):
        closing.append(
            Message(
                "… and {left:,} more, which are in the JSON and in the variable {variable}.",
                left=left,
                variable=variable,
            )
        )
    return [*lines, *closing]
