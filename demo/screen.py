"""The output of the demo."""

import textwrap
from typing import Any

WIDTH = 110
MAX_LENGTH = 1_400


def heading(text: str) -> None:
    """Print the heading of a step."""
    print(f"\n── {text} " + "─" * max(0, WIDTH - len(text) - 4))


def print_call(tool: str, parameters: dict[str, Any]) -> None:
    """Print a tool and its parameters."""
    print(f"   {tool}")
    for name, value in parameters.items():
        print(textwrap.indent(_cut(f"{name}: {value}"), "      "))


def print_result(text: str) -> None:
    """Print the text of a result."""
    print(textwrap.indent(_cut(text.rstrip()), "   │ "))


def print_failure(reader: str, words: str) -> None:
    """Print the text of a failure for one kind of reader."""
    print(textwrap.fill(f"✗ {reader}: {_cut(words)}", WIDTH, initial_indent="   ", subsequent_indent="     "))


def print_check(text: str) -> None:
    """Print a check that passed."""
    print(f"   ✓ {text}")


def _cut(text: str) -> str:
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]}…"
