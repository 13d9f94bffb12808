"""A token that a server puts into its data, or that a person types into the wrong parameter, is not read again."""

import json
from typing import Any

import pytest

from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.contract.agreed_names import NETWORK, OWN_PARAMETERS
from tests.wire.leaks import CALLS, CONTENT, ECHOES, ONE_EACH, STRANGER, TOKEN, Called, records_that_say, ways_to_write
from tests.wire.plugin import credentials_of
from tests.wire.test_no_leaks import all_told, credentials, leaks, told

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


@pytest.mark.parametrize("said", ways_to_write())
def test_records_when_a_server_writes_the_token_in_one_way_alone(host: DifyHost, site: LocalKintone, said: str) -> None:
    """Records are masked whatever form a secret has in them, and also where it stands nowhere as it is."""
    site.fail(times=None, **records_that_say(said))

    everything = all_told(host, credentials(site), [call for call in CALLS if call.tool == "kintone_query"])
    site.clear_failures()

    assert leaks(everything) == {}
    assert all(
        "***" in answer for place, answer in everything.items() if "kintone_query" in place and "_file" not in place
    )


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("kintone_query", {"fields": ["sku", TOKEN]}),
        ("kintone_query", {"fields": {"fields": [TOKEN]}}),
        ("kintone_query", {"query": f'{" " * 20_000}sku = "{TOKEN}"'}),
        ("kintone_query", {"query": f'sku like "{TOKEN[13:21]}"'}),
        ("kintone_upload_file", {"file_names": [TOKEN]}),
        ("kintone_upload_file", {"file_names": {"file_names": [f"{TOKEN}.txt"]}}),
        ("kintone_upload_file", {"filename": f"{TOKEN}.txt"}),
        ("kintone_upload_file", {"mime_type": f"text/{TOKEN}"}),
        ("kintone_upload_file", {"url": f"/{TOKEN}"}),
        ("kintone_upload_file", {"url": f"?key={TOKEN}"}),
    ],
)
def test_token_in_a_list_a_long_text_or_a_file_goes_nowhere(
    host: DifyHost, site: LocalKintone, tool: str, given: dict[str, Any]
) -> None:
    """Neither into an address of kintone's nor to the file store, of which it would be the address or the name."""
    site.reset()
    parameters = given
    if tool == "kintone_upload_file":
        file = host.serve(f"{CONTENT}.txt", b"content", "text/plain")
        names = {"file_names": given["file_names"]} if "file_names" in given else {}
        url = f"{file['url']}{given.get('url', '')}"
        parameters = {"upload_file": [{**file, **given, "url": url}], **names}

    answer = told(host, Called(tool, parameters), credentials(site))

    assert "[INVALID_INPUT]" in answer
    assert "kintone_api_token" in answer
    assert not site.requests
    assert not leaks({tool: answer})


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
