"""What a request brings to a site that is locked for others; advice never names what is there already."""

from dataclasses import dataclass
from typing import Final

from kintone.access.credentials import Access
from kintone.access.sites import OFFICIAL_HOST


@dataclass(frozen=True, slots=True)
class SiteKeys:
    """Basic authentication and client certificate of a request, and which kind of address it goes to.

    ``is_official`` is false for an origin of the operator, ``is_secure_access`` true for ``sub.s.`` hosts. A request to
    another site than the credential's (``is_other_site``) never brings Basic authentication or a certificate.
    """

    host: str = ""
    has_basic_auth: bool = False
    has_certificate: bool = False
    is_official: bool = True
    is_secure_access: bool = False
    is_other_site: bool = False

    @property
    def may_want_certificate(self) -> bool:
        """Whether the address is one to which a client certificate may be sent."""
        return self.has_certificate or self.is_secure_access or not self.is_official

    @property
    def secure_host(self) -> str:
        """The site's address of Secure Access, empty for the address itself and for an origin of the operator."""
        if not self.is_official or self.is_secure_access:
            return ""
        name, _, region = self.host.partition(".")
        return f"{name}.s.{region}"


NO_KEYS: Final = SiteKeys()


def site_keys(access: Access) -> SiteKeys:
    """Return what the requests of an access bring."""
    return SiteKeys(
        host=access.site.host,
        has_basic_auth=access.basic_auth is not None,
        has_certificate=access.certificate is not None,
        is_official=OFFICIAL_HOST.fullmatch(access.site.host) is not None,
        is_secure_access=access.site.is_secure_access,
        is_other_site=access.is_other_site,
    )
