"""A small valid package, and copies of it with one invalid value."""

from typing import Any

import yaml

MANIFEST: dict[str, Any] = {
    "version": "1.2.3",
    "type": "plugin",
    "author": "somebody",
    "name": "sample",
    "repo": "https://github.com/somebody/sample",
    "contact": "somebody@mail.example",
    "privacy": "PRIVACY.md",
    "created_at": "2026-01-31T00:00:00Z",
    "label": {"en_US": "Sample"},
    "description": {"en_US": "A sample"},
    "icon": "icon.svg",
    "tags": ["utilities"],
    "resource": {"memory": 1048576},
    "plugins": {"tools": ["provider/sample.yaml"]},
    "meta": {
        "version": "0.0.2",
        "arch": ["amd64"],
        "runner": {"language": "python", "version": "3.12", "entrypoint": "main"},
        "minimum_dify_version": "1.14.2",
    },
}
PROVIDER: dict[str, Any] = {
    "identity": {"name": "sample", "icon": "icon.svg"},
    "credentials_for_provider": {"key": {"type": "secret-input"}},
    "tools": ["tools/sample.yaml"],
    "extra": {"python": {"source": "provider/sample.py"}},
}
TOOL: dict[str, Any] = {
    "identity": {"name": "sample", "label": {"en_US": "Sample"}},
    "description": {"human": {"en_US": "Sample"}, "llm": "Sample"},
    "parameters": [
        {
            "name": "size",
            "type": "number",
            "form": "form",
            "label": {"en_US": "Size"},
            "human_description": {"en_US": "Size"},
        }
    ],
    "extra": {"python": {"source": "tools/sample.py"}},
}
README = "# Sample\nSource: https://github.com/somebody/sample\n\n```\n漢字\n```\n"


def valid_package() -> dict[str, bytes]:
    """Return the files of a package that Dify and its marketplace accept."""
    return {
        "manifest.yaml": yaml.safe_dump(MANIFEST).encode(),
        "provider/sample.yaml": yaml.safe_dump(PROVIDER).encode(),
        "provider/sample.py": b"",
        "tools/sample.yaml": yaml.safe_dump(TOOL).encode(),
        "tools/sample.py": b"import requests\nrequests.get('', timeout=1)\n",
        "main.py": b"",
        "requirements.txt": b"# the SDK\ndify_plugin>=0.9.0,<0.11\nrequests~=2.32  # HTTP\n",
        "README.md": README.encode(),
        "readme/README_ja_JP.md": "# 見本\n".encode(),
        "PRIVACY.md": b"Nothing is kept.\n",
        "LICENSE": b"MIT\n",
        "_assets/icon.svg": b"<svg/>",
    }


def with_change(path: str, value: object) -> dict[str, bytes]:
    """Return the valid package with one value changed.

    Args:
        path: The file, then the keys: `manifest.yaml:meta.runner.language`.
        value: The new value; None removes the key.
    """
    files = valid_package()
    name, _, keys = path.partition(":")
    content = yaml.safe_load(files[name])
    *parents, last = keys.split(".")
    place = content
    for key in parents:
        place = place[int(key) if isinstance(place, list) else key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    files[name] = yaml.safe_dump(content).encode()
    return files
