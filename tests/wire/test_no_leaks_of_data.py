"""A token that a server puts into its data, or that a person types into the wrong parameter, is not read again."""

import json
from typing import Any

import pytest

from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.contract.agreed_names import NETWORK, OWN_PARAMETERS
from tests.wire.leaks import CALLS, ECHOES, ONE_EACH, STRANGER, Called
from tests.wire.plugin import credentials_of
from tests.wire.test_no_leaks import all_told, credentials, leaks

NUMBERS_OF_TEXTS = ("kintone_domain", "kintone_app_id", "kintone_guest_space_id", "record_id")
"""Parameters that are texts and hold neither data nor names."""


def places(*, with_data: bool) -> list[tuple[Called, str]]:
    """Return a call of each tool with each of its parameters but the token's."""
    found: list[tuple[Called, str]] = []
    for call in ONE_EACH:
        declared = NETWORK | OWN_PARAMETERS[call.tool]
        found += [
            (call, name)
            for name, parameter in declared.items()
            if name != "kintone_api_token"
            and (with_data or name in NUMBERS_OF_TEXTS or parameter.type in {"number", "boolean", "select"})
        ]
    return found


def ways_to_type(secret: str) -> list[Any]:
    """Return what a person or a model may have made of a token."""
    return [
        secret,
        secret.upper(),
        f"https://{secret}/",
        f'"{secret}"',
        [secret],
        {"record": {"sku": secret}, secret: secret},
        json.dumps([{"updateKey": {"field": secret, "value": secret}, "record": {secret: secret}}]),
    ]


@pytest.mark.parametrize("name", ECHOES)
def test_outputs_when_a_server_fills_them(host: DifyHost, site: LocalKintone, name: str) -> None:
    """Texts, JSON, variables, names and types of files show no piece of it, in values or in keys."""
    site.clear_failures()
    site.fail(times=None, **ECHOES[name])

    everything = all_told(host, credentials(site), CALLS)
    site.clear_failures()

    assert leaks(everything) == {}


@pytest.mark.parametrize("way", range(len(ways_to_type(""))))
def test_tools_when_their_own_token_is_typed_into_another_parameter(
    host: DifyHost, site: LocalKintone, way: int
) -> None:
    """Whatever the tool makes of it, neither a refusal nor a result quotes it."""
    stored = credentials_of(site)
    token = stored["kintone_api_token"]
    typed = ways_to_type(token)[way]
    calls = [Called(call.tool, {**call.parameters, name: typed}) for call, name in places(with_data=True)]

    assert leaks(all_told(host, stored, calls), token) == {}


@pytest.mark.parametrize("way", range(4))
def test_tools_when_a_strange_token_is_typed_where_no_data_belongs(
    host: DifyHost, site: LocalKintone, way: int
) -> None:
    """A token that nobody knows as one is not quoted by the refusal either."""
    typed = ways_to_type(STRANGER)[way]
    calls = [Called(call.tool, {**call.parameters, name: typed}) for call, name in places(with_data=False)]

    assert leaks(all_told(host, credentials_of(site), calls), STRANGER) == {}
