"""Data inside Markdown code fences, with or without sentences of a model around them."""

import re
from dataclasses import dataclass

from kintone.messages import Message
from kintone.values.json_text import UnreadableTextError

MOST_FENCES = 1_000
"""Ours; no model writes so many, and taking each of a million apart takes seconds."""
BLANKS = "\ufeff \t\r\n\u3000"
# Blanks are never given back: a fence before very many of them would take time by the square.
_OPENS = re.compile(r"(?P<marks>`{3,9}|~{3,9})[ \t]*+(?:[A-Za-z0-9_+-]{1,20}(?=\s))?")
_DATA_OPENS = re.compile(rf"{_OPENS.pattern}[\ufeff\s]*+[\[{{]")
_PROSE = re.compile(
    r"(?P<marks>`{3,9}|~{3,9})(?:[ \t]*[A-Za-z0-9_+-]{1,20}[ \t]*(?=[\r\n]))?(?P<inner>.*)(?P=marks)", re.DOTALL
)
_MARKS = re.compile("`{3}|~{3}")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text, from ``start`` up to ``end``."""

    start: int
    end: int

    def within(self, text: str) -> "Span":
        """Return the same piece without blanks around it."""
        inner = text[self.start : self.end]
        start = self.start + len(inner) - len(inner.lstrip(BLANKS))
        return Span(start, max(start, self.start + len(inner.rstrip(BLANKS))))


def trimmed(text: str) -> Span:
    """Return where the text itself stands: behind a byte order mark, without blanks around it."""
    return Span(0, len(text)).within(text)


def holds_fences(text: str) -> bool:
    """Tell whether the text is no data itself and has fences in which data may stand."""
    start = trimmed(text).start
    return text[start : start + 1] not in {"{", "["} and _MARKS.search(text) is not None


def holds_data(text: str) -> bool:
    """Tell whether data begins in a fence of the text, without a look at its end."""
    return _DATA_OPENS.search(text) is not None


def whole_fence(text: str) -> Span | None:
    """Return what stands in the fence that is all of the text; None where more or less than one fence stands there.

    What is inside is not looked at, since texts in the data may hold fences too.
    """
    span = trimmed(text)
    opening = _OPENS.match(text, span.start, span.end)
    if opening is None:
        return None
    closing = span.end - len(opening["marks"])
    if closing < opening.end() or text[closing : span.end] != opening["marks"]:
        return None
    return Span(opening.end(), closing).within(text)


def unfenced(text: str) -> str:
    """Return the prose, such as a query, in the fence that is all of a text, else the text as it is.

    Here only a word that has the first line to itself is the fence's language.
    """
    match = _PROSE.fullmatch(text.strip(BLANKS))
    return match["inner"].strip(BLANKS) if match else text


def data_fences(text: str) -> list[Span]:
    """Return what stands in each fence that holds data, as its first character tells; other fences are prose.

    Raises ``UnreadableTextError`` for data in a fence that is never closed, and for very many fences.
    """
    found: list[Span] = []
    position = 0
    count = 0
    while opening := _OPENS.search(text, position):
        count += 1
        if count > MOST_FENCES:
            complaint = Message("the text holds more than {most} code fences; send one only", most=MOST_FENCES)
            raise UnreadableTextError(complaint, opening.start())
        marks = opening["marks"]
        # A fence ends at a line of its own, or right behind the bracket that closes the data.
        closing = re.compile(rf"(?:^[ \t]*|(?<=[\]}}])[ \t]*){marks}", re.MULTILINE).search(text, opening.end())
        span = Span(opening.end(), closing.start() if closing else len(text)).within(text)
        if text[span.start : span.start + 1] in {"{", "["}:
            if closing is None:
                raise UnreadableTextError(Message("the code fence is not closed by {marks}", marks=marks), len(text))
            found.append(span)
        if closing is None:
            break
        position = closing.end()
    return found
