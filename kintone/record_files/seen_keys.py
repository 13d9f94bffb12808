"""Which keys a file has held so far, in 10 to 12 bytes a key: its hash, and the line on which it stood first."""

from array import array
from bisect import bisect_left
from collections.abc import Hashable
from dataclasses import replace
from typing import Final

from kintone.field_types import RECORD_ID
from kintone.messages import Message
from kintone.problems import Problem, ProblemCode
from kintone.record_files.file_records import FileRecord
from kintone.record_files.mistakes import FileProblem, a_problem

HASH_BITS: Final = 64
FIRST_BUCKET_BITS: Final = 10
"""Bits of a hash that are not stored, since they are those of the first buckets."""
MAX_BUCKET: Final = 1_024
"""Keys of a bucket on average, from which on the buckets are halved; a new key moves the others of its bucket."""
_LOW_BITS: Final = 16
_LINE_BITS: Final = 26
_LAST_LINE: Final = 2**_LINE_BITS - 1
_WORD_HASH_BITS: Final = HASH_BITS - FIRST_BUCKET_BITS - _LOW_BITS
_ALL: Final = (1 << HASH_BITS) - 1
_LOW: Final = (1 << _LOW_BITS) - 1
_IN_WORD: Final = (1 << _WORD_HASH_BITS) - 1


class SeenKeys:
    """Keys with their lines, as 64-bit hashes that are sorted within buckets.

    The first bits of a hash tell the bucket. Of the others, 38 stand before the 26 bits of a line in a word, and the
    last 16 in an array beside the words. All bits are compared: of a million different keys, two are taken for the
    same in one of 37 million files, and of 300,000 in one of 400 million.
    """

    def __init__(self) -> None:
        """Start without keys."""
        self._bucket_bits = FIRST_BUCKET_BITS
        self._words = [array("Q") for _ in range(1 << FIRST_BUCKET_BITS)]
        self._lows = [array("H") for _ in range(1 << FIRST_BUCKET_BITS)]
        self._count = 0

    def first_line(self, key: Hashable, line: int) -> int:
        """Return the line on which a key stood before; 0 for a new one, which is kept with its line."""
        hashed = hash(key) & _ALL
        bucket = hashed >> HASH_BITS - self._bucket_bits
        low = hashed & _LOW
        wanted = hashed >> _LOW_BITS & _IN_WORD
        words, lows = self._words[bucket], self._lows[bucket]
        place = bisect_left(words, wanted << _LINE_BITS)
        for same in range(place, len(words)):
            if words[same] >> _LINE_BITS != wanted:
                break
            if lows[same] == low:
                return words[same] & _LAST_LINE
        words.insert(place, wanted << _LINE_BITS | min(line, _LAST_LINE))
        lows.insert(place, low)
        self._count += 1
        if self._count > MAX_BUCKET << self._bucket_bits:
            self._halve_buckets()
        return 0

    def checked(self, record: FileRecord) -> FileRecord:
        """Return a record, with a problem if one before it had the same key or id."""
        entry = record.entry
        key = entry.update_key or (entry.id and (RECORD_ID, entry.id))
        if not key:
            return record
        first = self.first_line(key, record.line)
        if not first:
            return record
        problem = FileProblem(record.line, "", _repeated(*key, first))
        return replace(record, problems=[*record.problems, problem])

    def _halve_buckets(self) -> None:
        """Take one more bit of the hashes for the bucket; it is the first of those in their words that is not used."""
        self._bucket_bits += 1
        bit = 1 << _LINE_BITS + _WORD_HASH_BITS - (self._bucket_bits - FIRST_BUCKET_BITS)
        words, self._words = self._words, []
        lows, self._lows = self._lows, []
        for each, beside in zip(words, lows, strict=True):
            middle = bisect_left(each, bit, key=lambda word: word & bit)
            self._words += [each[:middle], each[middle:]]
            self._lows += [beside[:middle], beside[middle:]]


def _repeated(code: str, value: str, first: int) -> Problem:
    complaint = Message('the record on line {first} has the same key, "{value}"', first=first, value=value)
    advice = Message(
        "keep one of them; if the lines are rows of a table, put a column * in front that has * where a record begins"
    )
    return a_problem(code, ProblemCode.BAD_FORMAT, complaint, advice)
