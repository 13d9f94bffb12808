"""A credential's token and guest space are sent only to the credential's own site."""

from collections.abc import Iterator
from typing import Any

import pytest
from dify_plugin.errors.model import InvokeBadRequestError

from tests.wire.tenant_server import TenantRequest, TenantServer
from tools.kintone_add_record import AddRecord
from tools.kintone_query import QueryRecords

TOKEN = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"
TOKEN_OF_THE_CALL = "Zk4TqP8wYb1HxJ6rMd9VfC3sLg7NuA2eKoQiRy5B"
QUERY: dict[str, Any] = {"query": "limit 1"}
ADD: dict[str, Any] = {"record_data": {}, "validate_before_write": False}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TenantServer]:
    """Run a server with tenants that the operator allows."""
    with TenantServer() as running:
        monkeypatch.setenv("KINTONE_ALLOWED_ORIGINS", running.origin)
        yield running


@pytest.fixture
def other_server(server: TenantServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[TenantServer]:
    """Run a second server on the same host, which the operator also allows."""
    with TenantServer() as running:
        monkeypatch.setenv("KINTONE_ALLOWED_ORIGINS", f"{server.origin},{running.origin}")
        yield running


def credentials(server: TenantServer, path: str = "/tenantA") -> dict[str, str]:
    """Return the credential of a tenant."""
    return {
        "kintone_domain": f"{server.origin}{path}",
        "kintone_app_id": "1",
        "kintone_api_token": TOKEN,
        "kintone_guest_space_id": "3",
    }


def run(tool: type[Any], server: TenantServer, **parameters: object) -> str:
    """Run a tool and return its messages as text."""
    given = {**(QUERY if tool is QueryRecords else ADD), **parameters}
    return "".join(message.model_dump_json() for message in tool.from_credentials(credentials(server)).invoke(given))


def requests_to_other_tenants(server: TenantServer) -> list[TenantRequest]:
    """Return the requests to other tenants than the credential's own."""
    return [each for each in server.requests if not each.target.startswith("/tenantA/k/guest/3/v1/")]


@pytest.mark.parametrize(
    "location",
    [
        "{origin}/tenantB/k/v1/records.json",
        "/tenantB/k/v1/records.json",
        "../../../../../tenantB/k/v1/records.json",
        "{origin}/tenantA/../tenantB/k/v1/records.json",
        "{origin}/tenantA/k/../../tenantB/k/v1/records.json",
        "{origin}/tenantA/k/%2e%2e/%2E%2e/tenantB/k/v1/records.json",
        "{origin}/tenantA/k/%252e%252e/tenantB/k/v1/records.json",
        "{origin}/tenantA/k/..%2f..%2ftenantB/k/v1/records.json",
        "{origin}/tenantA/k/..;/..;/tenantB/k/v1/records.json",
        "/tenantA/k/..\\..\\tenantB/k/v1/records.json",
        "{origin}/tenantA2/k/v1/records.json",
        "{origin}/tenanta/k/v1/records.json",
        "{origin}/k/v1/records.json",
        "{other}/tenantA/k/v1/records.json",
        "//{host}@{otherhost}/tenantA/k/v1/records.json",
    ],
)
@pytest.mark.parametrize("status", [302, 307])
def test_redirect_to_another_path_or_port_is_not_followed(
    server: TenantServer, other_server: TenantServer, status: int, location: str
) -> None:
    """No request is sent to the target, in whatever way its path is written."""
    server.status = status
    server.redirects["/tenantA/"] = location.format(
        origin=server.origin,
        other=other_server.origin,
        host=server.origin.partition("//")[2],
        otherhost=other_server.origin.partition("//")[2],
    )

    with pytest.raises(InvokeBadRequestError, match=r"^\[NOT_KINTONE\] .*redirect"):
        run(QueryRecords, server)

    assert len(server.requests) == 1
    assert not requests_to_other_tenants(server) + other_server.requests


def test_redirect_within_the_tenant_is_followed(server: TenantServer) -> None:
    """The token is sent with a redirect to another page of the same API."""
    server.redirects["/tenantA/k/guest/3/v1/records.json"] = "/tenantA/k/guest/3/v1/moved.json?app=1"

    run(QueryRecords, server)

    assert [each.tokens for each in server.requests] == [TOKEN, TOKEN]
    assert not requests_to_other_tenants(server)


OTHER_SITES = ["{origin}/tenantB", "{origin}/tenanta/", "{origin}/tenantA/b", "{origin}", "{other}/tenantA", "{other}"]
REFUSED_ADDRESSES = [
    "{origin}/tenantA/../tenantB",
    "{origin}/tenantB/../tenantA",
    "{origin}/tenantA/%2e%2e/tenantB",
    "{origin}/tenant%41",
    "{origin}//tenantA",
    "{origin}\\tenantA",
]


@pytest.mark.parametrize("domain", [*OTHER_SITES, *REFUSED_ADDRESSES])
@pytest.mark.parametrize("tool", [QueryRecords, AddRecord])
def test_call_that_names_another_site_needs_a_token_of_its_own(
    server: TenantServer, other_server: TenantServer, tool: type[Any], domain: str
) -> None:
    """Without a token of the call nothing is sent."""
    with pytest.raises(InvokeBadRequestError, match=r"^\[INVALID_INPUT\] .*kintone_domain"):
        run(tool, server, kintone_domain=domain.format(origin=server.origin, other=other_server.origin))

    assert not server.requests + other_server.requests


@pytest.mark.parametrize("domain", OTHER_SITES)
@pytest.mark.parametrize("tool", [QueryRecords, AddRecord])
def test_call_with_a_token_of_its_own_uses_only_the_credentials_app(
    server: TenantServer, other_server: TenantServer, tool: type[Any], domain: str
) -> None:
    """Neither token nor guest space of the credential is used, in requests or in the record's link."""
    site = domain.format(origin=server.origin, other=other_server.origin)

    text = run(tool, server, kintone_domain=site, kintone_api_token=TOKEN_OF_THE_CALL)

    requests = server.requests + other_server.requests
    assert {each.tokens for each in requests} == {TOKEN_OF_THE_CALL}
    assert not [each for each in requests if TOKEN in each.text or "guest" in each.target]
    assert TOKEN not in text
    assert (f"{site.rstrip('/')}/k/1/show#record=7" in text) is (tool is AddRecord)
    assert "guest" not in text


@pytest.mark.parametrize(
    "domain", ["{origin}/tenantA/", "{host}/tenantA", "{origin}/tenantA/k/guest/9/12/show#record=5"]
)
def test_call_that_names_its_own_site_keeps_token_and_guest_space(server: TenantServer, domain: str) -> None:
    """Another spelling of the credential's site is the same site, and the record's link has the guest space."""
    site = domain.format(origin=server.origin, host=server.origin.partition("//")[2])

    text = run(AddRecord, server, kintone_domain=site)

    assert {each.tokens for each in server.requests} == {TOKEN}
    assert all(each.target.startswith("/tenantA/k/guest/3/v1/") for each in server.requests)
    assert f"{server.origin}/tenantA/k/guest/3/1/show#record=7" in text


@pytest.mark.parametrize(
    ("space", "path"), [("0", "/k/"), (0, "/k/"), ("5", "/k/guest/5/"), (5.0, "/k/guest/5/"), ("", "/k/guest/3/")]
)
def test_guest_space_of_a_call(server: TenantServer, space: object, path: str) -> None:
    """0 means no guest space, another number that space, in requests and in the record's link."""
    text = run(AddRecord, server, kintone_guest_space_id=space)

    assert server.requests
    assert all(each.target.startswith(f"/tenantA{path}v1/") for each in server.requests)
    assert f"{server.origin}/tenantA{path}1/show#record=7" in text


@pytest.mark.parametrize("separator", [",", "\n", "\r\n", " ", "、"])
def test_tokens_are_joined_by_commas_in_one_header(server: TenantServer, separator: str) -> None:
    """Tokens that are separated by other characters are sent in one header, joined by commas."""
    run(QueryRecords, server, kintone_api_token=f"{TOKEN_OF_THE_CALL}{separator}{TOKEN}{separator}")

    assert [each.tokens for each in server.requests] == [f"{TOKEN_OF_THE_CALL},{TOKEN}"]
