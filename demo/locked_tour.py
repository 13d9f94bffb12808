"""The tour of two locked sites: one behind Basic authentication, one that wants a client certificate."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from demo import screen
from demo.session import DemoSession, check, is_plugin_message
from dify_host import DifyHost
from local_kintone import LocalKintone, Settings

USER, PASSWORD, WRONG_PASSWORD = "営業", "ひみつ 2026", "ひみつ 2025"
PFX_PASSWORD = "local"  # noqa: S105 - of a certificate that the demo alone accepts
QUERY = {"query": 'rank in ("High") limit 1', "fields": "sku, name"}


@dataclass(frozen=True)
class LockedSites:
    """Two running sites."""

    behind_password: LocalKintone
    behind_certificate: LocalKintone

    def environment(self) -> dict[str, str]:
        """Return the variable by which the plugin trusts the server's certificate."""
        return {"REQUESTS_CA_BUNDLE": str(self.behind_certificate.ca_file)}

    def origins(self) -> tuple[str, str]:
        """Return the addresses to allow."""
        return self.behind_password.origin, self.behind_certificate.origin


@contextmanager
def locked_sites() -> Iterator[LockedSites]:
    """Run both sites."""
    settings = Settings(basic_auth=(USER, PASSWORD))
    with (
        LocalKintone(seed="demo", settings=settings) as behind_password,
        LocalKintone(seed="demo", https=True, client_certificates="required") as behind_certificate,
    ):
        yield LockedSites(behind_password, behind_certificate)


def tour(host: DifyHost, sites: LockedSites) -> None:
    """Show that each site refuses without what opens it, and works with it."""
    _basic_authentication(host, sites.behind_password)
    _client_certificate(host, sites.behind_certificate)


def _basic_authentication(host: DifyHost, kintone: LocalKintone) -> None:
    screen.heading("19. A site behind Basic authentication")
    locked = DemoSession(host, _credentials(kintone))
    _check_refusal(locked, {}, "ACCESS_DENIED", "without user and password it is refused")
    user = {"kintone_basic_auth_user": USER}
    wrong = {**user, "kintone_basic_auth_password": WRONG_PASSWORD}
    _check_refusal(locked, wrong, "ACCESS_DENIED", "a wrong password is refused, and the message does not contain it")
    kintone.reset()
    _check_use(locked, {**user, "kintone_basic_auth_password": PASSWORD})
    check("each request carried the password", holds=all("Authorization" in each.headers for each in kintone.requests))


def _client_certificate(host: DifyHost, kintone: LocalKintone) -> None:
    screen.heading("20. A site that wants a client certificate, as Secure Access does")
    locked = DemoSession(host, _credentials(kintone))
    _check_refusal(locked, {}, "ACCESS_DENIED", "without a certificate it is refused")
    expired = {"kintone_client_certificate": kintone.client_certificate("sato", "expired").pem}
    _check_refusal(locked, expired, "INVALID_INPUT", "an expired one is refused before anything is sent")
    check("kintone has seen no request until here", holds=not kintone.requests)
    pfx = kintone.client_certificate("sato").pfx(PFX_PASSWORD)
    password = {"kintone_client_certificate_password": PFX_PASSWORD}
    _check_use(locked, {"kintone_client_certificate": pfx, **password})
    check("each connection presented it", holds={each.certificate for each in kintone.requests} == {"sato"})


def _credentials(kintone: LocalKintone) -> dict[str, str]:
    return {"kintone_domain": kintone.url, "kintone_app_id": "1", "kintone_api_token": kintone.token(1, "view")}


def _check_refusal(locked: DemoSession, key: Mapping[str, str], code: str, what: str) -> None:
    failure = locked.rejected_credential({**locked.credentials, **key})
    is_bare_line = is_plugin_message(failure.credential_view, failure)
    shown = [value for value in key.values() if value != USER and value in failure.message]
    check(what, holds=failure.code == code and is_bare_line and not shown)


def _check_use(locked: DemoSession, key: Mapping[str, str]) -> None:
    unlocked = DemoSession(locked.host, {**locked.credentials, **key})
    check("with what opens it the credential is accepted", holds=unlocked.host.validate(unlocked.credentials))
    outcome = unlocked.run("kintone_query", dict(QUERY))
    check("records are read with it", holds=outcome.variables["record_count"] == 1)
