"""Odd and huge input to the plugin as Dify runs it."""

import json
from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.contract.agreed_names import TOOLS
from tests.good_parameters import good_parameters
from tests.hostile.odd_values import HUGE, MEGABYTE, NUMBERS, OBJECTS, TEXTS, nested
from tests.wire.plugin import credentials_of

SECONDS = 60
LONGEST_GAP = 60.0
"""Half of what Dify allows between two heartbeats."""
MAIN_PARAMETER = {tool: next(iter(good_parameters(tool))) for tool in TOOLS}


def failure_of(host: DifyHost, site: LocalKintone, tool: str, parameters: dict[str, Any]) -> str:
    """Run a tool; return the code of its failure, nothing for a success."""
    try:
        host.invoke(tool, parameters, credentials_of(site), timeout=SECONDS)
    except PluginFailure as failed:
        failure = failed
    else:
        return ""
    assert "\n" not in failure.message
    return failure.code


@pytest.mark.parametrize("tool", TOOLS)
def test_plugin_when_a_parameter_is_odd(host: DifyHost, site: LocalKintone, tool: str) -> None:
    """Through pipes and JSON, too, no odd value does anything but work or be refused."""
    carried = [value for value in [*NUMBERS, *TEXTS, *OBJECTS] if _travels(value)]
    for value in [*carried[::3], nested(60)]:
        parameters = {**good_parameters(tool), MAIN_PARAMETER[tool]: value}
        assert failure_of(host, site, tool, parameters) != "INTERNAL"


def test_plugin_when_huge_texts_arrive(host: DifyHost, site: LocalKintone) -> None:
    """Lines of one and ten megabytes are read, answered, and do not keep the plugin from its heartbeat."""
    for name, size in (("letters", 10 * MEGABYTE), ("strangers", MEGABYTE)):
        value = HUGE[name](size)
        for tool in ("kintone_query", "kintone_validate_record_data", "kintone_upsert_records"):
            told = failure_of(host, site, tool, {**good_parameters(tool), MAIN_PARAMETER[tool]: value})
            assert told in ("", "INVALID_INPUT"), (tool, name)

    assert host.heartbeat_gap < LONGEST_GAP
    assert host.violations == []


def _travels(value: object) -> bool:
    """Tell whether Dify's own JSON could carry a value."""
    if isinstance(value, float):
        return value == value and abs(value) <= 1e308  # noqa: PLR0124 - NaN alone is not itself
    if isinstance(value, int):
        return abs(value) < 10**400
    if isinstance(value, str):
        return not any("\ud800" <= character <= "\udfff" for character in value)
    try:
        text = json.dumps(value, allow_nan=False)
        text.encode()
    except (TypeError, ValueError):
        return False
    return "\\ud8" not in text
