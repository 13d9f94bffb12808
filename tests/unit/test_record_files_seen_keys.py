"""The keys that a file has held: few bytes for each, and no two of them mixed up."""

import tracemalloc
from dataclasses import dataclass

import pytest

from kintone.record_files import seen_keys
from kintone.record_files.seen_keys import SeenKeys


def test_every_key_of_a_large_file_is_remembered() -> None:
    """In a few bytes a key, and no other key is taken for it."""
    keys = SeenKeys()

    assert [keys.first_line(("sku", str(number)), number) for number in range(1, 50_000)] == [0] * 49_999
    assert all(keys.first_line(("sku", str(number)), 99_999) == number for number in range(1, 50_000))
    assert keys.first_line(("code", "1"), 7) == 0


def test_keys_of_a_large_file_take_a_dozen_bytes() -> None:
    """The hash, the line and what the arrays hold in reserve."""
    tracemalloc.start()
    try:
        keys = SeenKeys()
        for number in range(100_000):
            keys.first_line(("sku", f"東京都千代田区の商品 {number}"), number)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < 14 * 100_000
    assert peak < 15 * 100_000


@dataclass(frozen=True)
class Hashed:
    """A key with a hash of its choice."""

    hashed: int

    def __hash__(self) -> int:
        """Return it, as a number with a sign."""
        return self.hashed - 2**64 if self.hashed >= 2**63 else self.hashed


@pytest.mark.parametrize(("most", "others"), [(1_024, 0), (1, 5_000)], ids=["first buckets", "buckets halved thrice"])
def test_keys_whose_hashes_differ_in_one_bit_are_different(
    monkeypatch: pytest.MonkeyPatch, most: int, others: int
) -> None:
    """Every bit counts, in whichever part of the table it is."""
    monkeypatch.setattr(seen_keys, "MAX_BUCKET", most)
    keys = SeenKeys()
    many = range(10_000, 10_000 + others)
    for number in many:
        assert keys.first_line(str(number), number) == 0
    hashes = [0x5555_5555_5555_5555, *(0x5555_5555_5555_5555 ^ 1 << bit for bit in range(64))]

    assert [keys.first_line(Hashed(hashed), line) for line, hashed in enumerate(hashes, start=1)] == [0] * 65
    assert [keys.first_line(Hashed(hashed), 99) for hashed in hashes] == list(range(1, 66))
    assert all(keys.first_line(str(number), 99) == number for number in many)
