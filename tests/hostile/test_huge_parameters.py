"""Ten million characters where a few were expected: refused or worked off, in bounded time and memory."""

import gc
import time
from pathlib import Path

import pytest

from tests.hostile.odd_values import HUGE
from tests.hostile.tool_bench import GOOD, told_by

SECONDS = 30
"""Six times what is promised, for machines that do other work meanwhile."""
MEGABYTES_LEFT = 64
PAGE = 4096
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
    """A huge text is refused or worked off by every reader that there is, in bounded time."""
    value = HUGE[name]()
    for tool, parameter in TEXT_PARAMETERS:
        started = time.perf_counter()
        told_by(tool, {**GOOD[tool], parameter: value}, credentials)
        assert time.perf_counter() - started < SECONDS, (tool, parameter)


@pytest.mark.parametrize("name", ["records", "entries", "numbers", "one entry", "rows"])
def test_upsert_when_there_are_hundreds_of_thousands_of_problems(credentials: dict[str, str], name: str) -> None:
    """What is wrong with a million entries is told in one short line without being kept for each."""
    started = time.perf_counter()

    told = told_by("kintone_upsert_records", {"records_data": HUGE[name]()}, credentials)

    assert told.failure == "InvalidParameterError"
    assert time.perf_counter() - started < 4 * SECONDS


def test_memory_when_huge_texts_are_over(credentials: dict[str, str]) -> None:
    """What huge texts took is given back."""
    for turn in range(3):
        if turn == 1:
            before = _resident_megabytes()
        told_by("kintone_query", {"fields": HUGE["commas"](), "query": HUGE["letters"]()}, credentials)

    assert _resident_megabytes() - before < MEGABYTES_LEFT


def _resident_megabytes() -> int:
    gc.collect()
    status = Path("/proc/self/statm")
    if not status.exists():
        pytest.skip("only Linux tells how much memory a process has")
    return int(status.read_text(encoding="ascii").split()[1]) * PAGE // 2**20
