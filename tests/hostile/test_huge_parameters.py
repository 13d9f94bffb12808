"""A million characters where a few were expected: refused or worked off, in bounded time and memory."""

import gc
import math
import time
import tracemalloc
from collections.abc import Callable

import pytest

from tests.hostile.odd_values import HUGE, MEGABYTE
from tests.hostile.tool_bench import GOOD, told_by

GROWTH = 25
"""Ten times the text may take so many times as long; what goes by the square takes a hundred times."""
NO_TIME = 0.1
"""Seconds that are not worth comparing: by the square, ten million characters would take ten."""
TRIES = 3
WARMING_TURNS = 2
TURNS = 8
MEGABYTES_OF_A_TEXT = 4
TEXT_PARAMETERS = [
    ("kintone_query", "query"),
    ("kintone_query", "fields"),
    ("kintone_query", "kintone_domain"),
    ("kintone_query", "output_mode"),
    ("kintone_query", "kintone_app_id"),
    ("kintone_query", "request_timeout"),
    ("kintone_validate_record_data", "record_data"),
    ("kintone_upsert_records", "records_data"),
    ("kintone_upsert_records", "update_key"),
    ("kintone_upload_file", "upload_file"),
    ("kintone_upload_file", "file_names"),
    ("kintone_upload_file", "records_mapping"),
    ("kintone_download_file", "file_key"),
    ("kintone_download_file", "file_name"),
]
TELLING = ("letters", "opening", "commas", "strangers", "escaped")
"""Those that once took long somewhere; ``python -m fuzz`` tries all."""


@pytest.mark.parametrize("name", TELLING)
def test_tools_when_a_text_is_huge(credentials: dict[str, str], name: str) -> None:
    """A huge text is refused or worked off by every reader that there is, in time that grows as the text does."""
    for tool, parameter in TEXT_PARAMETERS:

        def tell(size: int, tool: str = tool, parameter: str = parameter) -> None:
            told_by(tool, {**GOOD[tool], parameter: HUGE[name](size)}, credentials)

        _require_linear(tell, (tool, parameter))


@pytest.mark.parametrize("name", ["records", "entries", "numbers", "one entry", "rows"])
def test_upsert_when_there_are_very_many_problems(credentials: dict[str, str], name: str) -> None:
    """What is wrong with very many entries is told in one short line, in time that grows as their number does."""

    def tell(size: int) -> None:
        told = told_by("kintone_upsert_records", {"records_data": HUGE[name](size)}, credentials)
        assert told.failure == "INVALID_INPUT"

    _require_linear(tell, name)


def test_memory_when_huge_texts_are_over(credentials: dict[str, str]) -> None:
    """What huge texts took is given back."""
    query = HUGE["letters"](MEGABYTES_OF_A_TEXT * MEGABYTE)
    fields = query + HUGE["commas"](MEGABYTE // 20)
    tracemalloc.start()
    try:
        for turn in range(WARMING_TURNS + TURNS):
            if turn == WARMING_TURNS:
                before = _held_megabytes()
            # Texts of their own, which could be kept for each turn.
            told_by("kintone_query", {"fields": f"{fields}{turn}", "query": f"{query}{turn}"}, credentials)

        assert _held_megabytes() - before < MEGABYTES_OF_A_TEXT
    finally:
        tracemalloc.stop()


def _require_linear(tell: Callable[[int], None], what: object) -> None:
    """Compare the seconds for a text with those for a tenth of it; noise of the machine only ever adds some."""
    small = large = math.inf
    for _ in range(TRIES):
        small = min(small, _seconds(tell, MEGABYTE // 10))
        large = min(large, _seconds(tell, MEGABYTE))
        if large < max(NO_TIME, small * GROWTH):
            return
    pytest.fail(f"{what}: {small:.3f} s for a tenth of the text, {large:.3f} s for all of it")


def _seconds(tell: Callable[[int], None], size: int) -> float:
    started = time.perf_counter()
    tell(size)
    return time.perf_counter() - started


def _held_megabytes() -> int:
    """Return what objects hold; what the process keeps of freed memory is the allocator's business."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0] // MEGABYTE
