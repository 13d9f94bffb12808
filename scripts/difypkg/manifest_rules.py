"""The rules of Dify's daemon and marketplace for manifest.yaml."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from typing import Any

from scripts.difypkg.documents import MANIFEST, DocumentError, read_yaml, value_at
from scripts.difypkg.selection import Files

REQUIRED = (
    *("author", "name", "version", "type", "icon", "privacy", "repo", "contact", "created_at", "resource.memory"),
    *("label.en_US", "description.en_US", "plugins.tools", "meta.version", "meta.arch", "meta.minimum_dify_version"),
    *("meta.runner.language", "meta.runner.version", "meta.runner.entrypoint"),
)
SOURCE_HOSTS = ("github.com", "gitlab.com", "bitbucket.org", "gitee.com", "codeberg.org", "git.sr.ht")
SOURCE_URL = re.compile(rf"https?://(?:www\.)?(?:{'|'.join(map(re.escape, SOURCE_HOSTS))})/[^\s)>\"]+", re.IGNORECASE)
PATTERNS = {
    "version": (re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}(-\w{1,16})?"), "three numbers such as 1.0.2"),
    "author": (re.compile(r"[a-z0-9_-]{1,64}"), "at most 64 of a-z 0-9 _ -"),
    "name": (re.compile(r"[a-z0-9_-]{1,128}"), "at most 128 of a-z 0-9 _ -"),
    "type": (re.compile("plugin"), "the word plugin"),
    "repo": (SOURCE_URL, f"a URL at {', '.join(SOURCE_HOSTS)}"),
    "contact": (re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"), "an e-mail address"),
    "icon": (re.compile(r".{1,128}"), "at most 128 characters"),
    "meta.runner.language": (re.compile("python"), "the word python"),
}
LANGUAGES = frozenset({"en_US", "ja_JP", "zh_Hans", "pt_BR"})
TAGS = frozenset(
    [
        "search",
        "image",
        "videos",
        "weather",
        "finance",
        "design",
        "travel",
        "social",
        "news",
        "medical",
        "productivity",
        "education",
        "business",
        "entertainment",
        "utilities",
        "agent",
        "rag",
        "other",
        "trigger",
    ]
)
ARCHITECTURES = frozenset({"amd64", "arm64"})
MAX_TEXT_LENGTH = 1023


def check_manifest(files: Files) -> Iterator[str]:
    """Yield one line for each rule that manifest.yaml breaks."""
    try:
        manifest = read_yaml(files, MANIFEST)
    except DocumentError as error:
        yield str(error)
        return
    for line in (
        *_fields(manifest),
        *_texts(manifest),
        *_choices(manifest),
        *_names(manifest),
        *_files(files, manifest),
    ):
        yield f"{MANIFEST}: {line}"


def _fields(manifest: dict[str, Any]) -> Iterator[str]:
    for path in REQUIRED:
        if value_at(manifest, path) in (None, "", [], {}):
            yield f"{path} is missing"
    for path, (pattern, wanted) in PATTERNS.items():
        value = value_at(manifest, path)
        if value is not None and not pattern.fullmatch(str(value)):
            yield f"{path} must be {wanted}, not {value!r}"
    memory = value_at(manifest, "resource.memory")
    if memory is not None and (not isinstance(memory, int) or memory <= 0):
        yield "resource.memory must be a number of bytes"
    if not _is_timestamp(manifest.get("created_at")):
        yield "created_at must be a time with its zone, such as 2026-01-31T00:00:00Z"


def _is_timestamp(value: object) -> bool:
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return False
    return value is None or (isinstance(value, dt.datetime) and value.tzinfo is not None)


def _texts(manifest: dict[str, Any]) -> Iterator[str]:
    for path in ("label", "description"):
        texts = manifest.get(path)
        for language, text in texts.items() if isinstance(texts, dict) else ():
            if language not in LANGUAGES:
                yield f"{path}.{language} is not in a language of Dify ({', '.join(sorted(LANGUAGES))})"
            if len(str(text)) > MAX_TEXT_LENGTH:
                yield f"{path}.{language} is longer than {MAX_TEXT_LENGTH} characters"


def _choices(manifest: dict[str, Any]) -> Iterator[str]:
    for path, known in (("tags", TAGS), ("meta.arch", ARCHITECTURES)):
        for value in value_at(manifest, path) or []:
            if value not in known:
                yield f"{path} contains {value!r}; Dify accepts {', '.join(sorted(known))}"
    tools = value_at(manifest, "plugins.tools") or []
    if len(tools) > 1:
        yield "plugins.tools names more than one provider; Dify keeps only the last"


def _names(manifest: dict[str, Any]) -> Iterator[str]:
    author = str(manifest.get("author"))
    for word in ("langgenius", "dify"):
        if word in author:
            yield f"author must not contain {word}"
    try:
        uuid.UUID(author)
    except ValueError:
        return
    yield "author must not be a UUID"


def _files(files: Files, manifest: dict[str, Any]) -> Iterator[str]:
    for path in ("icon", "icon_dark"):
        icon = manifest.get(path)
        if icon and f"_assets/{icon}" not in files:
            yield f"{path} names {icon}, which is not in _assets"
    for provider in value_at(manifest, "plugins.tools") or []:
        if provider not in files:
            yield f"plugins.tools names {provider}, which is not in the package"
    privacy = str(manifest.get("privacy") or "")
    if privacy and not privacy.startswith(("http://", "https://")) and privacy.removeprefix("./") not in files:
        yield f"privacy names {privacy}, which is not in the package"
    entrypoint = value_at(manifest, "meta.runner.entrypoint")
    if entrypoint and f"{entrypoint}.py" not in files:
        yield f"meta.runner.entrypoint names {entrypoint}, but there is no {entrypoint}.py"
