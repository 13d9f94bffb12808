"""Certificates and keys made for the tests, and the texts in which people paste them."""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from kintone.access.certificates import read_certificate
from kintone.errors import InvalidParameterError
from tests.wire.leak_cases import pieces_in

type Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

PASSWORD = "pÄss wörd 2026"
FOLDER = Path(__file__).with_name("test_only_keys")
FIXED_PASSWORD = "test-password"
"""That of the files in the folder."""
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def fixed(name: str) -> str:
    """Return a text of the folder of keys, made once with ``openssl pkcs12 -export -legacy``."""
    return (FOLDER / f"{name}.txt").read_text(encoding="ascii")


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: Key

    @classmethod
    def made(  # noqa: PLR0913 - the parts of a certificate
        cls,
        name: str,
        issuer: "Pair | None" = None,
        key: Key | None = None,
        start: datetime = NOW - timedelta(days=1),
        end: datetime = NOW + timedelta(days=36_500),
        *,
        is_authority: bool = False,
    ) -> Self:
        """Make a certificate, by default signed by its own key and valid from the day before ``NOW`` on."""
        own = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        signer: Key = issuer.key if issuer else own
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        hashing = None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashes.SHA256()
        return cls(builder.sign(signer, hashing), own)

    def pem(self) -> str:
        """Return the certificate as PEM."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def key_pem(self, password: str = "", form: PrivateFormat = PrivateFormat.PKCS8) -> str:
        """Return the key as PEM."""
        return self.key.private_bytes(Encoding.PEM, form, _encryption(password)).decode()

    def pfx(self, password: str = "", *others: "Pair") -> bytes:
        """Return the bytes of a PFX file, with the certificates of others."""
        chain = [other.certificate for other in others]
        return pkcs12.serialize_key_and_certificates(b"x", self.key, self.certificate, chain, _encryption(password))


def _encryption(password: str) -> KeySerializationEncryption:
    return BestAvailableEncryption(password.encode()) if password else NoEncryption()


def in_base64(file: bytes) -> str:
    """Return a file in base64 on one line."""
    return base64.b64encode(file).decode()


@cache
def chain() -> tuple[Pair, Pair, Pair]:
    """Return a leaf, the authority that issued it, and the root."""
    root = Pair.made("root", is_authority=True)
    middle = Pair.made("middle", root, is_authority=True)
    return Pair.made("leaf", middle), middle, root


def refusal(text: object, password: object = None) -> str:
    """Return the sentence of a refusal, which has the code for input and shows nothing of text and password."""
    with pytest.raises(InvalidParameterError) as refused:
        read_certificate(text, password, NOW)
    sentence = str(refused.value)
    assert refused.value.code == "INVALID_INPUT"
    assert "kintone_client_certificate" in sentence
    assert refused.value.__cause__ is None
    assert not password or str(password) not in sentence
    for line in re.findall(r"[A-Za-z0-9+/=]{40,}", str(text)):
        assert pieces_in(sentence, line[:200]) == []
    return sentence


def der(pair: Pair, form: PrivateFormat = PrivateFormat.PKCS8, password: bytes = b"") -> bytes:
    """Return the key in DER."""
    return pair.key.private_bytes(Encoding.DER, form, BestAvailableEncryption(password) if password else NoEncryption())
