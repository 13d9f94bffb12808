"""YAML files of the package, read."""

from typing import Any

import yaml

from scripts.difypkg.selection import Files

MANIFEST = "manifest.yaml"


class DocumentError(Exception):
    """A YAML file that cannot be read; the sentence begins with its path."""


def read_yaml(files: Files, path: str) -> dict[str, Any]:
    """Return what a YAML file holds.

    Raises:
        DocumentError: It is missing, no YAML, or no mapping.
    """
    if path not in files:
        raise DocumentError(f"{path}: is missing from the package")
    try:
        content = yaml.safe_load(files[path])
    except yaml.YAMLError as error:
        raise DocumentError(f"{path}: is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise DocumentError(f"{path}: holds no mapping")
    return content


def value_at(content: dict[str, Any], path: str) -> Any:  # noqa: ANN401 - YAML holds anything
    """Return the value at a path such as `meta.runner.language`, None where there is none."""
    value: Any = content
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value
