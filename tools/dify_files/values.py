"""Reading ``upload_file`` and ``file_names``: whatever Dify, an agent or a template may have put there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from dify_plugin.file.file import File

from kintone.errors import InvalidParameterError
from kintone.file_names import clean_name, clean_type, distinct_name, generated_name
from kintone.messages import Message
from tools.dify_files.source import HandedFile
from tools.structured_text import read_structure, unwrap

HOW_FILES = Message(
    "bind it to a file variable of the workflow (type File or Array[File]); an agent cannot pass files, so there put "
    "the upload into a workflow and publish that as a tool"
)


def read_files(value: object, now: datetime | None = None) -> list[HandedFile]:
    """Return the files of ``upload_file``; raises ``InvalidParameterError`` for everything that is no file."""
    entries = value if isinstance(value, list | tuple) else [value]
    if entries and all(_is_nothing(entry) for entry in entries):
        raise InvalidParameterError("upload_file is missing; {how}", how=HOW_FILES)
    if not entries:
        raise InvalidParameterError("upload_file is an empty list: the step before gave no file; {how}", how=HOW_FILES)
    moment = now or datetime.now(UTC)
    return [_file(entry, place, len(entries), moment) for place, entry in enumerate(entries, start=1)]


def _is_nothing(entry: object) -> bool:
    """Tell a file list that was not given: Dify makes a list of one null, or of one empty text, of it."""
    return entry is None or (isinstance(entry, str) and not entry.strip())


def _file(entry: object, place: int, count: int, moment: datetime) -> HandedFile:
    which = Message("upload_file") if count == 1 else Message("upload_file: entry {place}", place=place)
    if isinstance(entry, str):
        raise InvalidParameterError("{which} holds text, and text is not a file; {how}", which=which, how=HOW_FILES)
    told = entry.model_dump() if isinstance(entry, File) else entry
    url = (told.get("url") or told.get("remote_url")) if isinstance(told, Mapping) else None
    if not isinstance(told, Mapping) or not isinstance(url, str) or not url.strip():
        raise InvalidParameterError(
            "{which} holds no file (it has no address to read it from); {how}", which=which, how=HOW_FILES
        )
    told_name = _text(told.get("filename")) or _text(told.get("name"))
    name = clean_name(told_name)
    mime_type = clean_type(_text(told.get("mime_type")), name or f"x{_text(told.get('extension'))}")
    if not name:
        name = generated_name(mime_type, moment, _text(told.get("extension")))
    return HandedFile(url.strip(), name, mime_type, _size(told), told_name)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _size(told: Mapping[str, Any]) -> int | None:
    """Return the size that Dify tells; it writes 0 or -1 where it does not know."""
    size = told.get("size")
    return size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else None


HOW_NAMES = Message('write a JSON list such as ["a.pdf", "b.pdf"], or one name for one file')
MAX_NAMES_TEXT = 100_000
BRACKETS = (("[", "]"), ("{", "}"))


def read_names(value: object, files: Sequence[HandedFile]) -> list[HandedFile]:
    """Return the files under the names given, in order, and told apart; a blank name keeps the file's own."""
    names = ([] if value is None else _names(value, len(files))) or [None] * len(files)
    if len(names) != len(files):
        raise InvalidParameterError(
            "file_names holds {names} names for {files} files; {how}", names=len(names), files=len(files), how=HOW_NAMES
        )
    taken: set[str] = set()
    named = [_renamed(file, name, place) for place, (file, name) in enumerate(zip(files, names, strict=True), start=1)]
    return [replace(file, name=distinct_name(file.name, taken)) for file in named]


def _names(value: object, file_count: int) -> Sequence[object]:
    decoded = _decoded(value, file_count) if isinstance(value, str) else value
    names = unwrap(decoded, "file_names") if isinstance(decoded, dict) else decoded
    if not isinstance(names, list | tuple):
        raise InvalidParameterError("file_names must be a list of names; {how}", how=HOW_NAMES)
    return names


def _decoded(text: str, file_count: int) -> object:
    """Return JSON as what it says; other text is one name, or names on lines or between commas."""
    bare = text.strip()
    if len(bare) > MAX_NAMES_TEXT:
        raise InvalidParameterError(
            "file_names has more than {longest:,} characters; {how}", longest=MAX_NAMES_TEXT, how=HOW_NAMES
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
        raise InvalidParameterError(
            "file_names: entry {place} is not a name for a file; {how}", place=place, how=HOW_NAMES
        )
    return replace(file, name=cleaned, original_name=str(name))
