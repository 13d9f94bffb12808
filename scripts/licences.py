"""``python -m scripts.licences`` writes docs/licences.md: the plugin's dependencies and their licences."""

import re
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
OPENING = """# Licences of what the plugin runs on

The plugin itself is under the licence in `LICENSE`. It brings no code of others along: Dify installs the packages of
`requirements.txt`, and what those need in turn, from the package index. This is what each says of itself; the list is
written by `.venv/bin/python -m scripts.licences`, and a test compares it with what is installed.

| Package | Licence |
|---|---|
"""
SHORT = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
ROW = re.compile(r"\| `(?P<package>[a-z0-9-]+)` \| (?P<licence>[^|]+) \|")


def installed_licences() -> dict[str, str]:
    """Return the licence of every installed package that the plugin's requirements need, by package name."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    waiting = [line for line in lines if line.strip() and not line.startswith("#")]
    found: dict[str, str] = {}
    while waiting:
        requirement = Requirement(waiting.pop())
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        package = metadata.distribution(name)
        found[name] = _licence(package)
        waiting += [text for text in package.requires or [] if _applies(text, requirement.extras)]
    return dict(sorted(found.items()))


def documented_licences() -> dict[str, str]:
    """Return the licences in docs/licences.md, by package name."""
    return {match["package"]: match["licence"] for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))}


def _applies(text: str, extras: set[str]) -> bool:
    marker = Requirement(text).marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


def _licence(package: metadata.Distribution) -> str:
    metadata_of_package = package.metadata
    classifiers = [
        text.rpartition(" :: ")[2]
        for text in metadata_of_package.get_all("Classifier", [])
        if text.startswith("License ::")
    ]
    # Some packages put the whole licence text there; its first line is the name.
    first_line = (metadata_of_package.get("License") or "").strip().partition("\n")[0]
    names = [metadata_of_package.get("License-Expression"), *classifiers, first_line]
    name = next((name for name in names if name and name != "UNKNOWN"), "not stated")
    return SHORT.get(name, name)


def main() -> None:
    """Write the page."""
    rows = [f"| `{name}` | {licence} |\n" for name, licence in installed_licences().items()]
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(OPENING + "".join(rows), encoding="utf-8")
    sys.stdout.write(f"{len(rows)} packages in {PAGE.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
