"""The rules of Dify's packaging and SDK for the YAML of providers and tools."""

import re
from collections.abc import Iterator
from typing import Any

from scripts.difypkg.documents import MANIFEST, DocumentError, read_yaml, value_at
from scripts.difypkg.selection import Files

TOOL_NAME = re.compile(r"[A-Za-z0-9_-]+")
FORMS = frozenset({"llm", "form", "schema"})
PARAMETER_TYPES = frozenset(
    [
        "string",
        "number",
        "boolean",
        "select",
        "secret-input",
        "file",
        "files",
        "array",
        "object",
        "any",
        "checkbox",
        "dynamic-select",
        "app-selector",
        "model-selector",
    ]
)
CREDENTIAL_TYPES = frozenset(
    ["secret-input", "text-input", "select", "boolean", "app-selector", "model-selector", "array[tools]"]
)


def check_providers(files: Files) -> Iterator[str]:
    """Yield one line for each rule that a provider or one of its tools breaks."""
    try:
        paths = value_at(read_yaml(files, MANIFEST), "plugins.tools") or []
    except DocumentError:
        return
    for path in paths:
        if path in files:
            yield from _check_provider(files, path)


def _check_provider(files: Files, path: str) -> Iterator[str]:
    try:
        provider = read_yaml(files, path)
    except DocumentError as error:
        yield str(error)
        return
    icon = value_at(provider, "identity.icon")
    if f"_assets/{icon}" not in files:
        yield f"{path}: identity.icon names {icon}, which is not in _assets"
    yield from _check_source(files, path, provider)
    credentials = provider.get("credentials_for_provider") or {}
    if not isinstance(credentials, dict):
        yield f"{path}: credentials_for_provider must be a mapping; the SDK does not accept a list"
        credentials = {}
    for name, credential in credentials.items():
        if credential.get("type") not in CREDENTIAL_TYPES:
            yield f"{path}: credential {name} has the unknown type {credential.get('type')}"
    for tool in provider.get("tools") or []:
        yield from _check_tool(files, tool)


def _check_tool(files: Files, path: str) -> Iterator[str]:
    try:
        tool = read_yaml(files, path)
    except DocumentError as error:
        yield str(error)
        return
    if not TOOL_NAME.fullmatch(str(value_at(tool, "identity.name"))):
        yield f"{path}: identity.name may contain only letters, digits, _ and -"
    for required in ("identity.label", "description.human", "description.llm"):
        if not value_at(tool, required):
            yield f"{path}: {required} is missing"
    yield from _check_source(files, path, tool)
    for parameter in tool.get("parameters") or []:
        yield from (f"{path}: parameter {parameter.get('name')} {line}" for line in _check_parameter(parameter))


def _check_parameter(parameter: dict[str, Any]) -> Iterator[str]:
    for required in ("label", "human_description"):
        if not parameter.get(required):
            yield f"has no {required}"
    parameter_type, form = parameter.get("type"), parameter.get("form")
    if parameter_type not in PARAMETER_TYPES:
        yield f"has the unknown type {parameter_type}"
    if form not in FORMS:
        yield f"has the unknown form {form}"
    if (parameter_type, form) == ("secret-input", "llm"):
        yield "is a secret that a model would set: use form: form"


def _check_source(files: Files, path: str, content: dict[str, Any]) -> Iterator[str]:
    source = value_at(content, "extra.python.source")
    if source not in files:
        yield f"{path}: extra.python.source names {source}, which is not in the package"
