"""The plugin's declarations as Dify reads them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("en_US", "ja_JP", "zh_Hans", "pt_BR")
TRANSLATED_KEYS = frozenset({"label", "human", "human_description", "help", "placeholder"})


def load(path: str) -> dict[str, Any]:
    """Read a YAML file of the plugin."""
    data = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    assert isinstance(data, dict), path
    return data


def manifest() -> dict[str, Any]:
    """Read the manifest."""
    return load("manifest.yaml")


def provider() -> dict[str, Any]:
    """Read the provider's declaration."""
    return load("provider/kintone.yaml")


def tool(name: str) -> dict[str, Any]:
    """Read a tool's declaration."""
    return load(f"tools/{name}.yaml")


def declared_files() -> list[str]:
    """Return the paths of all declarations."""
    return ["manifest.yaml", "provider/kintone.yaml", *provider()["tools"]]


def translations(data: object, where: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield every translated text and its place."""
    if isinstance(data, list):
        for place, item in enumerate(data):
            yield from translations(item, f"{where}[{place}]")
    if not isinstance(data, dict):
        return
    for key, value in data.items():
        if key == "output_schema":
            continue
        here = f"{where}.{key}"
        if key in TRANSLATED_KEYS or (key == "description" and "llm" not in value):
            yield here, value
        else:
            yield from translations(value, here)
