"""Requests to kintone's official hosts, checked without sending them."""

import pytest
import responses
from responses import matchers

from kintone.access.credentials import Tokens
from kintone.access.settings import OperatorSettings
from kintone.access.sites import read_site
from kintone.api import Request, RetrySafety
from kintone.client import Access, KintoneClient
from kintone.errors import AuthenticationError, NotFoundError, UnknownResponseError
from kintone.messages import Message

READ = Request(Message("reading the app"), "GET", "app", {"id": 12}, RetrySafety.READ)


def client_of(address: str, guest_space: int | None = None) -> KintoneClient:
    """Return a client of an official host with default settings."""
    settings = OperatorSettings()
    return KintoneClient(
        Access(read_site(address, settings.allowed_origins), Tokens("abc12345, def12345"), guest_space), settings
    )


@responses.activate
@pytest.mark.parametrize(
    "address", ["example.cybozu.com", "example.kintone.com", "example.cybozu.cn", "example.s.cybozu.com"]
)
def test_request_when_the_host_is_official(address: str) -> None:
    """Requests use HTTPS, with the tokens only in kintone's header and without a Content-Type."""
    headers = {
        "X-Cybozu-API-Token": "abc12345,def12345",
        "User-Agent": "kintone_integration",
        "Accept-Encoding": "gzip",
        "Accept-Language": "en",
    }
    responses.get(
        f"https://{address}/k/v1/app.json?id=12",
        json={"appId": "12"},
        match=[matchers.header_matcher(headers, strict_match=True)],
    )
    with client_of(address) as client:
        assert client.call(READ).body == {"appId": "12"}


@responses.activate
def test_request_when_the_app_is_in_a_guest_space() -> None:
    """The guest space is part of the path."""
    responses.get("https://example.cybozu.com/k/guest/3/v1/app.json?id=12", json={"appId": "12"})
    with client_of("example.cybozu.com", guest_space=3) as client:
        assert client.call(READ).body == {"appId": "12"}


@responses.activate
def test_request_when_the_subdomain_is_unknown() -> None:
    """Kintone's HTML page for an unknown subdomain is reported as a wrong address."""
    responses.get("https://example.cybozu.com/k/v1/app.json", status=404, body="<html>Not Found</html>")
    with client_of("example.cybozu.com") as client, pytest.raises(NotFoundError, match="kintone_domain"):
        client.call(READ)


@responses.activate
def test_request_when_redirected_to_plain_http() -> None:
    """A redirect to http is an error, and no further request is made."""
    responses.get(
        "https://example.cybozu.com/k/v1/app.json", status=302, headers={"Location": "http://example.cybozu.com/"}
    )
    with client_of("example.cybozu.com") as client, pytest.raises(UnknownResponseError, match="redirect"):
        client.call(READ)

    assert len(responses.calls) == 1


@responses.activate
def test_request_when_an_old_server_answers_520() -> None:
    """Kintone's code decides about the error, not the status 520, and nothing is repeated."""
    responses.get("https://example.cybozu.com/k/v1/app.json", status=520, json={"code": "GAIA_IA02", "message": "m"})
    with client_of("example.cybozu.com") as client, pytest.raises(AuthenticationError, match="GAIA_IA02"):
        client.call(READ)

    assert len(responses.calls) == 1
