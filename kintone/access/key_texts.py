"""Finding pieces of a text of thousands of characters, such as a certificate with its key, in other texts.

A ``Redactor`` searches each part of a secret one by one, which takes too long for so many. Here a text is looked up
piece by piece in a table of all pieces of the secret.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

PIECE: Final = 8
"""Bytes of the shortest piece that is found, as in ``kintone.access.redaction``."""
PIECE_IN_DATA: Final = 24
"""Bytes of the shortest piece that is found in data. Shorter ones stand in every certificate, such as the numbers of
algorithms, and records may hold certificates of their own."""
CHARACTERS: Final = b"abcdefghijklmnopqrstuvwxyz0123456789+/=_-"
RUN: Final = re.compile(rb"[a-z0-9+/=_-]+")
ONLY_RUNS: Final = bytes(byte if byte in CHARACTERS else ord(" ") for byte in range(256))
"""Translates all other bytes into blanks."""

type Span = tuple[int, int]


class KeyTexts:
    """The pieces of long secrets in base64, in lower case; ``repr`` does not show them."""

    __slots__ = ("_pieces",)

    def __init__(self, texts: Iterable[str]) -> None:
        """Take secrets without white space."""
        lowered = [text.lower().encode("utf-8", "surrogatepass") for text in texts]
        self._pieces = frozenset(
            text[start : start + PIECE] for text in lowered for start in range(len(text) - PIECE + 1)
        )

    def spans(self, text: bytes, least: int) -> Iterator[Span]:
        """Yield the spans of at least ``least`` bytes that hold nothing but pieces of a secret."""
        # Any span of ``least`` bytes holds a whole piece that begins at a multiple of this step.
        step = max(1, least - PIECE + 1)
        runs = {run for run in text.translate(ONLY_RUNS).split() if len(run) >= least} if self._pieces else ()
        found = {run for run in runs if self._occurs_in(run, step)}
        for run in RUN.finditer(text) if found else ():
            if run[0] in found:
                yield from self._spans_in(run[0], run.start(), least)

    def _occurs_in(self, run: bytes, step: int) -> bool:
        return any(run[start : start + PIECE] in self._pieces for start in range(0, len(run) - PIECE + 1, step))

    def _spans_in(self, run: bytes, offset: int, least: int) -> Iterator[Span]:
        begin, end = 0, -1
        for start in range(len(run) - PIECE + 1):
            if run[start : start + PIECE] not in self._pieces:
                continue
            if start > end:
                if end - begin >= least:
                    yield offset + begin, offset + end
                begin = start
            end = start + PIECE
        if end - begin >= least:
            yield offset + begin, offset + end

    def __repr__(self) -> str:
        """Show nothing."""
        return "KeyTexts(***)"
