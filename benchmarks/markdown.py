"""Tables and numbers in Markdown."""

from collections.abc import Sequence

NO_VALUE = "-"
_TEN = 10.0
_HUNDRED = 100.0


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; the first column is text, the others are numbers."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def number(value: float | None, unit: str = "") -> str:
    """Return a number with about three significant digits."""
    if value is None:
        return NO_VALUE
    digits = 2 if value < _TEN else 1 if value < _HUNDRED else 0
    return f"{value:,.{digits}f}{unit}"


def megabytes(size: int | None) -> str:
    """Return a size in megabytes (10^6 bytes)."""
    return NO_VALUE if size is None else number(size / 1e6)
