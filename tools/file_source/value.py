"""Reading the value of ``upload_file``: whatever Dify, an agent or a template may have put there."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dify_plugin.file.file import File

from kintone.errors import InvalidParameterError
from kintone.files.mime_types import clean_type
from kintone.files.names import clean_name, made_name
from kintone.messages import Message
from tools.file_source.source import HandedFile

HOW = Message(
    "bind it to a file variable of the workflow (type File or Array[File]); an agent cannot pass files, so there put "
    "the upload into a workflow and publish that as a tool"
)


def read_files(value: object, now: datetime | None = None) -> list[HandedFile]:
    """Return the files of ``upload_file``; raises ``InvalidParameterError`` for everything that is no file."""
    entries = value if isinstance(value, list | tuple) else [value]
    if entries and all(_is_nothing(entry) for entry in entries):
        raise InvalidParameterError("upload_file is missing; {how}", how=HOW)
    if not entries:
        raise InvalidParameterError("upload_file is an empty list: the step before gave no file; {how}", how=HOW)
    moment = now or datetime.now(UTC)
    return [_file(entry, place, len(entries), moment) for place, entry in enumerate(entries, start=1)]


def _is_nothing(entry: object) -> bool:
    """Tell a file list that was not given: Dify makes a list of one null, or of one empty text, of it."""
    return entry is None or (isinstance(entry, str) and not entry.strip())


def _file(entry: object, place: int, count: int, moment: datetime) -> HandedFile:
    which = Message("upload_file") if count == 1 else Message("upload_file: entry {place}", place=place)
    if isinstance(entry, str):
        raise InvalidParameterError("{which} holds text, and text is not a file; {how}", which=which, how=HOW)
    told = entry.model_dump() if isinstance(entry, File) else entry
    url = (told.get("url") or told.get("remote_url")) if isinstance(told, Mapping) else None
    if not isinstance(told, Mapping) or not isinstance(url, str) or not url.strip():
        raise InvalidParameterError(
            "{which} holds no file (it has no address to read it from); {how}", which=which, how=HOW
        )
    told_name = _text(told.get("filename")) or _text(told.get("name"))
    name = clean_name(told_name)
    mime_type = clean_type(_text(told.get("mime_type")), name or f"x{_text(told.get('extension'))}")
    if not name:
        name = made_name(mime_type, moment, _text(told.get("extension")))
    return HandedFile(url.strip(), name, mime_type, _size(told), told_name)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _size(told: Mapping[str, Any]) -> int | None:
    """Return the size that Dify tells; it writes 0 or -1 where it does not know."""
    size = told.get("size")
    return size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else None
