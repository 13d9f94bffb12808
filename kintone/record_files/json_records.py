"""The items of a JSON list, or of JSON Lines, one after the other with their physical lines.

A list may stand inside ``{"records": …}`` and ``{"records_data": …}``. No more than one item and 64 KiB are held.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from kintone import limits
from kintone.errors import InvalidParameterError
from kintone.messages import Message
from kintone.record_files.contents import PARAMETER, ContentKind
from kintone.record_files.delimited import MAX_LINE_TEXT, physical_lines
from kintone.texts import preview
from kintone.values.json_texts import (
    UnfinishedTextError,
    UnreadableTextError,
    depth_of_json,
    read_json,
    read_json_value,
)

MAX_OPENING = 1_000
"""Characters in which a wrapper opens."""
_SPACE = re.compile(r"[ \t\r\n]*")
_WRAPPER = re.compile(r'\{\s*"(records|records_data)"\s*:\s*')
_TOO_LONG = Message("what begins here has more than {maximum:,} characters", maximum=MAX_LINE_TEXT)
NEAR = 30


@dataclass(frozen=True, slots=True)
class JsonItem:
    """One item; ``line`` is the physical line on which it begins, ``complaint`` says why it cannot be read."""

    line: int
    value: object = None
    complaint: Message | None = None


def json_items(pieces: Iterable[str], kind: ContentKind) -> Iterator[JsonItem]:
    """Yield the items; raises ``InvalidParameterError``, which names the line, where no further item can be found."""
    if kind is ContentKind.JSON_LIST:
        return _Buffer(pieces).items_of_list()
    return _objects(pieces)


# JSON Lines


def _objects(pieces: Iterable[str]) -> Iterator[JsonItem]:
    """Yield one object a line or, where the first line is no whole object, objects of any number of lines."""
    is_first = True
    lines = physical_lines(pieces)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        item = _item(line, number)
        if is_first and item.complaint is not None:
            yield from _Buffer(chain([line], lines), number).items()
            return
        is_first = False
        yield item


def _item(line: str, number: int) -> JsonItem:
    if len(line) >= MAX_LINE_TEXT:
        raise InvalidParameterError(
            "{parameter}: line {line}: {complaint}", parameter=PARAMETER, line=number, complaint=_TOO_LONG
        )
    if depth_of_json(line) > limits.MAX_DEPTH:
        return JsonItem(number, None, Message("objects and lists are nested too deeply"))
    try:
        return JsonItem(number, read_json(line))
    except UnreadableTextError as error:
        return JsonItem(number, None, _complaint(line, error))


def _complaint(text: str, error: UnreadableTextError) -> Message:
    if error.index is None:
        return error.complaint
    near = text[error.index : error.index + NEAR].strip()
    if not near:
        return Message("at the end: {complaint}", complaint=error.complaint)
    return Message("near {near}: {complaint}", near=preview(near), complaint=error.complaint)


# Lists


class _Buffer:
    """The part of a text from which the next item is read."""

    def __init__(self, pieces: Iterable[str], line: int = 1) -> None:
        self._pieces = iter(pieces)
        self._text = ""
        self._at = 0
        self._line = line
        self._is_all = False

    def items_of_list(self) -> Iterator[JsonItem]:
        """Yield the items of a list inside its wrappers."""
        closers = self._open()
        if self._next_character() == "]":
            self._take(1)
        else:
            while True:
                yield self._value()
                separator = self._next_character()
                self._take(1)
                if separator == "]":
                    break
                if separator != ",":
                    raise self._error_before(Message("a comma or a closing bracket is missing"))
                if self._next_character() == "]":
                    raise self._error_here(Message("remove the comma before {bracket}", bracket="]"))
        self._close(closers)

    def items(self) -> Iterator[JsonItem]:
        """Yield values that follow each other with blanks or lines between them."""
        while self._next_character():
            yield self._value()

    def _open(self) -> int:
        """Step into the list, and return the number of objects around it."""
        count = 0
        while self._next_character() == "{":
            while not self._is_all and len(self._text) - self._at < MAX_OPENING:
                self._more()
            match = _WRAPPER.match(self._text, self._at)
            if match is None:
                raise self._error_here(Message('a list of records is needed; write {{"records": […]}}'))
            self._take(match.end() - self._at)
            count += 1
        if self._next_character() != "[":
            raise self._error_here(Message('a list of records is needed; write {{"records": […]}}'))
        self._take(1)
        return count

    def _close(self, count: int) -> None:
        for _ in range(count):
            if self._next_character() != "}":
                raise self._error_here(
                    Message(
                        'beside "records" something follows that has no meaning here; leave it out (app, token and '
                        "options are parameters of their own)"
                    )
                )
            self._take(1)
        if self._next_character():
            raise self._error_here(Message("the JSON ends here, but more text follows it"))

    def _value(self) -> JsonItem:
        self._next_character()
        while True:
            try:
                value, end = read_json_value(self._text, self._at, is_all=self._is_all)
            except UnfinishedTextError:
                if len(self._text) - self._at > MAX_LINE_TEXT:
                    raise self._error_here(_TOO_LONG) from None
                self._more(len(self._text) - self._at)
                continue
            except UnreadableTextError as error:
                raise self._error_at(error) from None
            item = JsonItem(self._line, value)
            self._take(end - self._at)
            return item

    # The text

    def _next_character(self) -> str:
        """Step over blanks and return the character there, blank at the end of the text."""
        while True:
            match = _SPACE.match(self._text, self._at)
            if match is not None:
                self._take(match.end() - self._at)
            if self._at < len(self._text) or self._is_all:
                return self._text[self._at : self._at + 1]
            self._more()

    def _take(self, count: int) -> None:
        self._line += self._text.count("\n", self._at, self._at + count)
        self._at += count

    def _more(self, at_least: int = 1) -> None:
        """Read at least so many characters more; reading twice as much each time keeps the whole work linear."""
        parts = [self._text[self._at :]]
        while at_least > 0:
            piece = next(self._pieces, None)
            if piece is None:
                self._is_all = True
                break
            parts.append(piece)
            at_least -= len(piece)
        self._text, self._at = "".join(parts), 0

    def _error_here(self, complaint: Message) -> InvalidParameterError:
        return self._error_at(UnreadableTextError(complaint, self._at))

    def _error_before(self, complaint: Message) -> InvalidParameterError:
        return self._error_at(UnreadableTextError(complaint, self._at - 1))

    def _error_at(self, error: UnreadableTextError) -> InvalidParameterError:
        index = self._at if error.index is None else error.index
        line = self._line + (self._text.count("\n", self._at, index) if index >= self._at else 0)
        return InvalidParameterError(
            "{parameter}: line {line}: {complaint}",
            parameter=PARAMETER,
            line=line,
            complaint=_complaint(self._text, error.at(index)),
        )
