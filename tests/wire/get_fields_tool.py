"""Calls ``kintone_get_fields`` in the real plugin process."""

from typing import Any

import pytest

from dify_host import DifyHost, Outcome, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import credentials_of

ORDERS, CUSTOMERS, EVERY_FIELD, GUEST_NOTES = 1, 2, 3, 4


def run(host: DifyHost, site: LocalKintone, app: int = ORDERS, *permissions: str, **parameters: Any) -> Outcome:  # noqa: ANN401 - as Dify has it
    """Describe an app, by default with a token that may only view."""
    return host.invoke(
        "kintone_get_fields", parameters, credentials_of(site, *(permissions or ("view",)), app=app), timeout=60
    )


def refused(host: DifyHost, site: LocalKintone, **parameters: Any) -> PluginFailure:  # noqa: ANN401 - as Dify has it
    """Return the failure of a call."""
    with pytest.raises(PluginFailure) as failed:
        run(host, site, **parameters)
    return failed.value


def by_code(outcome: Outcome) -> dict[str, dict[str, Any]]:
    """Return the described fields by code."""
    return {field["code"]: field for field in outcome.variables["fields"]}
