"""A plugin's YAML declarations, from the files that Dify reads when the plugin is installed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a tool.

    Attributes:
        name: The name.
        type: `string`, `number`, `boolean`, `select`, `secret-input`, `file`, `files`, `array`, `object`, `any`, ….
        form: `llm`: a model may set it; `form`: the author of the app sets it.
        default: The default in the YAML; None if there is none.
        options: The values of a select.
    """

    name: str
    type: str
    form: str
    default: object = None
    options: tuple[str, ...] = ()


def provider_of(folder: Path) -> str:
    """Return the name of the tool provider in a plugin's folder.

    Raises:
        OSError: The manifest or the provider's file does not exist.
        KeyError, IndexError: The manifest has no tool provider, or the provider has no name.
    """
    return str(_provider(folder)["identity"]["name"])


def plugin_of(folder: Path) -> str:
    """Return the plugin's name in Dify's messages, `author/plugin/provider`; errors as for `provider_of`."""
    manifest = _read(folder / "manifest.yaml")
    return f"{manifest.get('author')}/{manifest.get('name')}/{provider_of(folder)}"


def tools_of(folder: Path) -> list[str]:
    """Return the names of the provider's tools; errors as for `provider_of`."""
    return [_name(tool) for tool in _tools(folder)]


def parameters_of(folder: Path, tool: str) -> tuple[Parameter, ...]:
    """Return a tool's declared parameters, none for an unknown tool; errors as for `provider_of`."""
    declared = next((found for found in _tools(folder) if _name(found) == tool), {})
    return tuple(_parameter(parameter) for parameter in declared.get("parameters") or ())


def _parameter(declared: dict[str, Any]) -> Parameter:
    options = tuple(str(option["value"]) for option in declared.get("options") or ())
    return Parameter(declared["name"], declared["type"], declared["form"], declared.get("default"), options)


def _provider(folder: Path) -> dict[str, Any]:
    manifest = _read(folder / "manifest.yaml")
    return _read(folder / manifest["plugins"]["tools"][0])


def _tools(folder: Path) -> list[dict[str, Any]]:
    return [_read(folder / path) for path in _provider(folder)["tools"]]


def _name(tool: dict[str, Any]) -> str:
    return str(tool["identity"]["name"])


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - a safe loader, in C
    return content
