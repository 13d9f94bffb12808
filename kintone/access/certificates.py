"""The client certificate of a site with Secure Access, held in memory only."""

import ssl
from typing import Final

CERTIFICATE: Final = "kintone_client_certificate"


class ClientCertificate:
    """A certificate chain with its private key, which ``repr`` does not show."""

    def __init__(self, chain: bytes, key: bytes) -> None:
        """Take chain (the leaf first) and unencrypted key, both as PEM."""
        self._chain = chain
        self._key = key

    def context(self) -> ssl.SSLContext:
        """Return a new TLS context that presents the certificate."""
        raise NotImplementedError

    def identity(self) -> bytes:
        """Return bytes that differ for each certificate and key."""
        return self._chain + self._key

    def secrets(self) -> tuple[str, ...]:
        """Return the texts to mask in messages and in data."""
        return (self._key.decode("ascii"),)

    def __repr__(self) -> str:
        """Show nothing."""
        return "ClientCertificate(***)"
