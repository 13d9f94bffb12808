"""Converts one record to text in which nothing is left out: all fields, whole texts, tables row by row.

Each field is a block of lines. Where a value has several lines, all but the first line of its block are indented, so
that no line of a value looks like another field.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pydantic_core import to_json

from kintone.field_types import RECORD_ID, REVISION, holds_files, is_table
from kintone.file_names import shown_size
from kintone.messages import Message, counted
from kintone.reading.pages import Record, count_of
from tools.record_texts import FULL_TEXT, UTC_TIMES, hold_times, text_of

INDENT = "  "
BETWEEN_CELLS = " | "
BETWEEN_VALUES = ", "
EMPTY = "empty:"
NOTE_CHARACTERS = 300
"""Room for the sentence about a block that was cut."""
WORTH_A_CALL = 1_000
"""Characters that a field must show more, read alone, for a text to propose that."""


@dataclass(frozen=True, slots=True)
class _Block:
    """One field: its code, the lines of its text, and the line at which each row begins where it is a table."""

    code: str
    lines: Sequence[str]
    row_starts: Sequence[int] = ()

    @property
    def size(self) -> int:
        """The number of characters with line ends."""
        return sum(len(line) + 1 for line in self.lines)


def whole_record_lines(record: Record, longest: int = FULL_TEXT.text) -> list[str | Message]:
    """Return the fields of a record as lines; ``$id`` and ``$revision`` are left to the caller's headline.

    If they have more than ``longest`` characters, the largest fields are cut, and each of them says how much is shown.
    """
    shown = {code: field for code, field in record.items() if code not in (RECORD_ID, REVISION)}
    blocks = [_block(code, field) for code, field in shown.items() if not _is_empty(field)]
    empty = [_on_one_line(code) for code, field in shown.items() if _is_empty(field)]
    closing: list[str | Message] = [f"{EMPTY} {', '.join(empty)}"] if empty else []
    if any(hold_times(block.lines) for block in blocks):
        closing.append(UTC_TIMES)
    room = longest - sum(len(str(line)) + 1 for line in closing)
    if sum(block.size for block in blocks) <= room:
        return [*(line for block in blocks for line in block.lines), *closing]
    return [*_cut_to(blocks, max(0, room)), *closing]


# Blocks


def _block(code: str, field: Mapping[str, Any]) -> _Block:
    name, value = _on_one_line(code), field["value"]
    if not is_table(field["type"]):
        return _Block(code, _value_lines(name, _value_text(field)))
    head = f"{name} (1 row):" if len(value) == 1 else f"{name} ({len(value):,} rows):"
    lines, starts = [head], []
    for number, row in enumerate(value, start=1):
        starts.append(len(lines))
        lines += _row_lines(number, row)
    return _Block(code, lines, starts)


def _value_lines(name: str, text: str) -> list[str]:
    """Return ``name: text``; a text of several lines begins on a line of its own."""
    lines = text.splitlines()
    if not text.strip():
        return [f"{name}: {to_json(text).decode()}"]
    return [f"{name}: {lines[0]}"] if len(lines) == 1 else [f"{name}:", *_indented(lines)]


def _row_lines(number: int, row: Mapping[str, Any]) -> list[str]:
    """Return a row: on one line, or a line for each column if the value of one of them has several lines."""
    cells = {_on_one_line(code): cell for code, cell in row["value"].items()}
    empty = [code for code, cell in cells.items() if _is_empty(cell)]
    parts = [_value_lines(code, _value_text(cell)) for code, cell in cells.items() if not _is_empty(cell)]
    if empty:
        parts.append([f"{EMPTY} {', '.join(empty)}"])
    head = f"{INDENT}{number}. (id {row['id']})"
    if all(len(part) == 1 for part in parts):
        return [f"{head} {BETWEEN_CELLS.join(part[0] for part in parts)}".rstrip()]
    return [head, *_indented(_indented(line for part in parts for line in part))]


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"{INDENT}{line}" for line in lines]


def _value_text(field: Mapping[str, Any]) -> str:
    if holds_files(field["type"]):
        return BETWEEN_VALUES.join(map(_file_text, field["value"]))
    return text_of(field["value"], BETWEEN_VALUES)


def _file_text(file: Any) -> str:  # noqa: ANN401 - whatever the answer holds
    """Return name, size and type of an attachment, and the key for ``kintone_download_file``."""
    if not isinstance(file, dict):
        return text_of(file, BETWEEN_VALUES)
    size = count_of(file.get("size"))
    details = [shown_size(size) if size is not None else "", text_of(file.get("contentType"), BETWEEN_VALUES)]
    key = text_of(file.get("fileKey"), BETWEEN_VALUES)
    name = _on_one_line(text_of(file.get("name"), BETWEEN_VALUES))
    return f"{name} ({', '.join(filter(None, [*details, f'file_key {key}']))})"


def _is_empty(field: Mapping[str, Any]) -> bool:
    return field["value"] in (None, "", [])


def _on_one_line(text: str) -> str:
    return " ".join(text.splitlines())


# Cutting


def _cut_to(blocks: Sequence[_Block], room: int) -> list[str | Message]:
    """Return the lines of the blocks with the largest cut to one size, and how to read what is missing."""
    largest = _largest_size([block.size for block in blocks], room)
    # Alone, a field has the whole room: does that show more of one of those that are cut?
    more_alone = any(min(block.size, room) > largest + WORTH_A_CALL for block in blocks)
    lines: list[str | Message] = []
    left = room
    for number, block in enumerate(blocks):
        part = _cut(block, largest)
        left -= sum(len(str(line)) + 1 for line in part)
        if left < 0:
            lines.append(_not_shown(len(blocks) - number))
            more_alone = True
            break
        lines += part
    return [*lines, ONE_BY_ONE if more_alone else IN_VARIABLE]


def _largest_size(sizes: Sequence[int], room: int) -> int:
    """Return the size to which the largest blocks must be cut so that all fit; each that is cut also needs a note."""
    left = room
    for place, size in enumerate(ordered := sorted(sizes)):
        share = left // (len(ordered) - place)
        if size > share:
            return max(0, share - NOTE_CHARACTERS)
        left -= size
    return room


def _cut(block: _Block, longest: int) -> list[str | Message]:
    """Return the lines of a block: whole, with the first rows of a table, or with the beginning of its text."""
    if block.size <= longest + NOTE_CHARACTERS:
        return list(block.lines)
    return _first_rows(block, longest) or _first_characters(block, longest)


def _first_rows(block: _Block, longest: int) -> list[str | Message]:
    """Return the rows of a table that fit whole; nothing if none does."""
    size, whole, end = 0, 0, 0
    for start, following in pairwise([*block.row_starts, len(block.lines)]):
        size += sum(len(line) + 1 for line in block.lines[start:following])
        if size > longest:
            break
        whole, end = whole + 1, following
    note = Message(
        "{indent}(… cut: the first {shown:,} of {count:,} rows of {field})",
        indent=INDENT,
        shown=whole,
        count=len(block.row_starts),
        field=_on_one_line(block.code),
    )
    return [*block.lines[:end], note] if whole else []


def _first_characters(block: _Block, longest: int) -> list[str | Message]:
    name, text = _on_one_line(block.code), "\n".join(block.lines)
    head = len(block.lines[0]) + 1 if len(block.lines) > 1 else len(name) + 2
    shown = text[: max(head, longest)]
    note = Message(
        "{indent}(… cut: the first {shown:,} of {count:,} characters of {field})",
        indent=INDENT,
        shown=len(_without_indents(shown[head:])),
        count=len(_without_indents(text[head:])),
        field=name,
    )
    return [*shown.split("\n"), note]


def _without_indents(text: str) -> str:
    return text.removeprefix(INDENT).replace(f"\n{INDENT}", "\n")


def _not_shown(count: int) -> Message:
    return counted(
        count,
        Message("1 more field is not shown."),
        Message("{count:,} more fields are not shown.", count=count),
    )


ONE_BY_ONE = Message(
    "Not everything fits into one text: name a single field in fields to read more of it. A workflow has all of it in "
    "the variable record."
)
IN_VARIABLE = Message("No text shows more of it; a workflow has all of it in the variable record.")
