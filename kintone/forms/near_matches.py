"""What somebody probably meant by a name that does not exist."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

LONGEST_NAME = 128
"""Characters of a field code or an option name; kintone's own ceiling, https://kintone.dev/en/docs/kintone/."""
ALIKE = 0.6


def folded(text: str) -> str:
    """Return a text with letter case, width and blanks levelled, Japanese included."""
    return "".join(unicodedata.normalize("NFKC", text[: 4 * LONGEST_NAME]).casefold().split())


def nearest(wanted: str, names: Iterable[tuple[str, str]]) -> str | None:
    """Return the code nearest to ``wanted`` among ``(code, label)`` pairs, or None where nothing is near.

    A code or label that differs only in case, width or blanks wins over one that is merely spelt alike.
    """
    if len(wanted) > 2 * LONGEST_NAME:
        return None
    key = folded(wanted)
    by_code: dict[str, str] = {}
    by_label: dict[str, str] = {}
    for code, label in names:
        by_code.setdefault(folded(code), code)
        by_label.setdefault(folded(label), code)
    known = {**by_label, **by_code}
    if not key or key in known:
        return known.get(key) if key else None
    close = get_close_matches(key, known, n=1, cutoff=ALIKE)
    return known[close[0]] if close else None
