"""Reading ``file_names``: the names that the files shall have in kintone."""

import re
from collections.abc import Sequence
from dataclasses import replace

from kintone.errors import InvalidParameterError
from kintone.files.names import clean_name, distinct_name
from kintone.messages import Message
from tools.file_source.source import HandedFile
from tools.text_input.structured_text import read_structure, unwrap

HOW = Message('write a JSON list such as ["a.pdf", "b.pdf"], or one name for one file')
LONGEST_TEXT = 100_000
BRACKETS = (("[", "]"), ("{", "}"))


def read_names(value: object, files: Sequence[HandedFile]) -> list[HandedFile]:
    """Return the files under the names given, in order, and told apart; a blank name keeps the file's own."""
    names = ([] if value is None else _names(value, len(files))) or [None] * len(files)
    if len(names) != len(files):
        raise InvalidParameterError(
            "file_names holds {names} names for {files} files; {how}", names=len(names), files=len(files), how=HOW
        )
    taken: set[str] = set()
    named = [_renamed(file, name, place) for place, (file, name) in enumerate(zip(files, names, strict=True), start=1)]
    return [replace(file, name=distinct_name(file.name, taken)) for file in named]


def _names(value: object, file_count: int) -> Sequence[object]:
    decoded = _decoded(value, file_count) if isinstance(value, str) else value
    names = unwrap(decoded, "file_names") if isinstance(decoded, dict) else decoded
    if not isinstance(names, list | tuple):
        raise InvalidParameterError("file_names must be a list of names; {how}", how=HOW)
    return names


def _decoded(text: str, file_count: int) -> object:
    """Return JSON as what it says; other text is one name, or names on lines or between commas."""
    bare = text.strip()
    if len(bare) > LONGEST_TEXT:
        raise InvalidParameterError(
            "file_names has more than {longest:,} characters; {how}", longest=LONGEST_TEXT, how=HOW
        )
    if bare.startswith("```") or (bare[0], bare[-1]) in BRACKETS:
        return read_structure("file_names", bare)
    if file_count == 1:
        is_quoted = len(bare) > 1 and bare[0] == bare[-1] == '"'
        return [bare[1:-1] if is_quoted else bare]
    # Other ends of lines than these may stand in a name.
    return re.split("\r?\n", bare) if "\n" in bare else bare.split(",")


def _renamed(file: HandedFile, name: object, place: int) -> HandedFile:
    if name is None or (isinstance(name, str) and not name.strip()):
        return file
    cleaned = clean_name(name) if isinstance(name, str) else ""
    if not cleaned:
        raise InvalidParameterError("file_names: entry {place} is not a name for a file; {how}", place=place, how=HOW)
    return replace(file, name=cleaned, told=str(name))
