"""A token that a server returns in its data, or that a user enters in another parameter, is not shown."""

import json
from typing import Any

import pytest

from dify_host import DifyHost
from local_kintone import LocalKintone
from tests.contract.agreed_names import OWN_PARAMETERS, network_parameters_of
from tests.wire.leak_cases import (
    CALLS,
    CONTENT,
    ECHOING_ANSWERS,
    ONE_CALL_PER_TOOL,
    OTHER_TOKEN,
    TOKEN,
    ToolCall,
    answer_with_record_text,
    encodings_of,
)
from tests.wire.leak_search import find_leaks, output_of, outputs_of
from tests.wire.plugin import credentials_of
from tests.wire.test_no_leaks import credentials

TEXT_PARAMETERS_WITHOUT_DATA = ("kintone_domain", "kintone_app_id", "kintone_guest_space_id", "record_id")
"""Text parameters that have neither data nor names."""


def calls_with_parameters(*, with_data: bool) -> list[tuple[ToolCall, str]]:
    """Return a call of each tool with each of its parameters except the token's."""
    found: list[tuple[ToolCall, str]] = []
    for call in ONE_CALL_PER_TOOL:
        declared = network_parameters_of(call.tool) | OWN_PARAMETERS[call.tool]
        found += [
            (call, name)
            for name, parameter in declared.items()
            if name != "kintone_api_token"
            and (with_data or name in TEXT_PARAMETERS_WITHOUT_DATA or parameter.type in {"number", "boolean", "select"})
        ]
    return found


def values_with(secret: str) -> list[Any]:
    """Return values that a user or a model may enter instead of the token alone."""
    return [
        secret,
        secret.upper(),
        f"https://{secret}/",
        f'"{secret}"',
        [secret],
        {"record": {"sku": secret}, secret: secret},
        json.dumps([{"updateKey": {"field": secret, "value": secret}, "record": {secret: secret}}]),
    ]


@pytest.mark.parametrize("name", ECHOING_ANSWERS)
def test_outputs_when_a_server_returns_the_token(host: DifyHost, site: LocalKintone, name: str) -> None:
    """Texts, JSON, variables, file names and types have no piece of the token, in values or in keys."""
    site.clear_failures()
    site.fail(times=None, **ECHOING_ANSWERS[name])

    outputs = outputs_of(host, credentials(site), CALLS)
    site.clear_failures()

    assert find_leaks(outputs) == {}


@pytest.mark.parametrize("text", encodings_of())
def test_records_when_a_server_returns_the_token_in_one_encoding(host: DifyHost, site: LocalKintone, text: str) -> None:
    """Records are masked in every encoding of the token, also where the plain token does not occur."""
    site.fail(times=None, **answer_with_record_text(text))

    outputs = outputs_of(host, credentials(site), [call for call in CALLS if call.tool == "kintone_query"])
    site.clear_failures()

    assert find_leaks(outputs) == {}
    assert all(
        "***" in output for place, output in outputs.items() if "kintone_query" in place and "_file" not in place
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
        ("kintone_upsert_records", {"url": f"?key={TOKEN}"}),
        ("kintone_upsert_records", {"filename": f"{TOKEN}.csv"}),
    ],
)
def test_token_in_a_list_a_long_text_or_a_file_is_refused(
    host: DifyHost, site: LocalKintone, tool: str, given: dict[str, Any]
) -> None:
    """It is not sent to kintone, and not to the file store in an address or a name."""
    site.reset()
    parameters = given
    if tool == "kintone_upload_file":
        file = host.serve(f"{CONTENT}.txt", b"content", "text/plain")
        names = {"file_names": given["file_names"]} if "file_names" in given else {}
        url = f"{file['url']}{given.get('url', '')}"
        parameters = {"upload_file": [{**file, **given, "url": url}], **names}
    elif tool == "kintone_upsert_records":
        file = host.serve(f"{CONTENT}.csv", b"sku\n", "text/csv")
        parameters = {"records_file": {**file, **given, "url": f"{file['url']}{given.get('url', '')}"}}

    output = output_of(host, ToolCall(tool, parameters), credentials(site))

    assert "[INVALID_INPUT]" in output
    assert "kintone_api_token" in output
    assert not site.requests
    assert not find_leaks({tool: output})


@pytest.mark.parametrize("number", range(len(values_with(""))))
def test_tools_when_their_own_token_is_in_another_parameter(host: DifyHost, site: LocalKintone, number: int) -> None:
    """Neither a refusal nor a result quotes it."""
    stored = credentials_of(site)
    token = stored["kintone_api_token"]
    value = values_with(token)[number]
    calls = [
        ToolCall(call.tool, {**call.parameters, name: value}) for call, name in calls_with_parameters(with_data=True)
    ]

    assert find_leaks(outputs_of(host, stored, calls), token) == {}


@pytest.mark.parametrize("number", range(4))
def test_tools_when_an_unused_token_is_in_a_parameter_without_data(
    host: DifyHost, site: LocalKintone, number: int
) -> None:
    """The refusal does not quote a value that is not known to be a token."""
    value = values_with(OTHER_TOKEN)[number]
    calls = [
        ToolCall(call.tool, {**call.parameters, name: value}) for call, name in calls_with_parameters(with_data=False)
    ]

    assert find_leaks(outputs_of(host, credentials_of(site), calls), OTHER_TOKEN) == {}
