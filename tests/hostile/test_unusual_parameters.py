"""Every parameter of every tool with all unusual values: the tool works or fails with one clear line."""

import itertools
from typing import Any

import pytest
from dify_plugin.errors.tool import ToolProviderCredentialValidationError

from local_kintone import LocalKintone
from provider.kintone import KintoneProvider
from tests.contract.agreed_names import NETWORK, NETWORKED_TOOLS, TOOLS
from tests.good_parameters import good_parameters, prepared
from tests.hostile.tool_calls import call_tool, parameters_of
from tests.hostile.unusual_values import unusual_values
from tests.wire.plugin import credentials_of

CREDENTIALS = ("kintone_domain", "kintone_app_id", "kintone_api_token", "kintone_guest_space_id")
EACH = [(tool, parameter) for tool in TOOLS for parameter in parameters_of(tool) if parameter not in NETWORK]


@pytest.mark.parametrize(("tool", "parameter"), EACH)
def test_tool_when_a_parameter_is_unusual(
    site: LocalKintone, credentials: dict[str, str], tool: str, parameter: str
) -> None:
    """Any value of a tool's parameter is accepted, or refused by the plugin or kintone."""
    with prepared(site, tool):
        for value in unusual_values():
            call_tool(tool, {**good_parameters(tool), parameter: value}, credentials)


@pytest.mark.parametrize("parameter", NETWORK)
def test_tools_when_a_shared_parameter_is_unusual(credentials: dict[str, str], parameter: str) -> None:
    """Any value of a shared parameter is accepted or refused; the values are divided among the tools."""
    for tool, value in zip(itertools.cycle(NETWORKED_TOOLS), unusual_values(), strict=False):
        call_tool(tool, {**good_parameters(tool), parameter: value}, credentials)


@pytest.mark.parametrize("name", CREDENTIALS)
def test_tool_when_a_credential_is_unusual(credentials: dict[str, str], name: str) -> None:
    """Any value of a stored credential is accepted or refused; the values are divided among the tools."""
    for tool, value in zip(itertools.cycle(NETWORKED_TOOLS), unusual_values(), strict=False):
        call_tool(tool, good_parameters(tool), {**credentials, name: value})


@pytest.mark.parametrize("name", CREDENTIALS)
def test_provider_when_a_credential_is_unusual(credentials: dict[str, str], name: str) -> None:
    """Any value of a new credential is accepted, or refused without reporting an internal error."""
    for value in unusual_values():
        changed: dict[str, Any] = {**credentials, name: value}
        message = ""
        try:
            KintoneProvider().validate_credentials(changed)
        except ToolProviderCredentialValidationError as refusal:
            message = str(refusal)
        assert "made a mistake" not in message
        assert message.isprintable()


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.usefixtures("credentials")
def test_add_when_a_value_is_unusual(site: LocalKintone, *, check: bool) -> None:
    """Any value for a field of any type is accepted or refused."""
    app = 3
    fields = list(site.apps[app].form.in_records)
    for value in unusual_values():
        records: list[Any] = [dict.fromkeys((field.code for field in fields), value)]
        records += [{field.code: [dict.fromkeys(field.columns, value)]} for field in fields if field.columns]
        for record in records:
            data = {"record_data": record, "validate_before_write": check}
            call_tool("kintone_add_record", data, credentials_of(site, app=app))


@pytest.mark.usefixtures("credentials")
def test_upsert_when_a_key_is_unusual(site: LocalKintone) -> None:
    """Any update key, id or revision of an entry is accepted or refused."""
    checks = itertools.cycle([True, False, False, True, True])
    for value in unusual_values():
        entries: list[Any] = [
            {"updateKey": {"field": "sku", "value": value}, "record": {}},
            {"id": value, "record": {}},
            {"id": 1, "revision": value, "record": {}},
            {"updateKey": {"field": value, "value": "A-001"}, "record": {}},
        ]
        for entry in entries:
            data = {"records_data": [entry], "validate_before_write": next(checks), "table_mode": "append"}
            call_tool("kintone_upsert_records", data, credentials_of(site))
