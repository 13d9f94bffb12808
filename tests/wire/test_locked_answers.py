"""What people read when something in front of kintone refuses: at saving a credential, and at a write."""

from collections.abc import Iterator
from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.wire.plugin import Ports, credentials_of

USER, PASSWORD = "site", "inner-4711"
BASIC = {"kintone_basic_auth_user": USER, "kintone_basic_auth_password": PASSWORD}
WRONG_BASIC = {**BASIC, "kintone_basic_auth_password": "outer-0815"}
ELSEWHERE = ["10.0.0.0/8"]
NOT_SAVED, MAYBE_SAVED = "nothing is saved", "it may have been saved"
PARAMETERS = tuple(BASIC)
WRITE = {"record_id": "1", "comment_text": "locked"}
"""A comment is written without a request before it."""


@pytest.fixture(scope="module")
def other_site(ports: Ports) -> Iterator[LocalKintone]:
    """Run a second kintone, which wants Basic authentication."""
    with LocalKintone(seed="demo", port=ports.take()) as running:
        running.settings.basic_auth = (USER, PASSWORD)
        yield running


@pytest.fixture(autouse=True)
def _unlocked(site: LocalKintone) -> Iterator[None]:
    site.reset()
    yield
    site.clear_failures()
    site.settings.basic_auth = None
    site.settings.allowed_addresses = None
    site.settings.maintenance = False


def refusals(host: DifyHost, site: LocalKintone, given: dict[str, str], certainty: str) -> str:
    """Save a credential and write, which both fail with the same code and advice; return code and advice."""
    credentials = {**credentials_of(site), **given}
    with pytest.raises(PluginFailure) as saved:
        host.validate(credentials, timeout=60)
    with pytest.raises(PluginFailure) as written:
        host.invoke("kintone_add_record_comment", WRITE, credentials, timeout=60)

    failures = (saved.value, written.value)
    for failure in failures:
        assert "\n" not in failure.message
        assert [secret for secret in ("inner-4711", "outer-0815") if secret in failure.message] == []
    assert saved.value.error_type == "CredentialsValidateFailedError"
    assert certainty in written.value.message
    assert site.writes == []
    advice = saved.value.message.split(" · ")[1]
    assert advice in written.value.message
    assert saved.value.code == written.value.code
    return saved.value.message


def test_basic_authentication_that_is_wanted(host: DifyHost, site: LocalKintone) -> None:
    """Both parameters and the address of Dify's server are named; nothing reached kintone."""
    site.settings.basic_auth = (USER, PASSWORD)
    told = refusals(host, site, {}, NOT_SAVED)

    assert told.startswith("[ACCESS_DENIED] ")
    assert [name for name in PARAMETERS if name not in told] == []
    assert "fill in" in told
    assert "IP address" in told


def test_basic_authentication_that_is_wrong(host: DifyHost, site: LocalKintone) -> None:
    """What is given is to be corrected."""
    site.settings.basic_auth = (USER, PASSWORD)
    told = refusals(host, site, WRONG_BASIC, NOT_SAVED)

    assert told.startswith("[ACCESS_DENIED] ")
    assert [name for name in PARAMETERS if name not in told] == []
    assert "fill in" not in told


@pytest.mark.parametrize("given", [{}, BASIC], ids=["nothing", "basic"])
def test_address_that_is_not_allowed(host: DifyHost, site: LocalKintone, given: dict[str, str]) -> None:
    """The address is named as a possibility; the page does not prove that nothing was saved."""
    site.settings.allowed_addresses = ELSEWHERE
    told = refusals(host, site, given, MAYBE_SAVED)

    assert told.startswith("[ACCESS_DENIED] ")
    assert "perhaps because the IP address" in told
    assert ([name for name in PARAMETERS if name in told] == []) is bool(given)
    assert "kintone_client_certificate" in told


def test_maintenance(host: DifyHost, site: LocalKintone) -> None:
    """It is told as such, with the status."""
    site.settings.maintenance = True
    credentials = credentials_of(site)
    with pytest.raises(PluginFailure) as saved:
        host.validate(credentials, timeout=60)
    with pytest.raises(PluginFailure) as written:
        host.invoke("kintone_add_record_comment", WRITE, credentials, timeout=60)

    for failure in (saved.value, written.value):
        assert failure.code == "UNAVAILABLE"
        assert "maintenance" in failure.message
        assert "503" in failure.message
    assert MAYBE_SAVED in written.value.message
    assert site.writes == []


@pytest.mark.parametrize("title", ["No required SSL certificate was sent", "The SSL certificate error"])
def test_page_of_nginx_about_the_certificate(host: DifyHost, site: LocalKintone, title: str) -> None:
    """The parameter is named; a page proves nothing about a write."""
    site.fail(times=None, status=400, body=f"<html><center>{title}</center><hr>nginx</html>")
    told = refusals(host, site, {}, MAYBE_SAVED)

    assert told.startswith("[ACCESS_DENIED] ")
    assert "wants a client certificate" in told
    assert "kintone_client_certificate" in told


def test_call_to_another_site_is_told_that_nothing_goes_along(
    host: DifyHost, site: LocalKintone, other_site: LocalKintone
) -> None:
    """The credential's own Basic authentication would open the other site, and is not sent there."""
    other = credentials_of(other_site)
    elsewhere = {name: other[name] for name in ("kintone_domain", "kintone_app_id", "kintone_api_token")}
    parameters: dict[str, Any] = {"record_data": {"sku": "x"}, **elsewhere}
    with pytest.raises(PluginFailure) as failed:
        host.invoke("kintone_add_record", parameters, {**credentials_of(site), **BASIC}, timeout=60)

    assert failed.value.code == "ACCESS_DENIED"
    assert "credential of its own" in failed.value.message
    assert NOT_SAVED in failed.value.message
    assert {each.headers.get("Authorization") for each in other_site.requests} == {None}
    assert other_site.writes == []
