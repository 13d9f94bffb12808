"""Parameters that carry data: JSON, decoded objects, Markdown code fences, Python literals of Dify's templates."""

import re
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite

from kintone import limits
from kintone.errors import InvalidParameterError
from kintone.messages import Message
from kintone.texts import preview
from kintone.values.json_texts import (
    UnreadableTextError,
    depth_of_json,
    depth_of_python,
    read_json,
    read_python_literal,
)
from kintone.values.numbers import may_be_rounded

SHOWN = 30


@dataclass(frozen=True, slots=True)
class TextPosition:
    """A place in a text: line and column, both counted from 1."""

    line: int
    column: int
    near: str

    @property
    def words(self) -> Message:
        """Return the place as a sentence names it."""
        if not self.near:
            return Message("at line {line}, column {column} (the end of the text)", line=self.line, column=self.column)
        return Message(
            "at line {line}, column {column} (near {near})", line=self.line, column=self.column, near=self.near
        )


def position_of(text: str, index: int) -> TextPosition:
    """Return the place of the character at ``index``; a byte order mark in front takes up no column."""
    index = min(index, len(text))
    line_start = text.rfind("\n", 0, index) + 1
    column = index - line_start + 1
    if line_start == 0 and text.startswith("\ufeff"):
        column = max(1, column - 1)
    rest = text[index : index + SHOWN].strip()
    return TextPosition(text.count("\n", 0, index) + 1, column, preview(rest) if rest else "")


MAX_FENCES = 1_000
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
        if count > MAX_FENCES:
            complaint = Message("the text holds more than {most} code fences; send one only", most=MAX_FENCES)
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


type Structure = dict[str, object] | list[object]

MAX_DATA_TEXT = 32 * 1024 * 1024
MAX_LITERAL_TEXT = 4_000_000
"""Characters of a Python literal, which takes ten times as long to read as JSON."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\(?:u|U0000)[dD][89a-fA-F]")
_EXAMPLES = {
    "record_data": '{"field code": "value"}',
    "records_data": '[{"updateKey": {"field": "code", "value": "A-1"}, "record": {"field code": "value"}}]',
    "records_mapping": '{"records": [{"attachment_field": "field code", "record": {"field code": "value"}}]}',
    "fields": '["field code", "other code"]',
    "file_names": '["first.pdf", "second.pdf"]',
}


def is_absent(value: object) -> bool:
    """Tell whether a parameter was not given: Dify hands over nothing, ``None`` or ``""``, and people leave blanks."""
    return value is None or (isinstance(value, str) and not value.strip(BLANKS))


def read_structure(parameter: str, value: object) -> Structure:
    """Return the object or list that a parameter carries; raises ``InvalidParameterError`` and nothing else.

    The sentence names the parameter, the line and column from which the text makes no sense, and what to write instead.
    Numbers with a decimal point come out of a text as ``Decimal``, with every digit.
    """
    try:
        structure = _read(value)
    except UnreadableTextError as error:
        example = _EXAMPLES.get(parameter, _EXAMPLES["record_data"])
        if error.index is None or not isinstance(value, str):
            raise InvalidParameterError(
                "{parameter} cannot be read: {complaint}; write JSON like {example}",
                parameter=parameter,
                complaint=error.complaint,
                example=example,
            ) from None
        raise InvalidParameterError(
            "{parameter} cannot be read {place}: {complaint}; write JSON like {example}",
            parameter=parameter,
            place=position_of(value, error.index).words,
            complaint=error.complaint,
            example=example,
        ) from None
    rounded = None if isinstance(value, str) else _perhaps_rounded(structure)
    if rounded is not None:
        raise InvalidParameterError("{parameter} holds {complaint}", parameter=parameter, complaint=rounded)
    return structure


def _perhaps_rounded(structure: object) -> Message | None:
    """Complain about a whole number whose last digits may be gone: who decoded it may hold numbers as binary floats.

    Inside a JSON text, which this plugin decodes itself, they are exact. A Python literal was made by Dify of what had
    been decoded before.
    """
    waiting: list[object] = [structure]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend(part.values())
        elif isinstance(part, list | tuple):
            waiting.extend(part)
        elif may_be_rounded(part):
            return Message(
                "the number {number}, whose last digits may have been rounded before it arrived; write it as text, in "
                "quotes",
                number=preview(part),
            )
    return None


def unwrap(structure: Structure, name: str) -> Structure:
    """Return what stands under ``name`` when that is all there is, else the structure itself.

    What is wrapped may be a text that carries data itself; raises ``InvalidParameterError`` for what is neither.
    """
    if isinstance(structure, dict) and structure.keys() == {name}:
        return read_structure(name, structure[name])
    return structure


def with_list(structure: Structure, parameter: str, *wrappers: str) -> Structure:
    """Return the structure with the list under one of these names read, where a template made a text of it."""
    if not isinstance(structure, dict):
        return structure
    return {
        name: with_list(read_structure(parameter, value) if isinstance(value, str) else value, parameter, *wrappers)
        if name in wrappers and isinstance(value, str | dict)
        else value
        for name, value in structure.items()
    }


def _read(value: object) -> Structure:
    if isinstance(value, dict | list):
        require_carriable(value)
        return value
    if isinstance(value, str):
        return _read_text(value)
    raise UnreadableTextError(_not_a_structure(value))


def _read_text(text: str) -> Structure:
    if len(text) > MAX_DATA_TEXT:
        raise UnreadableTextError(Message("the text is longer than {longest} characters", longest=MAX_DATA_TEXT))
    broken = _SURROGATE.search(text)
    if broken:
        raise UnreadableTextError(Message("half of a character (a lone surrogate) stands here"), broken.start())
    found = _fenced(text) if holds_fences(text) else _found(text, trimmed(text))
    if _ESCAPED_SURROGATE.search(text):
        require_carriable(found)
    return found


def _fenced(text: str) -> Structure:
    """Read what the fences of a text hold: the one that is all of it, or those between sentences, all of them alike."""
    whole = whole_fence(text)
    failure: UnreadableTextError | None = None
    if whole is not None:
        try:
            return _found(text, whole)
        except UnreadableTextError as error:
            failure = error
    spans = data_fences(text)
    if not spans or (failure is not None and len(spans) == 1):
        raise failure or UnreadableTextError(Message("none of the code fences holds an object or a list"))
    first, *others = (_found(text, span) for span in spans)
    for span, other in zip(spans[1:], others, strict=True):
        if repr(other) != repr(first):
            raise UnreadableTextError(
                Message(
                    "the text holds {count} code fences with data, and this one differs from the first; send one only",
                    count=len(spans),
                ),
                span.start,
            )
    return first


def _found(text: str, span: Span) -> Structure:
    try:
        found = _parsed(text[span.start : span.end])
    except UnreadableTextError as error:
        raise error.at(None if error.index is None else error.index + span.start) from None
    if not isinstance(found, dict | list):
        raise UnreadableTextError(_not_a_structure(found), span.start)
    return found


def _parsed(text: str) -> object:
    """Read JSON, and what is not JSON as a Python literal; of two complaints the one that got further counts."""
    try:
        if depth_of_json(text) > limits.MAX_DEPTH:
            # Brackets in single quotes are no nesting, which only the second reading can tell.
            raise _too_deep(decided="'" not in text)
        return read_json(text)
    except UnreadableTextError as error:
        failure = error
    if failure.decided:
        raise failure
    if len(text) > MAX_LITERAL_TEXT:
        complaint = Message(
            "{complaint} (a text of more than {longest} characters must be JSON)",
            complaint=failure.complaint,
            longest=MAX_LITERAL_TEXT,
        )
        raise UnreadableTextError(complaint, failure.index, decided=False)
    if depth_of_python(text) > limits.MAX_DEPTH:
        raise failure
    try:
        found = read_python_literal(text)
    except UnreadableTextError as error:
        if error.index is None or failure.index is None or error.index > failure.index:
            raise
        raise failure from None
    rounded = _perhaps_rounded(found)
    if rounded is not None:
        raise UnreadableTextError(Message("it holds {complaint}", complaint=rounded))
    return found


def _too_deep(*, decided: bool = True) -> UnreadableTextError:
    complaint = Message("objects and lists stand inside each other more than {deepest} deep", deepest=limits.MAX_DEPTH)
    return UnreadableTextError(complaint, decided=decided)


def _not_a_structure(value: object) -> Message:
    return Message("an object or a list is needed, not {value}", value=preview(value))


def require_carriable(value: Structure) -> None:
    """Refuse decoded data that JSON could not carry; walks without recursion, so no nesting is too deep for it."""
    waiting: list[tuple[object, int]] = [(value, 1)]
    while waiting:
        part, depth = waiting.pop()
        if depth > limits.MAX_DEPTH:
            raise _too_deep()
        if isinstance(part, dict):
            for name, inner in part.items():
                _require_name(name)
                _put(waiting, inner, depth)
        elif isinstance(part, list):
            for inner in part:
                _put(waiting, inner, depth)


def _put(waiting: list[tuple[object, int]], part: object, depth: int) -> None:
    if isinstance(part, dict | list):
        waiting.append((part, depth + 1))
    elif isinstance(part, str):
        _require_whole(part)
    elif isinstance(part, float | Decimal):
        if not (part.is_finite() if isinstance(part, Decimal) else isfinite(part)):
            raise UnreadableTextError(
                Message("{value} is not a number that JSON knows; write a number or null", value=preview(part))
            )
    elif part is not None and not isinstance(part, int):
        raise UnreadableTextError(Message("{value} is nothing that JSON can carry", value=preview(part)))


def _require_name(name: object) -> None:
    if not isinstance(name, str):
        raise UnreadableTextError(Message("the name {name} must be a text in quotes", name=preview(name)))
    _require_whole(name)


def _require_whole(text: str) -> None:
    if not text.isascii() and _SURROGATE.search(text):
        raise UnreadableTextError(Message("{value} holds half of a character (a lone surrogate)", value=preview(text)))
