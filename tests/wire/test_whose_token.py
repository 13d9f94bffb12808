"""A credential's token and guest space stay with the credential's own site; looked for in what arrives elsewhere."""

from collections.abc import Iterator
from typing import Any

import pytest
from dify_plugin.errors.model import InvokeBadRequestError

from tests.wire.gateway import Arrived, Gateway
from tools.kintone_add_record import AddRecord
from tools.kintone_query import QueryRecords

TOKEN = "qX7vLm2RtY9pKd4WzB8nHc6JsF3gTa5UeN1oVi0S"
OWN = "Zk4TqP8wYb1HxJ6rMd9VfC3sLg7NuA2eKoQiRy5B"
QUERY: dict[str, Any] = {"query": "limit 1"}
ADD: dict[str, Any] = {"record_data": {}, "validate_before_write": False}


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """Run a server with tenants that the operator allows."""
    with Gateway() as running:
        monkeypatch.setenv("KINTONE_ALLOWED_ORIGINS", running.origin)
        yield running


@pytest.fixture
def other(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """Run another one on the same host, which the operator allows as well."""
    with Gateway() as running:
        monkeypatch.setenv("KINTONE_ALLOWED_ORIGINS", f"{gateway.origin},{running.origin}")
        yield running


def credentials(gateway: Gateway, path: str = "/tenantA") -> dict[str, str]:
    """Return the credential of a tenant."""
    return {
        "kintone_domain": f"{gateway.origin}{path}",
        "kintone_app_id": "1",
        "kintone_api_token": TOKEN,
        "kintone_guest_space_id": "3",
    }


def asked(tool: type[Any], gateway: Gateway, **parameters: object) -> str:
    """Run a tool and return all that it tells."""
    given = {**(QUERY if tool is QueryRecords else ADD), **parameters}
    return "".join(message.model_dump_json() for message in tool.from_credentials(credentials(gateway)).invoke(given))


def strays(gateway: Gateway) -> list[Arrived]:
    """Return what arrived at another tenant than the credential's own."""
    return [each for each in gateway.arrived if not each.target.startswith("/tenantA/k/guest/3/v1/")]


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
    gateway: Gateway, other: Gateway, status: int, location: str
) -> None:
    """Neither the token nor anything else goes there, however the way there is written."""
    gateway.status = status
    gateway.redirects["/tenantA/"] = location.format(
        origin=gateway.origin,
        other=other.origin,
        host=gateway.origin.partition("//")[2],
        otherhost=other.origin.partition("//")[2],
    )

    with pytest.raises(InvokeBadRequestError, match=r"^\[NOT_KINTONE\] .*redirect"):
        asked(QueryRecords, gateway)

    assert len(gateway.arrived) == 1
    assert not strays(gateway) + other.arrived


def test_redirect_within_the_tenant_is_followed(gateway: Gateway) -> None:
    """The token comes along to another page of the same API."""
    gateway.redirects["/tenantA/k/guest/3/v1/records.json"] = "/tenantA/k/guest/3/v1/moved.json?app=1"

    asked(QueryRecords, gateway)

    assert [each.tokens for each in gateway.arrived] == [TOKEN, TOKEN]
    assert not strays(gateway)


SITES = ["{origin}/tenantB", "{origin}/tenanta/", "{origin}/tenantA/b", "{origin}", "{other}/tenantA", "{other}"]
REFUSED = [
    "{origin}/tenantA/../tenantB",
    "{origin}/tenantB/../tenantA",
    "{origin}/tenantA/%2e%2e/tenantB",
    "{origin}/tenant%41",
    "{origin}//tenantA",
    "{origin}\\tenantA",
]


@pytest.mark.parametrize("domain", [*SITES, *REFUSED])
@pytest.mark.parametrize("tool", [QueryRecords, AddRecord])
def test_call_that_names_another_site_needs_a_token_of_its_own(
    gateway: Gateway, other: Gateway, tool: type[Any], domain: str
) -> None:
    """Without one nothing leaves at all."""
    with pytest.raises(InvokeBadRequestError, match=r"^\[INVALID_INPUT\] .*kintone_domain"):
        asked(tool, gateway, kintone_domain=domain.format(origin=gateway.origin, other=other.origin))

    assert not gateway.arrived + other.arrived


@pytest.mark.parametrize("domain", SITES)
@pytest.mark.parametrize("tool", [QueryRecords, AddRecord])
def test_call_with_a_token_of_its_own_brings_nothing_of_the_credential(
    gateway: Gateway, other: Gateway, tool: type[Any], domain: str
) -> None:
    """Neither its token nor its guest space, which is not in the record's link either; the app is the credential's."""
    named = domain.format(origin=gateway.origin, other=other.origin)

    told = asked(tool, gateway, kintone_domain=named, kintone_api_token=OWN)

    arrived = gateway.arrived + other.arrived
    assert {each.tokens for each in arrived} == {OWN}
    assert not [each for each in arrived if TOKEN in each.sent or "guest" in each.target]
    assert TOKEN not in told
    assert (f"{named.rstrip('/')}/k/1/show#record=7" in told) is (tool is AddRecord)
    assert "guest" not in told


@pytest.mark.parametrize(
    "domain", ["{origin}/tenantA/", "{host}/tenantA", "{origin}/tenantA/k/guest/9/12/show#record=5"]
)
def test_call_that_names_its_own_site_keeps_token_and_guest_space(gateway: Gateway, domain: str) -> None:
    """The credential's own site in another spelling is the same site; the record's link names the guest space."""
    named = domain.format(origin=gateway.origin, host=gateway.origin.partition("//")[2])

    told = asked(AddRecord, gateway, kintone_domain=named)

    assert {each.tokens for each in gateway.arrived} == {TOKEN}
    assert all(each.target.startswith("/tenantA/k/guest/3/v1/") for each in gateway.arrived)
    assert f"{gateway.origin}/tenantA/k/guest/3/1/show#record=7" in told


@pytest.mark.parametrize(
    ("space", "way"), [("0", "/k/"), (0, "/k/"), ("5", "/k/guest/5/"), (5.0, "/k/guest/5/"), ("", "/k/guest/3/")]
)
def test_guest_space_of_a_call(gateway: Gateway, space: object, way: str) -> None:
    """0 asks outside of guest spaces, a number in that one; requests and the record's link agree."""
    told = asked(AddRecord, gateway, kintone_guest_space_id=space)

    assert gateway.arrived
    assert all(each.target.startswith(f"/tenantA{way}v1/") for each in gateway.arrived)
    assert f"{gateway.origin}/tenantA{way}1/show#record=7" in told


@pytest.mark.parametrize("between", [",", "\n", "\r\n", " ", "、"])
def test_tokens_on_separate_lines_are_sent_as_kintone_takes_them(gateway: Gateway, between: str) -> None:
    """Each is a token, and kintone takes several in one header, joined by commas."""
    asked(QueryRecords, gateway, kintone_api_token=f"{OWN}{between}{TOKEN}{between}")

    assert [each.tokens for each in gateway.arrived] == [f"{OWN},{TOKEN}"]
