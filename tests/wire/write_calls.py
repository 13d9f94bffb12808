"""Calls of the writing tools in the plugin process."""

import re
from typing import Any

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import credentials_of

BEGINS_WITH_CODE = re.compile(r"\[[A-Z0-9_]+\] \S")


def run(host: DifyHost, site: LocalKintone, tool: str, **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
    """Run a tool with a credential that has all permissions it needs."""
    return host.invoke(tool, parameters, credentials_of(site), timeout=60)


def failure(host: DifyHost, site: LocalKintone, tool: str, **parameters: Any) -> PluginFailure:  # noqa: ANN401 - as Dify has it
    """Run a tool that must fail, with a message of one line."""
    with pytest.raises(PluginFailure) as failed:
        run(host, site, tool, **parameters)
    assert "\n" not in failed.value.message
    assert BEGINS_WITH_CODE.match(failed.value.message), failed.value.message
    return failed.value


def record_with(site: LocalKintone, sku: str) -> dict[str, Any]:
    """Return the stored record with this key."""
    return next(record for record in site.records(1) if record["sku"]["value"] == sku)
