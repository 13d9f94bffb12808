"""What somebody probably meant by a name that does not exist."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from kintone import limits
from kintone.messages import Joined, Message
from kintone.texts import printable

ALIKE = 0.6


def folded(text: str) -> str:
    """Return a text with letter case, width and blanks levelled, Japanese included."""
    return "".join(unicodedata.normalize("NFKC", text[: 4 * limits.MAX_NAME_LENGTH]).casefold().split())


def nearest(wanted: str, names: Iterable[tuple[str, str]]) -> str | None:
    """Return the code nearest to ``wanted`` among ``(code, label)`` pairs, or None where nothing is near.

    A code or label that differs only in case, width or blanks wins over one that is merely spelt alike.
    """
    return next(iter(nearest_codes(wanted, names)), None)


def nearest_codes(wanted: str, names: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return all codes that are equally near to ``wanted``: those of fields that share a label, each once.

    Codes that match come before those whose label does; none where nothing is near.
    """
    if len(wanted) > 2 * limits.MAX_NAME_LENGTH:
        return ()
    by_code: dict[str, list[str]] = {}
    by_label: dict[str, list[str]] = {}
    for code, label in names:
        by_code.setdefault(folded(code), []).append(code)
        by_label.setdefault(folded(label), []).append(code)
    key = folded(wanted)
    if not key:
        return ()
    if key not in by_code and key not in by_label:
        close = get_close_matches(key, {**by_label, **by_code}, n=1, cutoff=ALIKE)
        if not close:
            return ()
        key = close[0]
    return tuple(dict.fromkeys([*by_code.get(key, ()), *by_label.get(key, ())]))


def either(codes: Iterable[str]) -> Message:
    """Return the codes in quotes, joined by "or": what ``did you mean …`` names."""
    return Joined([Message('"{code}"', code=printable(code)) for code in codes], " or ")
