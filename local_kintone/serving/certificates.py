"""Certificates made for one run: the server's, and those of clients as cybozu.com issues them for Secure Access.

cybozu.com lets a client in from any address that presents a certificate which its administrator issued:
https://jp.cybozu.help/general/ja/admin/list_security/list_access/secureaccess.html
"""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, cast

# trustme and cryptography are imported inside the functions because only HTTPS needs them.

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import trustme

type Demand = Literal["none", "required", "asked"]
type State = Literal["valid", "expired", "early", "foreign"]
type Version = Literal["1.2", "1.3"]

HOSTS = ("localhost", "127.0.0.1", "::1")
# Certificates of Secure Access last a year by default:
# https://help.cybozu.com/ja/general/admin/issue_client.html
LIFETIME = timedelta(days=365)
DAY = timedelta(days=1)
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
X509_V_FLAG_NO_CHECK_TIME = 0x200000


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A client certificate with its private key.

    Attributes:
        name: the common name of its subject, which `ReceivedRequest.certificate` shows.
        serial: its serial number.
        chain: the certificate and, if there is one, the intermediate authority's, as PEM.
        key: the private key as PEM, not encrypted.
    """

    name: str
    serial: int
    chain: bytes
    key: bytes

    @property
    def pem(self) -> str:
        """The chain followed by the key; what `kintone_client_certificate` and curl's --cert take."""
        return (self.chain + self.key).decode("ascii")

    def pfx(self, password: str = "") -> str:
        """Return a PFX file as base64 on one line; without a password it is not encrypted."""
        from cryptography import x509  # noqa: PLC0415
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: PLC0415

        leaf, *others = x509.load_pem_x509_certificates(self.chain)
        key = cast("pkcs12.PKCS12PrivateKeyTypes", serialization.load_pem_private_key(self.key, None))
        encryption = (
            serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
        )
        packed = pkcs12.serialize_key_and_certificates(self.name.encode(), key, leaf, others, encryption)
        return base64.b64encode(packed).decode("ascii")

    def __repr__(self) -> str:
        """Show the name only."""
        return f"ClientCertificate({self.name!r})"


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a connection.

    Attributes:
        address: its IP address.
        certificate: the common name of the client certificate that it presented; None without one.
        serial: the certificate's serial number; None without one.
        expires: the end of the certificate's validity, and
        begins: its beginning, in seconds since 1970; 0 without a certificate.
    """

    address: str = "127.0.0.1"
    certificate: str | None = None
    serial: int | None = None
    begins: float = 0.0
    expires: float = 0.0

    @classmethod
    def of(cls, address: str, connection: object) -> Peer:
        """Read the certificate of a connection, if it is one with TLS and the client has presented one."""
        shown: Any = connection.getpeercert() if isinstance(connection, ssl.SSLSocket) else None
        if not shown:
            return cls(address)
        names = dict(pair for part in shown["subject"] for pair in part)
        return cls(
            address,
            names.get("commonName", ""),
            int(shown["serialNumber"], 16),
            ssl.cert_time_to_seconds(shown["notBefore"]),
            ssl.cert_time_to_seconds(shown["notAfter"]),
        )


class ClientAuthority:
    """Issues client certificates and tells which are accepted. Another authority, not accepted, belongs to it."""

    def __init__(self) -> None:
        """Make no key before the first certificate is wanted."""
        self._accepted: set[int] = set()
        self.demand: Demand = "none"

    @cached_property
    def _own(self) -> trustme.CA:
        import trustme  # noqa: PLC0415

        return trustme.CA(organization_name="Local kintone")

    @cached_property
    def _foreign(self) -> trustme.CA:
        import trustme  # noqa: PLC0415

        return trustme.CA(organization_name="Another authority")

    def issue(self, name: str = "sato", state: State = "valid", *, intermediate: bool = False) -> ClientCertificate:
        """Issue a certificate.

        Args:
            name: the common name of its subject.
            state: "valid", "expired" since yesterday, "early" (valid from tomorrow), or "foreign", of an authority
                that the server does not accept.
            intermediate: whether an intermediate authority issues it.
        """
        authority = self._foreign if state == "foreign" else self._own
        if intermediate:
            authority = authority.create_child_ca()
        shift = {"expired": -DAY - LIFETIME, "early": DAY}.get(state, -DAY)
        begins = datetime.now(UTC) + shift
        leaf = authority.issue_cert(common_name=name, not_before=begins, not_after=begins + LIFETIME)
        chain = b"".join(part.bytes() for part in leaf.cert_chain_pems)
        serial = _serial(chain)
        if state != "foreign":
            self._accepted.add(serial)
        return ClientCertificate(name, serial, chain, leaf.private_key_pem.bytes())

    def revoke(self, certificate: ClientCertificate) -> None:
        """Accept a certificate no longer; a TLS handshake with it still succeeds."""
        self._accepted.discard(certificate.serial)

    def accepts(self, peer: Peer) -> bool:
        """Tell whether a peer has presented a certificate of this authority that is valid now."""
        now = datetime.now(UTC).timestamp()
        return peer.serial in self._accepted and peer.begins <= now <= peer.expires

    def configure(self, context: ssl.SSLContext) -> None:
        """Have a server's TLS context demand certificates as `demand` says."""
        if self.demand == "none":
            return
        own, foreign = (each.cert_pem.bytes().decode() for each in (self._own, self._foreign))
        context.load_verify_locations(cadata=own)
        context.verify_mode = ssl.CERT_REQUIRED
        if self.demand == "asked":
            # As in nginx, the handshake succeeds whatever comes, and an answer refuses it.
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(cadata=foreign)
            context.verify_flags |= X509_V_FLAG_NO_CHECK_TIME


def server_context(
    ca_file: Path, hosts: Iterable[str], clients: ClientAuthority, version: Version | None = None
) -> ssl.SSLContext:
    """Create a certificate authority and a server certificate.

    Args:
        ca_file: where the authority's certificate is written (PEM), for REQUESTS_CA_BUNDLE.
        hosts: host names and addresses of the server certificate beside those of this machine.
        clients: the authority of client certificates.
        version: the only version of TLS that is spoken; None for 1.2 and 1.3.

    Returns:
        The server's TLS context.
    """
    import trustme  # noqa: PLC0415

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*HOSTS, *hosts).configure_cert(context)
    ca_file.write_bytes(authority.cert_pem.bytes())
    context.minimum_version = VERSIONS[version or "1.2"]
    context.maximum_version = VERSIONS[version or "1.3"]
    clients.configure(context)
    return context


def _serial(chain: bytes) -> int:
    from cryptography import x509  # noqa: PLC0415

    return x509.load_pem_x509_certificate(chain).serial_number
