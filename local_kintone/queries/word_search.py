"""What `like` finds: whole Latin words, pairs of Japanese characters; no substrings, no wildcards."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_WORDS = 10
# `#` and `+` are not among the signs that kintone's help lists as ignored: "C#" and "C++" are words of their own.
_WORD = r"a-z0-9_#+\u00c0-\u024f"
_RUNS = re.compile(rf"[{_WORD}]+|[^\W{_WORD}]+")
_LATIN = re.compile(rf"[{_WORD}]")


@lru_cache(maxsize=1000)
def search_words(keyword: str) -> tuple[str, ...]:
    """Split a keyword into the pieces that must all be found: Latin words, two Japanese characters each.

    Most signs are ignored, letter case and width are folded, and no more than ten words count. A single Japanese
    character finds only what stands alone; a keyword of ignored signs alone finds nothing.
    """
    pieces: list[str] = []
    for run in _runs(keyword)[:MAX_WORDS]:
        if _LATIN.match(run):
            pieces.append(run)
        else:
            pieces += [run[start : start + 2] for start in range(max(1, len(run) - 1))]
    return tuple(pieces)


def matches(text: str, keyword: str) -> bool:
    """Tell whether a text holds every piece of a keyword."""
    pieces = search_words(keyword)
    return bool(pieces) and _index(text).issuperset(pieces)


def _runs(text: str) -> list[str]:
    return _RUNS.findall(unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=4000)
def _index(text: str) -> frozenset[str]:
    found = set()
    for run in _runs(text):
        if _LATIN.match(run):
            found.add(run)
        else:
            found.update(run[start : start + 2] for start in range(max(1, len(run) - 1)))
    return frozenset(found)
