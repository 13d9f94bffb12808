"""Saving a credential, in the real plugin process."""

from collections.abc import Iterator
from typing import Any

import pytest
from dify_plugin.errors.tool import ToolProviderCredentialValidationError

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from provider.kintone import KintoneProvider
from tests.wire.plugin import NO_SUCH_HOST, NOBODY_LISTENS, Ports, credentials_of


@pytest.fixture(scope="module")
def secure_site(ports: Ports) -> Iterator[LocalKintone]:
    """Run a local kintone whose certificate nobody trusts."""
    with LocalKintone(seed="none", https=True, port=ports.take()) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_failures(site: LocalKintone) -> None:
    site.clear_failures()


def refusal(host: DifyHost, credentials: dict[str, Any]) -> str:
    """Return the sentence with which a credential is refused."""
    with pytest.raises(PluginFailure) as refused:
        host.validate(credentials, timeout=60)

    failure = refused.value
    assert failure.error_type == "CredentialsValidateFailedError"
    assert "\n" not in failure.message
    token = str(credentials.get("kintone_api_token") or "").strip()
    assert len(token) < 8 or token not in failure.message + failure.traceback
    return failure.message


@pytest.mark.parametrize("permissions", [["view"], ["add"], ["view", "add", "edit", "delete"]])
def test_validate_when_the_token_may_read_the_app(host: DifyHost, site: LocalKintone, permissions: list[str]) -> None:
    """A view-only and an add-only token are accepted."""
    assert host.validate(credentials_of(site, *permissions))


def test_validate_when_the_token_has_other_permissions(host: DifyHost, site: LocalKintone) -> None:
    """A token that kintone recognises but that may neither view nor add is accepted."""
    assert host.validate(credentials_of(site, "edit"))


def test_validate_when_values_are_pasted_with_surroundings(host: DifyHost, site: LocalKintone) -> None:
    """White space, line ends and full-width digits around good values do not matter."""
    good = credentials_of(site, "view")
    pasted = {"kintone_api_token": f" {good['kintone_api_token']}\r\n", "kintone_app_id": "１ "}

    assert host.validate({**good, **pasted})


def test_validate_when_each_value_is_wrong(host: DifyHost, site: LocalKintone, secure_site: LocalKintone) -> None:
    """Each outcome has a sentence of its own that names the value to correct."""
    good = credentials_of(site, "view")
    guest_app = next(number for number, app in site.apps.items() if app.guest_space)
    cases: dict[str, tuple[dict[str, Any], str]] = {
        "unknown token": ({"kintone_api_token": "wrong" * 8}, "kintone_api_token"),
        "no app": ({"kintone_app_id": "999"}, "kintone_app_id"),
        "guest space": (credentials_of(site, "view", app=guest_app), "kintone_guest_space_id"),
        "wrong guest space": ({"kintone_guest_space_id": "999"}, "kintone_guest_space_id"),
        "refused": ({"kintone_domain": NOBODY_LISTENS}, "kintone_domain"),
        "dns": ({"kintone_domain": NO_SUCH_HOST}, "kintone_domain"),
        "tls": ({"kintone_domain": secure_site.url}, "kintone_domain"),
        "http": ({"kintone_domain": "http://example.cybozu.com"}, "kintone_domain"),
        "other host": ({"kintone_domain": "example.evil.example"}, "kintone_domain"),
        "ten tokens": ({"kintone_api_token": ",".join(f"t{number}" for number in range(10))}, "kintone_api_token"),
        "no domain": ({"kintone_domain": " "}, "kintone_domain"),
        "no app id": ({"kintone_app_id": ""}, "kintone_app_id"),
        "no token": ({"kintone_api_token": None}, "kintone_api_token"),
        "bad guest space": ({"kintone_guest_space_id": "three"}, "kintone_guest_space_id"),
    }
    sentences = {name: refusal(host, {**good, **wrong}) for name, (wrong, _) in cases.items()}

    for name, (_, value) in cases.items():
        assert value in sentences[name], name
    assert len({sentence.split(" · (")[0] for sentence in sentences.values()}) == len(cases)


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ({"status": 404, "body": "<html>not found</html>"}, "no kintone at this address"),
        ({"status": 400, "code": "GAIA_AP15"}, "belongs to another app"),
        ({"login_page": True}, "not kintone's JSON"),
        ({"status": 503, "body": "<html>maintenance</html>"}, "not available right now"),
        ({"status": 403, "body": "<html>blocked</html>"}, "in front of kintone"),
    ],
)
def test_validate_when_the_site_misbehaves(
    host: DifyHost, site: LocalKintone, failure: dict[str, Any], words: str
) -> None:
    """What the site answers instead of its app is told in its own words."""
    site.fail(api="app", times=None, **failure)

    assert words in refusal(host, credentials_of(site, "view"))


@pytest.mark.parametrize(
    ("seconds", "failure", "code"),
    [
        ({"REQUEST_TIMEOUT": 0.2}, {"delay": 3.0}, "TIMED_OUT"),
        ({"MAX_CHECK_SECONDS": 0.3}, {"delay": 3.0}, "BUDGET_EXCEEDED"),
        ({"MAX_CHECK_SECONDS": 0.3}, {"delay_sending": 0.1, "pieces": 50}, "BUDGET_EXCEEDED"),
        ({}, {"bomb_bytes": 1_000_000}, "TOO_LARGE"),
    ],
)
def test_validate_when_the_answer_is_slow_or_endless(
    site: LocalKintone,
    monkeypatch: pytest.MonkeyPatch,
    seconds: dict[str, float],
    failure: dict[str, Any],
    code: str,
) -> None:
    """The check has a time of its own, and nothing is advised that only a tool's call or the operator could change."""
    monkeypatch.setattr("kintone.execution.MAX_ANSWER_BYTES", 10_000)
    for name, value in seconds.items():
        monkeypatch.setattr(f"provider.kintone.{name}", value)
    monkeypatch.setenv("KINTONE_ALLOWED_ORIGINS", site.origin)
    site.fail(api="app", times=None, **failure)

    with pytest.raises(ToolProviderCredentialValidationError) as refused:
        KintoneProvider().validate_credentials(credentials_of(site, "view"))

    told = str(refused.value)
    assert told.startswith(f"[{code}] ")
    assert "check kintone_domain" in told
    assert [words for words in ("request_timeout", "KINTONE_CALL_BUDGET", "ask for", "at once") if words in told] == []


def test_validate_when_the_operator_allows_less_time(site: LocalKintone, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator's budget for a call holds for the check as well."""
    monkeypatch.setenv("KINTONE_ALLOWED_ORIGINS", site.origin)
    monkeypatch.setenv("KINTONE_CALL_BUDGET", "1")
    site.fail(api="app", times=None, delay=5.0)

    with pytest.raises(ToolProviderCredentialValidationError, match=r"^\[BUDGET_EXCEEDED\] .*within 1 seconds"):
        KintoneProvider().validate_credentials(credentials_of(site, "view"))
