"""Reading of the package's YAML files."""

from typing import Any

import yaml

from scripts.difypkg.selection import Files

MANIFEST = "manifest.yaml"


class DocumentError(Exception):
    """A YAML file cannot be read; the message begins with its path."""


def read_yaml(files: Files, path: str) -> dict[str, Any]:
    """Return the content of a YAML file.

    Raises:
        DocumentError: The file is missing, is not valid YAML or is not a mapping.
    """
    if path not in files:
        raise DocumentError(f"{path}: is missing from the package")
    try:
        content = yaml.safe_load(files[path])
    except yaml.YAMLError as error:
        raise DocumentError(f"{path}: is not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise DocumentError(f"{path}: is not a mapping")
    return content


def value_at(content: dict[str, Any], path: str) -> Any:  # noqa: ANN401 - any YAML value
    """Return the value at a path such as `meta.runner.language`; None if there is none."""
    value: Any = content
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value
