"""Invalid headers, addresses and texts that once caused an internal error."""

import json

import pytest

from kintone.access.redaction import Redactor
from kintone.access.settings import Origin
from kintone.access.sites import read_site
from local_kintone import LocalKintone
from tests.hostile.tool_calls import call_tool, run

HEADERS = [
    {"Content-Length": "1" * 5_000},
    {"Content-Length": "-1"},
    {"Content-Length": "x"},
    {"Content-Disposition": "attachment; filename*=undefined''a%20b"},
    {"Content-Disposition": "attachment; filename*=idna''%ff"},
    {"Content-Disposition": "attachment; filename*=unicode_escape''%5Cq"},
    {"Content-Disposition": "attachment; filename=" + '"' * 60_000},
    {"Content-Type": "x" * 60_000},
    {"Content-Encoding": "br"},
    {"Content-Encoding": "identity, " * 20},
    {"Retry-After": "9" * 5_000},
    {f"X-{number}": "y" for number in range(200)},
]


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: next(iter(headers)))
@pytest.mark.parametrize("status", [200, 429])
def test_tools_when_a_header_is_invalid(
    site: LocalKintone, credentials: dict[str, str], headers: dict[str, str], status: int
) -> None:
    """An answer with any header is accepted or causes an error of one line."""
    for tool, api, parameters in (
        ("kintone_download_file", "file", {"file_key": "x"}),
        ("kintone_query", "records", {"request_timeout": 2}),
    ):
        site.clear_failures()
        site.fail(api=api, times=None, status=status, body='{"records":[]}', headers=headers)
        call_tool(tool, parameters, credentials)
    site.clear_failures()


def test_add_when_the_answer_is_too_large_for_dify(site: LocalKintone, credentials: dict[str, str]) -> None:
    """Adding a record succeeds when kintone's answer is larger than a message to Dify may be."""
    body = json.dumps({"id": "7", "revision": "1", "more": "x" * 6_000_000})
    site.fail(api="record", method="POST", status=200, body=body)

    messages = run("kintone_add_record", {"record_data": {"sku": "LARGE", "name": "n"}}, credentials)

    assert any("Added record 7" in message.model_dump_json() for message in messages)


@pytest.mark.parametrize("path", ["/?//[x", "/#[", "/a/?b#c"])
def test_site_when_its_path_is_not_valid(path: str) -> None:
    """Any path is accepted after an allowed origin, without its query and fragment."""
    site = read_site(f"https://proxy.example{path}", frozenset({Origin("https", "proxy.example", 443)}))

    assert site.url("").startswith("https://proxy.example")
    assert not {"?", "#"} & set(site.base_path)


def test_redactor_when_a_secret_has_a_lone_surrogate() -> None:
    """A secret that cannot be encoded is masked too."""
    assert Redactor(["abcd\ud800"]).mask("say abcd\ud800!") == "say ***!"


@pytest.mark.parametrize("query", ["a = 1 or " * 50_000, '"' + "a" * 300_000, "(" * 200_001])
def test_query_when_it_is_too_long(credentials: dict[str, str], query: str) -> None:
    """A query is refused above the length that can be parsed within about a second."""
    result = call_tool("kintone_query", {"query": query}, credentials)

    assert result.failure == "INVALID_INPUT"
    assert "characters" in result.text
