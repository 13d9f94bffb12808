"""A million characters where a few were expected: refused or worked off, in bounded time and memory."""

import gc
import itertools
import json
import math
import time
import tracemalloc
from collections.abc import Callable

import pytest

from local_kintone import LocalKintone
from tests.contract.agreed_names import TOOLS
from tests.good_parameters import good_parameters
from tests.hostile.odd_values import HUGE, MEGABYTE
from tests.hostile.tool_bench import parameters_of, told_by

GROWTH = 25
"""Ten times the text may take so many times as long; what goes by the square takes a hundred times."""
NO_TIME = 0.1
"""Seconds that are not worth comparing: by the square, ten million characters would take ten."""
TRIES = 3
WARMING_TURNS = 2
TURNS = 8
MEGABYTES_OF_A_TEXT = 2
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
DATA = ("record_data", "records_data", "records_mapping", "upload_file", "file_names")
"""What carries data; every other text is short, https://cybozu.dev/ja/kintone/docs/overview/query."""
LONGEST_SHORT = 190_000
TELLING = ("letters", "opening", "commas", "strangers", "escaped", "line ends", "fence lines", "fenced blanks")
"""Those that once took long somewhere; ``python -m fuzz`` tries all."""


@pytest.mark.parametrize("name", TELLING)
def test_tools_when_a_text_is_huge(credentials: dict[str, str], name: str) -> None:
    """A huge text is refused or worked off by every reader that there is, in time that grows as the text does."""
    for tool, parameter in TEXT_PARAMETERS:

        def tell(size: int, tool: str = tool, parameter: str = parameter) -> None:
            told_by(tool, {**good_parameters(tool), parameter: HUGE[name](size)}, credentials)

        _require_linear(tell, (tool, parameter), MEGABYTE if parameter in DATA else LONGEST_SHORT)


@pytest.mark.parametrize("tool", TOOLS)
def test_tools_when_a_text_that_is_no_data_is_huge(site: LocalKintone, credentials: dict[str, str], tool: str) -> None:
    """Nothing is sent for it, and what is told names it."""
    texts = ("a" * 5 * MEGABYTE, "a," * MEGABYTE, "\n" * 5 * MEGABYTE, "1" * 1_000_000, f"x{' ' * MEGABYTE}x")
    names = [name for name in parameters_of(tool) if name not in DATA]
    for parameter, text in itertools.product(names, texts):
        site.reset()
        told = told_by(tool, {**good_parameters(tool), parameter: text}, credentials)

        assert told.failure == "INVALID_INPUT", (parameter, text[:9], told)
        assert parameter in told.text
        assert len(told.text) < 500
        assert site.requests == []


@pytest.mark.parametrize("fields", [["a", "x" * 129], ["n" * MEGABYTE], "x" * 129, "a" * 150_000])
def test_query_when_a_field_code_is_longer_than_kintone_has(
    site: LocalKintone, credentials: dict[str, str], fields: object
) -> None:
    """Such a code is sent with no page."""
    site.reset()

    told = told_by("kintone_query", {"fields": fields}, credentials)

    assert told.failure == "INVALID_INPUT"
    assert "fields" in told.text
    assert site.requests == []


def test_query_when_all_field_codes_are_as_long_as_kintone_has(site: LocalKintone, credentials: dict[str, str]) -> None:
    """A thousand codes of 128 characters, ``$id`` among them, are what kintone itself takes."""
    codes = [f"{number:0128}" for number in range(999)]
    site.reset()

    assert not told_by("kintone_query", {"fields": ",".join(codes)}, credentials).failure
    assert json.loads(site.requests[0].body)["fields"] == [*codes, "$id"]


@pytest.mark.parametrize("name", ["records", "entries", "numbers", "one entry", "rows"])
def test_upsert_when_there_are_very_many_problems(credentials: dict[str, str], name: str) -> None:
    """What is wrong with very many entries is told in one short line, in time that grows as their number does."""

    def tell(size: int) -> None:
        told = told_by("kintone_upsert_records", {"records_data": HUGE[name](size)}, credentials)
        assert told.failure == "INVALID_INPUT"

    _require_linear(tell, name)


def test_memory_when_huge_texts_are_over(credentials: dict[str, str]) -> None:
    """What huge texts took is given back."""
    text, commas = HUGE["letters"](MEGABYTES_OF_A_TEXT * MEGABYTE), HUGE["commas"](MEGABYTE // 20)
    tracemalloc.start()
    try:
        for turn in range(WARMING_TURNS + TURNS):
            if turn == WARMING_TURNS:
                before = _held_megabytes()
            # Texts of their own, which could be kept for each turn.
            record = {"record_data": f'{{"name": "{text}{turn}", "status": "{commas}{turn}"}}'}
            told_by("kintone_validate_record_data", record, credentials)

        assert _held_megabytes() - before < MEGABYTES_OF_A_TEXT
    finally:
        tracemalloc.stop()


def _require_linear(tell: Callable[[int], None], what: object, most: int = MEGABYTE) -> None:
    """Compare the seconds for a text with those for a tenth of it, those of the processor alone."""
    small = large = math.inf
    for _ in range(TRIES):
        large = min(large, _seconds(tell, most))
        if large < NO_TIME:
            return
        small = min(small, _seconds(tell, most // 10))
        if large < small * GROWTH:
            return
    pytest.fail(f"{what}: {small:.3f} s for a tenth of the text, {large:.3f} s for all of it")


def _seconds(tell: Callable[[int], None], size: int) -> float:
    started = time.process_time()
    tell(size)
    return time.process_time() - started


def _held_megabytes() -> int:
    """Return what objects hold; what the process keeps of freed memory is the allocator's business."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0] // MEGABYTE
