"""Reads the parameters that hold data: decoded objects, JSON, Python literals from Dify's templates, code fences."""

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

# Positions in a text

NEAR_CHARACTERS = 30


@dataclass(frozen=True, slots=True)
class TextPosition:
    """A position in a text: line and column, both counted from 1, and the characters there."""

    line: int
    column: int
    near: str

    @property
    def words(self) -> Message:
        """Return the position as a sentence names it."""
        if not self.near:
            return Message("at line {line}, column {column} (the end of the text)", line=self.line, column=self.column)
        return Message(
            "at line {line}, column {column} (near {near})", line=self.line, column=self.column, near=self.near
        )


def position_of(text: str, index: int) -> TextPosition:
    """Return the position of the character at ``index``; a leading byte order mark does not count as a column."""
    index = min(index, len(text))
    line_start = text.rfind("\n", 0, index) + 1
    column = index - line_start + 1
    if line_start == 0 and text.startswith("\ufeff"):
        column = max(1, column - 1)
    rest = text[index : index + NEAR_CHARACTERS].strip()
    return TextPosition(text.count("\n", 0, index) + 1, column, preview(rest) if rest else "")


# Code fences

MAX_FENCES = 1_000
"""Our own limit: reading a million fences takes seconds, and no model writes so many."""
BLANKS = "\ufeff \t\r\n\u3000"
# Possessive quantifiers: with backtracking, many blanks after a fence would take quadratic time.
_OPENS = re.compile(r"(?P<marks>`{3,9}|~{3,9})[ \t]*+(?:[A-Za-z0-9_+-]{1,20}(?=\s))?")
_DATA_OPENS = re.compile(rf"{_OPENS.pattern}[\ufeff\s]*+[\[{{]")
_PROSE = re.compile(
    r"(?P<marks>`{3,9}|~{3,9})(?:[ \t]*[A-Za-z0-9_+-]{1,20}[ \t]*(?=[\r\n]))?(?P<inner>.*)(?P=marks)", re.DOTALL
)
_MARKS = re.compile("`{3}|~{3}")


@dataclass(frozen=True, slots=True)
class TextRange:
    """A part of a text, from ``start`` up to but without ``end``."""

    start: int
    end: int

    def within(self, text: str) -> "TextRange":
        """Return the same part without blanks around it."""
        inner = text[self.start : self.end]
        start = self.start + len(inner) - len(inner.lstrip(BLANKS))
        return TextRange(start, max(start, self.start + len(inner.rstrip(BLANKS))))


def trimmed(text: str) -> TextRange:
    """Return the span of the text without a byte order mark and without blanks around it."""
    return TextRange(0, len(text)).within(text)


def holds_fences(text: str) -> bool:
    """Tell whether the text contains fences and does not begin with data."""
    start = trimmed(text).start
    return text[start : start + 1] not in {"{", "["} and _MARKS.search(text) is not None


def holds_data(text: str) -> bool:
    """Tell whether data begins in a fence of the text; the end of the fence is not checked."""
    return _DATA_OPENS.search(text) is not None


def whole_fence(text: str) -> TextRange | None:
    """Return the content of the fence that encloses the whole text; None if no single fence does.

    The content is not searched for fences, since a text in the data may contain one.
    """
    span = trimmed(text)
    opening = _OPENS.match(text, span.start, span.end)
    if opening is None:
        return None
    closing = span.end - len(opening["marks"])
    if closing < opening.end() or text[closing : span.end] != opening["marks"]:
        return None
    return TextRange(opening.end(), closing).within(text)


def unfenced(text: str) -> str:
    """Return the prose, such as a query, in the fence that encloses the whole text; else the text itself.

    Here a word is the fence's language only if it is alone on the first line.
    """
    match = _PROSE.fullmatch(text.strip(BLANKS))
    return match["inner"].strip(BLANKS) if match else text


def data_fences(text: str) -> list[TextRange]:
    """Return the content of each fence that holds data, which its first character shows; other fences are prose.

    Raises ``UnreadableTextError`` for data in a fence that is never closed, and for more than ``MAX_FENCES`` fences.
    """
    found: list[TextRange] = []
    position = 0
    count = 0
    while opening := _OPENS.search(text, position):
        count += 1
        if count > MAX_FENCES:
            complaint = Message("the text holds more than {most} code fences; send one only", most=MAX_FENCES)
            raise UnreadableTextError(complaint, opening.start())
        marks = opening["marks"]
        # A fence ends on a line of its own, or directly after the bracket that closes the data.
        closing = re.compile(rf"(?:^[ \t]*|(?<=[\]}}])[ \t]*){marks}", re.MULTILINE).search(text, opening.end())
        span = TextRange(opening.end(), closing.start() if closing else len(text)).within(text)
        if text[span.start : span.start + 1] in {"{", "["}:
            if closing is None:
                raise UnreadableTextError(Message("the code fence is not closed by {marks}", marks=marks), len(text))
            found.append(span)
        if closing is None:
            break
        position = closing.end()
    return found


# Objects and lists

type Structure = dict[str, object] | list[object]

MAX_DATA_TEXT = 32 * 1024 * 1024
MAX_LITERAL_TEXT = 4_000_000
"""Characters of a Python literal, which takes ten times as long to read as JSON of the same length."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\(?:u|U0000)[dD][89a-fA-F]")
_EXAMPLES = {
    "record_data": '{"field code": "value"}',
    "records_data": '[{"updateKey": {"field": "code", "value": "A-1"}, "record": {"field code": "value"}}]',
    "records_mapping": '{"records": [{"attachment_field": "field code", "record": {"field code": "value"}}]}',
    "records_json": '[{"field code": {"type": "SINGLE_LINE_TEXT", "value": "value"}}]',
    "records_source": '[{"field code": "value"}]',
    "subtable_source": '[{"column code": "value"}]',
    "fields": '["field code", "other code"]',
    "mentions": '[{"code": "login name", "type": "USER"}]',
    "record_ids": "[12, 15]",
    "file_names": '["first.pdf", "second.pdf"]',
}


def is_absent(value: object) -> bool:
    """Tell whether a parameter was not given: Dify omits it or passes ``None`` or ``""``, and people leave blanks."""
    return value is None or (isinstance(value, str) and not value.strip(BLANKS))


def example_of(parameter: str) -> str:
    """Return an example of what to write in a parameter that holds data."""
    return _EXAMPLES.get(parameter, _EXAMPLES["record_data"])


def read_structure(parameter: str, value: object) -> Structure:
    """Return the object or list in a parameter; raises ``InvalidParameterError`` and nothing else.

    The error names the parameter, the line and column where reading fails, and an example of what to write.
    Numbers with a decimal point in a text are returned as ``Decimal``, with every digit.
    """
    try:
        structure = _read(value)
    except UnreadableTextError as error:
        example = example_of(parameter)
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
    """Return a complaint about a whole number whose last digits may be lost, None if there is no such number.

    An object that Dify decoded may have held its numbers as binary floats. So may a Python literal, which Dify makes of
    decoded data. In a JSON text, which this plugin decodes itself, numbers are exact.
    """
    pending: list[object] = [structure]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            pending.extend(part.values())
        elif isinstance(part, list | tuple):
            pending.extend(part)
        elif may_be_rounded(part):
            return Message(
                "the number {number}, whose last digits may have been rounded before it arrived; write it as text, in "
                "quotes",
                number=preview(part),
            )
    return None


def unwrap(structure: Structure, name: str) -> Structure:
    """Return the value under ``name`` if that is the object's only key, else the structure itself.

    A text under ``name`` is decoded; raises ``InvalidParameterError`` if the value is not an object or a list.
    """
    if isinstance(structure, dict) and structure.keys() == {name}:
        return read_structure(name, structure[name])
    return structure


def with_list(structure: Structure, parameter: str, *wrappers: str) -> Structure:
    """Return the structure; a list under one of the ``wrappers``, which a template may have made a text, is decoded."""
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
        require_json_values(value)
        return value
    if isinstance(value, str):
        return _read_text(value)
    raise UnreadableTextError(_not_a_structure(value))


def _read_text(text: str) -> Structure:
    if len(text) > MAX_DATA_TEXT:
        raise UnreadableTextError(Message("the text is longer than {longest} characters", longest=MAX_DATA_TEXT))
    surrogate = _SURROGATE.search(text)
    if surrogate:
        raise UnreadableTextError(Message("there is half of a character (a lone surrogate)"), surrogate.start())
    found = _fenced(text) if holds_fences(text) else _found(text, trimmed(text))
    if _ESCAPED_SURROGATE.search(text):
        require_json_values(found)
    return found


def _fenced(text: str) -> Structure:
    """Read the fence that encloses the whole text, or the fences between sentences, which must hold equal data."""
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


def _found(text: str, span: TextRange) -> Structure:
    try:
        found = _parsed(text[span.start : span.end])
    except UnreadableTextError as error:
        raise error.at(None if error.index is None else error.index + span.start) from None
    if not isinstance(found, dict | list):
        raise UnreadableTextError(_not_a_structure(found), span.start)
    return found


def _parsed(text: str) -> object:
    """Read the text as JSON, else as a Python literal; if both fail, raise the error at the later position."""
    try:
        if depth_of_json(text) > limits.MAX_DEPTH:
            # Brackets inside single-quoted text do not nest; only the reader of Python literals knows that.
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
    complaint = Message("objects and lists are nested more than {deepest} levels deep", deepest=limits.MAX_DEPTH)
    return UnreadableTextError(complaint, decided=decided)


def _not_a_structure(value: object) -> Message:
    return Message("an object or a list is needed, not {value}", value=preview(value))


def require_json_values(value: Structure) -> None:
    """Raise ``UnreadableTextError`` for decoded data that JSON cannot express; iterative, so any depth is safe."""
    pending: list[tuple[object, int]] = [(value, 1)]
    while pending:
        part, depth = pending.pop()
        if depth > limits.MAX_DEPTH:
            raise _too_deep()
        if isinstance(part, dict):
            for name, inner in part.items():
                _require_name(name)
                _check_value(pending, inner, depth)
        elif isinstance(part, list):
            for inner in part:
                _check_value(pending, inner, depth)


def _check_value(pending: list[tuple[object, int]], part: object, depth: int) -> None:
    if isinstance(part, dict | list):
        pending.append((part, depth + 1))
    elif isinstance(part, str):
        _require_no_surrogate(part)
    elif isinstance(part, float | Decimal):
        if not (part.is_finite() if isinstance(part, Decimal) else isfinite(part)):
            raise UnreadableTextError(
                Message("{value} is not a number in JSON; write a number or null", value=preview(part))
            )
    elif part is not None and not isinstance(part, int):
        raise UnreadableTextError(Message("{value} cannot be expressed in JSON", value=preview(part)))


def _require_name(name: object) -> None:
    if not isinstance(name, str):
        raise UnreadableTextError(Message("the name {name} must be a text in quotes", name=preview(name)))
    _require_no_surrogate(name)


def _require_no_surrogate(text: str) -> None:
    if not text.isascii() and _SURROGATE.search(text):
        raise UnreadableTextError(Message("{value} holds half of a character (a lone surrogate)", value=preview(text)))
