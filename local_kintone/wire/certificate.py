"""A certificate for HTTPS on loopback, made anew for every server."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HOSTS = ("localhost", "127.0.0.1", "::1")


def tls_context(ca_file: Path, hosts: tuple[str, ...] = HOSTS) -> ssl.SSLContext:
    """Make a certificate authority and a server certificate.

    Args:
        ca_file: where the authority's certificate is written (PEM), for REQUESTS_CA_BUNDLE.
        hosts: names and addresses that the server certificate is for.

    Returns:
        The context for the server's side.
    """
    # Only HTTPS needs it, so plain HTTP works with the standard library alone.
    import trustme  # noqa: PLC0415

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*hosts).configure_cert(context)
    ca_file.write_bytes(authority.cert_pem.bytes())
    return context
