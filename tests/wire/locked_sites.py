"""Local kintones that are locked in several ways, one plugin process that may ask them, and credentials for them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from dify_host import DifyHost
from local_kintone import ClientCertificate, LocalKintone
from tests.wire.plugin import credentials_of, running_plugin

USER, PASSWORD = "営業", "パス:ワード 🔑"
PFX_PASSWORD = "秘密"
FORM: dict[str, dict[str, Any]] = {
    "key": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "owner": {"type": "SINGLE_LINE_TEXT"},
    "scan": {"type": "FILE"},
}
LOCKS: dict[str, dict[str, Any]] = {
    "password": {},
    "certificate, TLS 1.2": {"https": True, "client_certificates": "required", "tls_version": "1.2"},
    "certificate, TLS 1.3": {"https": True, "client_certificates": "required", "tls_version": "1.3"},
    "certificate asked for": {"https": True, "client_certificates": "asked"},
    "open": {},
    "open with https": {"https": True},
}
WITH_CERTIFICATE = [name for name in LOCKS if name.startswith("certificate")]


class LockedSites:
    """The sites by the name of their lock; each has one app of the same form."""

    def __init__(self, host: DifyHost, sites: dict[str, LocalKintone]) -> None:
        """Create the apps."""
        self.host = host
        self.sites = sites
        self.app = {name: site.create_app("locked", FORM) for name, site in sites.items()}

    def credentials(self, name: str, owner: str = "sato") -> dict[str, str]:
        """Return a credential that opens a site; its certificate is issued to the owner."""
        site = self.sites[name]
        credentials = credentials_of(site, "view", "add", "edit", app=self.app[name])
        if name in WITH_CERTIFICATE:
            return {**credentials, **certificate_fields(site.client_certificate(owner))}
        return {**credentials, **password_fields()} if name == "password" else credentials


def password_fields(password: str = PASSWORD) -> dict[str, str]:
    """Return what a credential holds for Basic authentication."""
    return {"kintone_basic_auth_user": USER, "kintone_basic_auth_password": password}


def certificate_fields(certificate: ClientCertificate) -> dict[str, str]:
    """Return what a credential holds for a client certificate, as a PFX file."""
    return {
        "kintone_client_certificate": certificate.pfx(PFX_PASSWORD),
        "kintone_client_certificate_password": PFX_PASSWORD,
    }


@contextmanager
def running_locked_sites(folder: Path) -> Iterator[LockedSites]:
    """Run the sites, and a plugin that may ask them all and trusts their certificates."""
    with ExitStack() as stack:
        sites = {name: stack.enter_context(LocalKintone(seed="none", **options)) for name, options in LOCKS.items()}
        sites["password"].settings.basic_auth = (USER, PASSWORD)
        bundle = folder / "authorities.pem"
        bundle.write_bytes(b"".join(site.ca_file.read_bytes() for site in sites.values() if site.ca_file))
        origins = [site.origin for site in sites.values()]
        yield LockedSites(stack.enter_context(running_plugin(*origins, REQUESTS_CA_BUNDLE=str(bundle))), sites)
