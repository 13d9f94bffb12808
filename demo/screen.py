"""What the demo prints."""

import textwrap
from typing import Any

WIDTH = 110
LONGEST = 1_400


def heading(text: str) -> None:
    """Print the heading of a step."""
    print(f"\n── {text} " + "─" * max(0, WIDTH - len(text) - 4))


def asked(tool: str, parameters: dict[str, Any]) -> None:
    """Print what a workflow would fill in."""
    print(f"   {tool}")
    for name, value in parameters.items():
        print(textwrap.indent(_cut(f"{name}: {value}"), "      "))


def answered(text: str) -> None:
    """Print what comes back."""
    print(textwrap.indent(_cut(text.rstrip()), "   │ "))


def failed(reader: str, words: str) -> None:
    """Print what one who looks at a failure reads of it."""
    print(textwrap.fill(f"✗ {reader}: {_cut(words)}", WIDTH, initial_indent="   ", subsequent_indent="     "))


def proved(text: str) -> None:
    """Print what the demo itself checked."""
    print(f"   ✓ {text}")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
