"""``make declarations`` writes the parameters that all networked tools share into each tool's YAML."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT / "scripts" / "shared_parameters.yaml"
TOOLS = ROOT / "tools"
PARAMETER = re.compile(r"^  - name: (?P<name>\w+)\n(?:(?:    .*)?\n)*", re.MULTILINE)
"""One parameter: its name and all lines with a deeper indentation, up to the next blank line."""


def shared_parameters(text: str, tool: str) -> Mapping[str, str]:
    """Return the shared parameters of a tool, by name; an offline tool has none."""
    if tool in yaml.safe_load(text)["offline_tools"]:
        return {}
    every_tool, _, file_tools = text.partition("\nfile_tools:\n")
    parts = [every_tool + "\n", *([file_tools] if tool.endswith("_file") else [])]
    return {found["name"]: found[0].rstrip("\n") for part in parts for found in PARAMETER.finditer(part)}


def with_shared_parameters(declaration: str, shared: Mapping[str, str]) -> str:
    """Return a tool's YAML with the shared parameters, in their order, after its own; unchanged if there are none."""
    if not shared:
        return declaration
    head, rest = re.split(r"(?m)^parameters:\n", declaration)
    end = re.search(r"(?m)^\w", rest)
    if end is None:
        raise ValueError("nothing follows the parameters")
    own = [found[0].rstrip("\n") for found in PARAMETER.finditer(rest[: end.start()]) if found["name"] not in shared]
    return f"{head}parameters:\n{'\n\n'.join([*own, *shared.values()])}\n\n{rest[end.start() :]}"


def main() -> None:
    """Write the shared parameters into every tool's YAML."""
    text = SHARED.read_text(encoding="utf-8")
    for path in sorted(TOOLS.glob("*.yaml")):
        before = path.read_text(encoding="utf-8")
        after = with_shared_parameters(before, shared_parameters(text, path.stem))
        if after != before:
            path.write_text(after, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
