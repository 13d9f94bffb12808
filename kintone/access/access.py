"""Who asks what: the site, the tokens and, where the app lives in one, the guest space."""

import hashlib
import secrets
from dataclasses import dataclass

from kintone.access.credentials import Tokens
from kintone.access.sites import Site

_SALT = secrets.token_bytes(32)


@dataclass(frozen=True, slots=True)
class Access:
    """Everything that decides how a request is authenticated and where it goes."""

    site: Site
    tokens: Tokens
    guest_space: int | None = None

    def digest(self) -> str:
        """Return what tells one access from another, for whatever is kept between calls; no token is found from it."""
        digest = hashlib.blake2b(key=_SALT, digest_size=16)
        for part in (str(self.site), str(self.guest_space), *self.tokens.secrets()):
            digest.update(part.encode("utf-8", "surrogatepass") + b"\n")
        return digest.hexdigest()
