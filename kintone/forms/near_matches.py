"""Suggestions for field codes that do not exist: the codes that were probably meant."""

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from kintone import limits
from kintone.messages import Joined, Message
from kintone.texts import printable

SIMILARITY_CUTOFF = 0.6
MAX_LISTED = 30
MAX_LISTED_CHARACTERS = 1_000
"""Names in one sentence; a label may belong to any number of fields, and a code has up to 128 characters."""


def folded(text: str) -> str:
    """Return a text in lower case and NFKC without blanks, so that texts that differ only in these are equal."""
    return "".join(unicodedata.normalize("NFKC", text[: 4 * limits.MAX_NAME_LENGTH]).casefold().split())


def nearest(wanted: str, names: Iterable[tuple[str, str]]) -> str | None:
    """Return the code nearest to ``wanted`` among ``(code, label)`` pairs, or None where none is similar.

    A code or label that differs only in case, width or blanks comes before one that is spelt similarly.
    """
    return next(iter(nearest_codes(wanted, names)), None)


def nearest_codes(wanted: str, names: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the nearest codes without repetition: one, or several where their fields share a label.

    Fields whose code matches come before those whose label matches. Empty where none is similar.
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
        close = get_close_matches(key, {**by_label, **by_code}, n=1, cutoff=SIMILARITY_CUTOFF)
        if not close:
            return ()
        key = close[0]
    return tuple(dict.fromkeys([*by_code.get(key, ()), *by_label.get(key, ())]))


def nearest_preferred(
    wanted: str, preferred: Sequence[tuple[str, str]], others: Sequence[tuple[str, str]]
) -> tuple[str, ...]:
    """Return the nearest codes as ``nearest_codes`` does, those among ``preferred`` alone where one of them is near.

    One of the ``others`` comes before a preferred one that is only spelt similarly, if it differs in case, width or
    blanks alone.
    """
    near = nearest_codes(wanted, [*preferred, *others])
    first = tuple(code for code in near if any(code == each for each, _ in preferred))
    if first or not near:
        return first
    key = folded(wanted)
    if any(code in near and key in {folded(code), folded(label)} for code, label in others):
        return near
    return nearest_codes(wanted, preferred) or near


def one_of(codes: Iterable[str]) -> Message:
    """Return the codes in quotes, joined by "or", for a sentence such as ``did you mean …?``; as many as ``listed``."""
    return listed([Message('"{code}"', code=printable(code)) for code in codes], " or ")


def listed(names: Sequence[Message], separator: str = ", ", max_count: int = MAX_LISTED) -> Message:
    """Return the first names, at most ``max_count`` of them and about 1,000 characters, and how many more there are."""
    shown: list[Message] = []
    room = MAX_LISTED_CHARACTERS
    for name in names[:max_count]:
        room -= len(str(name)) + len(separator)
        if room < 0 and shown:
            break
        shown.append(name)
    left = len(names) - len(shown)
    text = Joined(shown, separator)
    return Message("{names} and {count} more", names=text, count=left) if left else text
