"""What is refused as a client certificate: one sentence each, which holds nothing of the text."""

import os
import re
import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from kintone.access.certificates import read_certificate
from tests.unit.certificate_samples import FIXED_PASSWORD, NOW, PASSWORD, Pair, chain, der, fixed, in_base64, refusal

SECRET_PATH = "C:/Users/hunter2hunter2/Certificates.pfx"


@pytest.mark.parametrize("write", [lambda pair: in_base64(pair.pfx()), lambda pair: pair.pem() + pair.key_pem()])
def test_dates_are_told_in_utc(write: Callable[[Pair], str]) -> None:
    """Expired and not yet valid have a sentence each, with the date; the last second counts."""
    start, end = NOW - timedelta(days=365), NOW - timedelta(seconds=1)
    late = Pair.made("late", start=start, end=end)
    early = Pair.made("early", start=NOW + timedelta(seconds=1))

    assert "2026-11-27 11:59 UTC" in refusal(write(late))
    assert "expired" in refusal(write(late))
    assert "2026-11-27 12:00 UTC" in refusal(write(early))
    assert "expired" not in refusal(write(early))
    assert read_certificate(write(late), None, end) is not None
    assert read_certificate(write(early), None, NOW + timedelta(seconds=1)) is not None


def test_only_the_leaf_has_to_be_valid() -> None:
    """An authority of the chain may have expired; the server decides."""
    root = Pair.made("root", start=NOW - timedelta(days=9), end=NOW - timedelta(days=2), is_authority=True)
    leaf = Pair.made("leaf", root)

    assert read_certificate(in_base64(leaf.pfx("", root)), None, NOW) is not None


LEAF = chain()[0]
WITHOUT_KEY = {
    "a .cer file": in_base64(LEAF.certificate.public_bytes(Encoding.DER)),
    "PEM": LEAF.pem(),
    "a PEM chain": "".join(each.pem() for each in chain()),
    "PEM in base64": in_base64(LEAF.pem().encode()),
    "a .p7b file": fixed("bundle_p7b"),
    "a .p7b file in PEM": f"-----BEGIN PKCS7-----\n{fixed('bundle_p7b')}\n-----END PKCS7-----",
    "a .p7b file by certutil": f"-----BEGIN CERTIFICATE-----\n{fixed('bundle_p7b')}\n-----END CERTIFICATE-----",
    "a PFX file": in_base64(pkcs12.serialize_key_and_certificates(None, None, LEAF.certificate, None, NoEncryption())),
}


@pytest.mark.parametrize("text", WITHOUT_KEY.values(), ids=WITHOUT_KEY)
def test_certificate_without_a_key(text: str) -> None:
    """Whatever holds certificates alone is refused with the file that has the key."""
    assert re.search("without its private key.* PFX", refusal(text))
    assert refusal(text, PASSWORD) == refusal(text)


ALONE = {
    "PEM": LEAF.key_pem(),
    "encrypted PEM": LEAF.key_pem(PASSWORD),
    "PKCS 8": in_base64(der(LEAF)),
    "encrypted PKCS 8": in_base64(der(LEAF, password=b"x")),
    "an elliptic curve": in_base64(der(LEAF, PrivateFormat.TraditionalOpenSSL)),
    "a PFX file": in_base64(pkcs12.serialize_key_and_certificates(None, LEAF.key, None, None, NoEncryption())),
    "PKCS 1": in_base64(
        der(Pair.made("x", key=rsa.generate_private_key(65_537, 2_048)), PrivateFormat.TraditionalOpenSSL)
    ),
}


@pytest.mark.parametrize("text", ALONE.values(), ids=ALONE)
def test_key_without_a_certificate(text: str) -> None:
    """A private key alone is refused as such."""
    assert re.search("key without its certificate", refusal(text, PASSWORD))


@pytest.mark.parametrize("write", [str, lambda text: text.replace("\n", "")])
def test_key_of_none_of_the_certificates(write: Callable[[str], str]) -> None:
    """A key that belongs to another certificate is told apart from a missing one."""
    sentence = refusal(write(LEAF.pem() + chain()[1].pem() + Pair.made("other").key_pem()))

    assert "belongs to none" in sentence


def test_password_without_a_certificate() -> None:
    """The parameter that is missing is named, and so is the password's."""
    assert "kintone_client_certificate_password" in refusal("", PASSWORD)
    assert "kintone_client_certificate_password" in refusal(None, PASSWORD)


SWAPPED = {
    "both fields swapped": (PASSWORD, in_base64(LEAF.pfx(PASSWORD))),
    "a PFX file as password": ("", in_base64(LEAF.pfx(PASSWORD))),
    "the key as password": (LEAF.pem(), LEAF.key_pem()),
    "an encrypted key as password": (LEAF.pem(), LEAF.key_pem(PASSWORD).replace("\n", " ")),
    "the certificate as password": (LEAF.key_pem(), LEAF.pem()),
    "the key in DER as password": (LEAF.pem(), in_base64(der(LEAF))),
}


@pytest.mark.parametrize(("text", "password"), SWAPPED.values(), ids=SWAPPED)
def test_certificate_or_key_in_the_field_of_the_password(text: str, password: str) -> None:
    """The field that holds the wrong thing is named first, and the other one that wants it."""
    sentence = refusal(text, password)

    assert "kintone_client_certificate_password holds" in sentence
    assert "into kintone_client_certificate " in sentence


@pytest.mark.parametrize("password", ["-----BEGIN", "MIIabc123=", "MIAB", "0"])
def test_password_that_looks_like_the_beginning_of_a_file(password: str) -> None:
    """A password is no file for its first characters."""
    assert read_certificate(in_base64(LEAF.pfx(password)), password, NOW) is not None


PFX = LEAF.pfx(PASSWORD)
DAMAGED = {
    "wrong password": (in_base64(PFX), "Wr0ngOne"),
    "password in other case": (in_base64(PFX), PASSWORD.upper()),
    "cut": (in_base64(PFX)[:-40], PASSWORD),
    "cut in the middle": (in_base64(PFX)[:600], PASSWORD),
    "a changed byte": (in_base64(PFX[:200] + bytes([PFX[200] ^ 1]) + PFX[201:]), PASSWORD),
    "wrong password of an old file": (fixed("rc2_40"), "Wr0ngOne"),
    "wrong password, no MAC": (fixed("aes_without_mac"), "Wr0ngOne"),
    "wrong password of a key": (LEAF.pem() + LEAF.key_pem(PASSWORD), "Wr0ngOne"),
    "wrong password of an old key": (fixed("old_key_triple_des"), "Wr0ngOne"),
    "a damaged certificate": (LEAF.pem().replace("MII", "MXX") + LEAF.key_pem(), PASSWORD),
    "a damaged key": (LEAF.pem() + re.sub(r"\n(.{9})", r"\n\1?!", LEAF.key_pem(), count=1), PASSWORD),
    "a cut PEM": ((LEAF.pem() + LEAF.key_pem())[:300], PASSWORD),
}


@pytest.mark.parametrize(("text", "password"), DAMAGED.values(), ids=DAMAGED)
def test_wrong_password_and_damage_are_both_named(text: str, password: str) -> None:
    """They cannot be told apart."""
    sentence = refusal(text, password)

    assert "kintone_client_certificate_password is wrong" in sentence
    assert "damaged" in sentence


@pytest.mark.parametrize("text", [in_base64(PFX), fixed("rc2_40"), LEAF.pem() + LEAF.key_pem(PASSWORD)])
def test_missing_password_is_named(text: str) -> None:
    """Without a password it is the likely cause; damage is named too."""
    sentence = refusal(text)

    assert "kintone_client_certificate_password" in sentence
    assert "damaged" in sentence
    assert "wrong" not in sentence


PEM = LEAF.pem() + LEAF.key_pem()
CUT = {
    "PEM cut in the key": PEM[:-60],
    "PEM cut in the last line": PEM.rstrip()[:-1],
    "PEM cut in the certificate": PEM[:300],
    "PEM without its first character": PEM[1:],
    "PEM without its first line": PEM.partition("\n")[2],
    "PEM without a dash, line ends lost": PEM.replace("\n", "").replace("-----BEGIN PRIV", "----BEGIN PRIV"),
    "PEM whose key was cut": re.sub(r"(?s)(BEGIN PRIVATE KEY-----\n.{30}).*(?=-----END PRIV)", r"\1", PEM),
    "PEM whose certificate was cut": re.sub(r"(?s)(BEGIN CERTIFICATE-----\n.{90}).*(?=-----END CERT)", r"\1", PEM),
    "base64 cut inside a byte": in_base64(LEAF.pfx())[:401],
    "base64 with the prompt of a shell": f"{in_base64(LEAF.pfx())}%",
    "base64 with a character in place of a line end": f"{in_base64(LEAF.pfx())[:64]}\n?{in_base64(LEAF.pfx())[64:]}",
}


@pytest.mark.parametrize("text", CUT.values(), ids=CUT)
def test_damaged_text_without_a_password(text: str) -> None:
    """Where nothing is encrypted, no password is asked for, and no part is said to be missing from the file."""
    sentence = refusal(text)

    assert "damaged" in sentence
    assert "kintone_client_certificate_password" not in sentence
    assert "without" not in sentence


def test_switched_off_old_ciphers_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the operator has switched old ciphers off, an old file cannot be opened for that reason."""
    monkeypatch.setenv("CRYPTOGRAPHY_OPENSSL_NO_LEGACY", "1")

    assert "CRYPTOGRAPHY_OPENSSL_NO_LEGACY" in refusal(fixed("rc2_40"), "Wr0ngOne")


EMPTY = {"quotes": '""', "a data prefix": "data:application/x-pkcs12;base64,", "padding": "data:,"}


@pytest.mark.parametrize("text", EMPTY.values(), ids=EMPTY)
def test_empty_file(text: str) -> None:
    """A file without content is called empty."""
    assert "empty" in refusal(text)


OTHERS = {
    "a path": SECRET_PATH,
    "a path of Linux": "/home/hunter2hunter2/certificates/sato",
    "a name": "sato.pfx",
    "a page": "<!doctype html><html><body>Your certificate is ready</body></html>",
    "base64 of a page": in_base64(b"<!doctype html><html><body>Your certificate is ready</body></html>"),
    "base64 of a ZIP file": in_base64(b"PK\x03\x04" + bytes(200)),
    "a word": "hunter2hunter2",
    "Japanese": "証明書",
    "a number": 20261127,
    "a list": ["hunter2hunter2"],
    "a lone surrogate": "\ud800",
    "NUL": "\0",
    "a text of a million characters": "A" * 1_000_000,
    "dashes": "-----",
    "thousands of beginnings of PEM, read in one pass": "-----BEGIN X-----" * 11_000,
    "a row of blanks, read in one pass": f"x{' ' * 190_000}x",
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_something_else_pasted(text: object) -> None:
    """What is no certificate at all is told so, with what to paste, and is not repeated."""
    sentence = refusal(text)

    assert "is not a certificate" in sentence
    assert "hunter2" not in sentence
    assert refusal(text, PASSWORD) == sentence


NO_PEM = {
    "a request": "CERTIFICATE REQUEST",
    "a public key": "PUBLIC KEY",
    "a list of revoked certificates": "X509 CRL",
}


@pytest.mark.parametrize("label", NO_PEM.values(), ids=NO_PEM)
def test_pem_of_another_kind(label: str) -> None:
    """PEM without certificate and key is refused, and no password asked for."""
    sentence = refusal(f"-----BEGIN {label}-----\n{in_base64(bytes(99))}\n-----END {label}-----\n")

    assert "is not a certificate" in sentence
    assert "kintone_client_certificate_password" not in sentence


def test_key_that_tls_refuses_as_too_weak(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the TLS library of the server does not take is found when the credential is saved."""

    def refuse(*_: object) -> None:
        raise ssl.SSLError(1, "[SSL: EE_KEY_TOO_SMALL] ee key too small")

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", refuse)

    assert "weak" in refusal(in_base64(LEAF.pfx()))


def test_server_without_files_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no anonymous file in memory, the certificate is refused and nothing is written elsewhere."""
    monkeypatch.delattr(os, "memfd_create")

    assert "Linux" in refusal(in_base64(LEAF.pfx()))


def test_server_without_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the path of an open file cannot be used, the sentence is the same, and no descriptor is left open."""

    def fail(*_: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    before = set(Path("/proc/self/fd").iterdir())
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", fail)

    assert "Linux" in refusal(in_base64(LEAF.pfx()))
    assert {path.name for path in Path("/proc/self/fd").iterdir()} <= {path.name for path in before}


def test_subject_of_a_certificate_is_not_shown() -> None:
    """The name in a certificate is that of a person."""
    person = Pair.made("佐藤 花子", start=NOW - timedelta(days=9), end=NOW - timedelta(days=2))

    assert "佐藤" not in refusal(person.pem() + person.key_pem())
    assert x509.NameAttribute(NameOID.COMMON_NAME, "佐藤 花子") in person.certificate.subject
    assert hashes.SHA256.name not in refusal(in_base64(person.pfx(FIXED_PASSWORD)), FIXED_PASSWORD)
