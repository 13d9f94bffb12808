"""Every parameter of every tool with every kind of value: correct work or one clear line."""

import itertools
from typing import Any

import pytest
from dify_plugin.errors.tool import ToolProviderCredentialValidationError

from local_kintone import LocalKintone
from provider.kintone import KintoneProvider
from tests.contract.agreed_names import NETWORK, TOOLS
from tests.good_parameters import good_parameters
from tests.hostile.odd_values import odd_values
from tests.hostile.tool_bench import parameters_of, told_by
from tests.wire.plugin import credentials_of

CREDENTIALS = ("kintone_domain", "kintone_app_id", "kintone_api_token", "kintone_guest_space_id")
EACH = [(tool, parameter) for tool in TOOLS for parameter in parameters_of(tool) if parameter not in NETWORK]


@pytest.mark.parametrize(("tool", "parameter"), EACH)
def test_tool_when_a_parameter_is_odd(credentials: dict[str, str], tool: str, parameter: str) -> None:
    """No value of any parameter does anything but work, be refused, or be refused by kintone."""
    for value in odd_values():
        told_by(tool, {**good_parameters(tool), parameter: value}, credentials)


@pytest.mark.parametrize("parameter", NETWORK)
def test_tools_when_a_shared_parameter_is_odd(credentials: dict[str, str], parameter: str) -> None:
    """Nor does any value of a parameter that all tools share; they share what reads it, so they take turns."""
    for tool, value in zip(itertools.cycle(TOOLS), odd_values(), strict=False):
        told_by(tool, {**good_parameters(tool), parameter: value}, credentials)


@pytest.mark.parametrize("name", CREDENTIALS)
def test_tool_when_a_credential_is_odd(credentials: dict[str, str], name: str) -> None:
    """No value of a stored credential does anything else either; tools share what reads them, so they take turns."""
    for tool, value in zip(itertools.cycle(TOOLS), odd_values(), strict=False):
        told_by(tool, good_parameters(tool), {**credentials, name: value})


@pytest.mark.parametrize("name", CREDENTIALS)
def test_provider_when_a_credential_is_odd(credentials: dict[str, str], name: str) -> None:
    """Saving any credential works or is refused in words that do not blame the plugin."""
    for value in odd_values():
        odd: dict[str, Any] = {**credentials, name: value}
        said = ""
        try:
            KintoneProvider().validate_credentials(odd)
        except ToolProviderCredentialValidationError as refusal:
            said = str(refusal)
        assert "made a mistake" not in said
        assert said.isprintable()


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.usefixtures("credentials")
def test_add_when_a_value_is_odd(site: LocalKintone, *, check: bool) -> None:
    """No value of any field of any type does anything but work or be refused."""
    app = 3
    fields = list(site.apps[app].form.in_records)
    for value in odd_values():
        records: list[Any] = [dict.fromkeys((field.code for field in fields), value)]
        records += [{field.code: [dict.fromkeys(field.columns, value)]} for field in fields if field.columns]
        for record in records:
            data = {"record_data": record, "validate_before_write": check}
            told_by("kintone_add_record", data, credentials_of(site, app=app))


@pytest.mark.usefixtures("credentials")
def test_upsert_when_a_key_is_odd(site: LocalKintone) -> None:
    """No key, id or revision of an entry does anything but work or be refused."""
    checks = itertools.cycle([True, False, False, True, True])
    for value in odd_values():
        entries: list[Any] = [
            {"updateKey": {"field": "sku", "value": value}, "record": {}},
            {"id": value, "record": {}},
            {"id": 1, "revision": value, "record": {}},
            {"updateKey": {"field": value, "value": "A-001"}, "record": {}},
        ]
        for entry in entries:
            data = {"records_data": [entry], "validate_before_write": next(checks), "table_mode": "append"}
            told_by("kintone_upsert_records", data, credentials_of(site))
