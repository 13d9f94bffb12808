"""Parameters of a million characters are processed or refused in bounded time and memory."""

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
from tests.hostile.tool_calls import call_tool, parameters_of
from tests.hostile.unusual_values import HUGE_TEXTS, MEGABYTE

MAX_GROWTH = 25
"""How many times longer ten times the text may take; quadratic time would be a hundred times longer."""
NEGLIGIBLE_SECONDS = 0.1
"""Seconds too short to compare; in quadratic time ten million characters would take ten seconds."""
TRIES = 3
WARM_UP_CALLS = 2
CALLS = 8
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
    ("kintone_upsert_records", "records_file"),
    ("kintone_upsert_records", "update_key"),
    ("kintone_flatten_json", "records_json"),
    ("kintone_build_records_data", "records_source"),
    ("kintone_build_records_data", "updateKey"),
    ("kintone_build_subtable_rows", "subtable_source"),
    ("kintone_upload_file", "upload_file"),
    ("kintone_upload_file", "file_names"),
    ("kintone_upload_file", "records_mapping"),
    ("kintone_download_file", "file_key"),
    ("kintone_download_file", "file_name"),
]
DATA_PARAMETERS = (
    "record_data", "records_data", "records_json", "records_source", "subtable_source", "records_mapping",
    "upload_file", "records_file", "file_names", "record_ids",
)  # fmt: skip
"""Parameters that carry data; all others are short."""
# https://cybozu.dev/ja/kintone/docs/overview/query
LONGEST_SHORT = 190_000
SLOW_TEXTS = ("letters", "opening", "commas", "unknown parts", "escaped", "line ends", "fence lines", "fenced blanks")
"""Texts that once took long to process; ``python -m fuzz`` tries all of them."""


@pytest.mark.parametrize("name", SLOW_TEXTS)
def test_tools_when_a_text_is_huge(credentials: dict[str, str], name: str) -> None:
    """Every parameter processes or refuses a huge text in time linear in its length."""
    for tool, parameter in TEXT_PARAMETERS:

        def call(size: int, tool: str = tool, parameter: str = parameter) -> None:
            call_tool(tool, {**good_parameters(tool), parameter: HUGE_TEXTS[name](size)}, credentials)

        _require_linear_time(call, (tool, parameter), MEGABYTE if parameter in DATA_PARAMETERS else LONGEST_SHORT)


@pytest.mark.parametrize("name", SLOW_TEXTS)
def test_delete_when_a_list_of_ids_is_huge(site: LocalKintone, credentials: dict[str, str], name: str) -> None:
    """It is refused in time linear in its length, and nothing is sent."""
    site.reset()

    def call(size: int) -> None:
        result = call_tool("kintone_delete_records", {"record_ids": HUGE_TEXTS[name](size)}, credentials)
        assert result.failure == "INVALID_INPUT"

    _require_linear_time(call, name)
    assert site.requests == []


@pytest.mark.parametrize("tool", TOOLS)
def test_tools_when_a_short_parameter_is_huge(site: LocalKintone, credentials: dict[str, str], tool: str) -> None:
    """A huge text in a parameter that carries no data is refused before any request, naming the parameter."""
    texts = ("a" * 5 * MEGABYTE, "a," * MEGABYTE, "\n" * 5 * MEGABYTE, "1" * 1_000_000, f"x{' ' * MEGABYTE}x")
    names = [name for name in parameters_of(tool) if name not in DATA_PARAMETERS]
    for parameter, text in itertools.product(names, texts):
        site.reset()
        result = call_tool(tool, {**good_parameters(tool), parameter: text}, credentials)

        assert result.failure == "INVALID_INPUT", (parameter, text[:9], result)
        assert parameter in result.text
        assert len(result.text) < 500
        assert site.requests == []


@pytest.mark.parametrize("fields", [["a", "x" * 129], ["n" * MEGABYTE], "x" * 129, "a" * 150_000])
def test_query_when_a_field_code_is_too_long(site: LocalKintone, credentials: dict[str, str], fields: object) -> None:
    """A field code of more than 128 characters is refused before any request."""
    site.reset()

    result = call_tool("kintone_query", {"fields": fields}, credentials)

    assert result.failure == "INVALID_INPUT"
    assert "fields" in result.text
    assert site.requests == []


def test_query_when_field_codes_have_the_maximum_length(site: LocalKintone, credentials: dict[str, str]) -> None:
    """A thousand field codes, ``$id`` and 999 of 128 characters, are sent, as kintone allows."""
    codes = [f"{number:0128}" for number in range(999)]
    site.reset()

    assert not call_tool("kintone_query", {"fields": ",".join(codes)}, credentials).failure
    assert json.loads(site.requests[0].body)["fields"] == [*codes, "$id"]


@pytest.mark.parametrize("name", ["records", "entries", "numbers", "one entry", "rows"])
def test_upsert_when_there_are_very_many_problems(credentials: dict[str, str], name: str) -> None:
    """Very many invalid entries are refused in one short line, in time linear in their number."""

    def call(size: int) -> None:
        result = call_tool("kintone_upsert_records", {"records_data": HUGE_TEXTS[name](size)}, credentials)
        assert result.failure == "INVALID_INPUT"

    _require_linear_time(call, name)


def test_memory_after_huge_texts(credentials: dict[str, str]) -> None:
    """The memory used for huge texts is released after each call."""
    text, commas = HUGE_TEXTS["letters"](MEGABYTES_OF_A_TEXT * MEGABYTE), HUGE_TEXTS["commas"](MEGABYTE // 20)
    tracemalloc.start()
    try:
        for turn in range(WARM_UP_CALLS + CALLS):
            if turn == WARM_UP_CALLS:
                before = _held_megabytes()
            # Different texts, so that a cache would keep each of them.
            record = {"record_data": f'{{"name": "{text}{turn}", "status": "{commas}{turn}"}}'}
            call_tool("kintone_validate_record_data", record, credentials)

        assert _held_megabytes() - before < MEGABYTES_OF_A_TEXT
    finally:
        tracemalloc.stop()


def _require_linear_time(call: Callable[[int], None], what: object, most: int = MEGABYTE) -> None:
    """Compare the processor seconds for a text with those for a tenth of it."""
    small = large = math.inf
    for _ in range(TRIES):
        large = min(large, _seconds(call, most))
        if large < NEGLIGIBLE_SECONDS:
            return
        small = min(small, _seconds(call, most // 10))
        if large < small * MAX_GROWTH:
            return
    pytest.fail(f"{what}: {small:.3f} s for a tenth of the text, {large:.3f} s for all of it")


def _seconds(call: Callable[[int], None], size: int) -> float:
    started = time.process_time()
    call(size)
    return time.process_time() - started


def _held_megabytes() -> int:
    """Return the megabytes of live objects, without freed memory that the allocator keeps."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0] // MEGABYTE
