"""Reads the files of parameters, and ``file_names``, in every form that Dify, agents and templates give them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from dify_plugin.file.file import File

from kintone.errors import InvalidParameterError
from kintone.file_names import clean_name, distinct_name, generated_name
from kintone.messages import Message, verbatim
from kintone.mime_types import clean_type
from tools.dify_files.source import DifyFile
from tools.structured_text import read_structure, unwrap

# upload_file

FILES_ADVICE = Message(
    "bind it to a file variable of the workflow (type File or Array[File]); an agent cannot pass files, so there put "
    "the upload into a workflow and publish that as a tool"
)


def read_files(value: object, now: datetime | None = None) -> list[DifyFile]:
    """Return the files of ``upload_file``; raises ``InvalidParameterError`` for a value that is not a file."""
    entries = value if isinstance(value, list | tuple) else [value]
    if entries and all(_is_no_file(entry) for entry in entries):
        raise InvalidParameterError("upload_file is missing; {advice}", advice=FILES_ADVICE)
    if not entries:
        raise InvalidParameterError(
            "upload_file is an empty list: the step before gave no file; {advice}", advice=FILES_ADVICE
        )
    now_utc = now or datetime.now(UTC)
    names = [Message("upload_file")]
    if len(entries) > 1:
        names = [Message("upload_file: entry {number}", number=number) for number in range(1, len(entries) + 1)]
    return [_file(entry, name, now_utc, FILES_ADVICE) for entry, name in zip(entries, names, strict=True)]


def read_one_file(parameter: str, value: object, advice: Message) -> DifyFile | None:
    """Return the file of a parameter, None where there is none; raises ``InvalidParameterError``.

    ``advice`` says where a file comes from.
    """
    entries = value if isinstance(value, list | tuple) else [value]
    if all(map(_is_no_file, entries)):
        return None
    if len(entries) > 1:
        raise InvalidParameterError(
            "{parameter} holds {count} files, and one is read at a time; {advice}",
            parameter=parameter,
            count=len(entries),
            advice=advice,
        )
    return _file(entries[0], verbatim(parameter), datetime.now(UTC), advice)


def _is_no_file(entry: object) -> bool:
    """Tell whether an entry stands for no file: Dify turns an omitted list into one null or one empty text."""
    return entry is None or (isinstance(entry, str) and not entry.strip())


def _file(entry: object, which: Message, now_utc: datetime, advice: Message) -> DifyFile:
    if isinstance(entry, str):
        raise InvalidParameterError("{which} holds text, and text is not a file; {advice}", which=which, advice=advice)
    content = entry.model_dump() if isinstance(entry, File) else entry
    url = (content.get("url") or content.get("remote_url")) if isinstance(content, Mapping) else None
    if not isinstance(content, Mapping) or not isinstance(url, str) or not url.strip():
        raise InvalidParameterError(
            "{which} holds no file (it has no address to read it from); {advice}", which=which, advice=advice
        )
    given_name = _text(content.get("filename")) or _text(content.get("name"))
    name = clean_name(given_name)
    mime_type = clean_type(_text(content.get("mime_type")), name or f"x{_text(content.get('extension'))}")
    if not name:
        name = generated_name(mime_type, now_utc, _text(content.get("extension")))
    return DifyFile(url.strip(), name, mime_type, _size(content), given_name)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _size(content: Mapping[str, Any]) -> int | None:
    """Return the size that Dify states; 0 and -1 mean that Dify does not know it."""
    size = content.get("size")
    return size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else None


# file_names

NAMES_ADVICE = Message('write a JSON list such as ["a.pdf", "b.pdf"], or one name for one file')
MAX_NAMES_TEXT = 100_000
BRACKETS = (("[", "]"), ("{", "}"))


def read_names(value: object, files: Sequence[DifyFile]) -> list[DifyFile]:
    """Return the files with the names given, in order, made distinct; a blank name keeps the file's own."""
    names = ([] if value is None else _names(value, len(files))) or [None] * len(files)
    if len(names) != len(files):
        raise InvalidParameterError(
            "file_names holds {names} names for {files} files; {advice}",
            names=len(names),
            files=len(files),
            advice=NAMES_ADVICE,
        )
    used_names: set[str] = set()
    named = [
        _renamed(file, name, number) for number, (file, name) in enumerate(zip(files, names, strict=True), start=1)
    ]
    return [replace(file, name=distinct_name(file.name, used_names)) for file in named]


def _names(value: object, file_count: int) -> Sequence[object]:
    decoded = _decoded(value, file_count) if isinstance(value, str) else value
    names = unwrap(decoded, "file_names") if isinstance(decoded, dict) else decoded
    if not isinstance(names, list | tuple):
        raise InvalidParameterError("file_names must be a list of names; {advice}", advice=NAMES_ADVICE)
    return names


def _decoded(text: str, file_count: int) -> object:
    """Return decoded JSON; other text is one name, or names separated by line breaks or commas."""
    bare = text.strip()
    if len(bare) > MAX_NAMES_TEXT:
        raise InvalidParameterError(
            "file_names has more than {longest:,} characters; {advice}", longest=MAX_NAMES_TEXT, advice=NAMES_ADVICE
        )
    if bare.startswith("```") or (bare[0], bare[-1]) in BRACKETS:
        return read_structure("file_names", bare)
    if file_count == 1:
        is_quoted = len(bare) > 1 and bare[0] == bare[-1] == '"'
        return [bare[1:-1] if is_quoted else bare]
    # Other line separators may be part of a name.
    return re.split("\r?\n", bare) if "\n" in bare else bare.split(",")


def _renamed(file: DifyFile, name: object, number: int) -> DifyFile:
    if name is None or (isinstance(name, str) and not name.strip()):
        return file
    cleaned = clean_name(name) if isinstance(name, str) else ""
    if not cleaned:
        raise InvalidParameterError(
            "file_names: entry {number} is not a name for a file; {advice}", number=number, advice=NAMES_ADVICE
        )
    return replace(file, name=cleaned, original_name=str(name))
