"""Unusual and huge input to the plugin's process."""

import json
from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.contract.agreed_names import TOOLS
from tests.good_parameters import good_parameters
from tests.hostile.unusual_values import HUGE_TEXTS, MEGABYTE, NUMBERS, OBJECTS, TEXTS, nested
from tests.wire.plugin import credentials_of

SECONDS = 60
LONGEST_GAP = 60.0
"""Half of the seconds that Dify allows between two heartbeats."""
MAIN_PARAMETER = {tool: next(iter(good)) for tool in TOOLS if (good := good_parameters(tool))}
"""The most important parameter of each tool that has parameters."""


def failure_of(host: DifyHost, site: LocalKintone, tool: str, parameters: dict[str, Any]) -> str:
    """Run a tool; return the code of its failure, "" for a success."""
    try:
        host.invoke(tool, parameters, credentials_of(site), timeout=SECONDS)
    except PluginFailure as failed:
        failure = failed
    else:
        return ""
    assert "\n" not in failure.message
    return failure.code


@pytest.mark.parametrize("tool", MAIN_PARAMETER)
def test_plugin_when_a_parameter_is_unusual(host: DifyHost, site: LocalKintone, tool: str) -> None:
    """Any value sent to the plugin's process as JSON is accepted or refused."""
    json_values = [value for value in [*NUMBERS, *TEXTS, *OBJECTS] if _is_valid_json(value)]
    for value in [*json_values[::3], nested(60)]:
        parameters = {**good_parameters(tool), MAIN_PARAMETER[tool]: value}
        assert failure_of(host, site, tool, parameters) != "INTERNAL"


def test_plugin_when_input_lines_are_huge(host: DifyHost, site: LocalKintone) -> None:
    """Lines of one and ten megabytes are answered without delaying the heartbeat."""
    for name, size in (("letters", 10 * MEGABYTE), ("unknown parts", MEGABYTE)):
        value = HUGE_TEXTS[name](size)
        for tool in ("kintone_query", "kintone_validate_record_data", "kintone_upsert_records"):
            code = failure_of(host, site, tool, {**good_parameters(tool), MAIN_PARAMETER[tool]: value})
            assert code in ("", "INVALID_INPUT"), (tool, name)

    assert host.heartbeat_gap < LONGEST_GAP
    assert host.violations == []


def _is_valid_json(value: object) -> bool:
    """Return whether Dify's JSON can carry a value."""
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
