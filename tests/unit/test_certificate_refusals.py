"""What is refused as a client certificate: one sentence each, which holds nothing of the text."""

import base64
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
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from kintone.access.certificate_texts import key_runs
from kintone.access.certificates import read_certificate
from kintone.access.key_derivations import has_too_many_rounds
from kintone.errors import InvalidParameterError
from tests.unit.certificate_samples import FIXED_PASSWORD, NOW, PASSWORD, Pair, chain, fixed, in_base64
from tests.wire.leak_cases import pieces_in

SECRET_PATH = "C:/Users/hunter2hunter2/Certificates.pfx"


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


ENDLESS = {
    "a first line of blanks": "-----BEGIN " + " " * 190_000,
    "a last line of letters and blanks": "-----BEGIN A-----x-----END " + "A " * 95_000,
    "first lines only": "-----BEGIN A" * 16_000,
    "first lines without a last one": "-----BEGIN CERTIFICATE-----\n" * 7_000,
    "line ends written out": "\\n" * 95_000,
}


@pytest.mark.time_limit(10)
@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_long_texts_take_no_time(text: str) -> None:
    """The time grows with the length of the text, not with its square; masking searches the text as well."""
    refusal(text)

    assert "-----BEGIN" not in "".join(key_runs(text))


@pytest.mark.parametrize("label", ["----BEGIN CERTIFICATE-----", "BEGIN CERTIFICATE", "-----BEGIN RSA PRIVATE KEY---"])
def test_words_of_a_broken_label_are_no_part_of_the_key(label: str) -> None:
    """They stand in sentences too, where they would be masked."""
    runs = key_runs(f"{label}\n{'MIIB' * 20}\n-----END X-----\n-----BEGIN X-----")

    assert runs == ("MIIB" * 20,)


ROUNDS = b"\x02\x02\x08\x00"
"""2,048, as openssl writes it."""
MANY_ROUNDS = b"\x02\x04\x7f\xff\xff\xff"


def with_many_rounds(file: bytes, start: int, end: int) -> bytes:
    """Return a file in DER whose number between two positions is the largest, with the lengths around it adjusted."""
    return _rewritten(file, 0, len(file), (start, end))


def _rewritten(file: bytes, begin: int, stop: int, target: tuple[int, int]) -> bytes:
    written = b""
    while begin < stop:
        size, head = file[begin + 1], 2
        if size > 0x80:
            head += size - 0x80
            size = int.from_bytes(file[begin + 2 : begin + head])
        end, inside = begin + head + size, begin + head
        if (begin, end) == target:
            written += MANY_ROUNDS
        elif begin < target[0] and target[1] <= end:
            content = _rewritten(file, inside, end, target)
            written += file[begin : begin + 1] + b"\x82" + len(content).to_bytes(2) + content
        else:
            written += file[begin:end]
        begin = end
    return written


def places_of_rounds(file: bytes) -> list[tuple[int, int]]:
    """Return where the numbers of rounds stand in a file."""
    return [found.span() for found in re.finditer(re.escape(ROUNDS), file)]


@pytest.mark.time_limit(20)
@pytest.mark.parametrize("name", ["triple_des", "rc2_40", "rc2_40_without_mac", "aes_without_mac"])
def test_file_with_too_many_rounds(name: str) -> None:
    """Two thousand million rounds of the MAC, of the key or of the certificates would take minutes in every call."""
    file = base64.b64decode(fixed(name))
    places = places_of_rounds(file)
    assert places

    for place in places:
        assert "2000000 rounds" in refusal(in_base64(with_many_rounds(file, *place)), FIXED_PASSWORD).replace(",", "")


def test_many_keys_with_many_rounds_together() -> None:
    """The rounds of all keys count, since each is opened."""
    block = der(LEAF, password=b"zzz")
    key = in_base64(block.replace(ROUNDS, b"\x02\x02\x7f\xff"))
    text = f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{key}\n-----END ENCRYPTED PRIVATE KEY-----\n"

    assert "rounds" in refusal(LEAF.pem() + text * 62, "zzz")
    assert "rounds" not in refusal(LEAF.pem() + text * 61, "zzz")


@pytest.mark.parametrize("rounds", [b"\x02\x03\x7f\xff\xff", b"\x02\x04\x7f\xff\xff\xff\0\0"])
def test_encrypted_bytes_that_look_like_rounds(rounds: bytes) -> None:
    """At the end of a file they are rounds behind a salt only, as encrypted bytes are there in a file without MAC."""
    assert not has_too_many_rounds(bytes([0x30, 0x80]) + b"\x99" * 70_000 + rounds, is_pfx=True)
    for salt in (b"\x04\x08saltsalt", b"\x04\x81\x80" + bytes(128), b"\x04\x82\x01\x00" + bytes(256)):
        assert has_too_many_rounds(bytes([0x30, 0x80]) + salt + rounds, is_pfx=True)


@pytest.mark.time_limit(20)
def test_key_with_too_many_rounds() -> None:
    """The same is said of a key in PEM, encrypted by PBKDF2 or with scrypt, which has three numbers."""
    block = der(LEAF, password=b"zzz")
    [place] = places_of_rounds(block)
    pbkdf2 = with_many_rounds(block, *place)
    parameters = b"\x30\x17\x04\x08saltsalt\x02\x03\x01\x00\x00\x02\x01\x08\x02\x01\x10"
    scrypt = b"\x30\x24\x06\x09\x2b\x06\x01\x04\x01\xda\x47\x04\x0b" + parameters

    for key in (pbkdf2, scrypt):
        text = f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{in_base64(key)}\n-----END ENCRYPTED PRIVATE KEY-----\n"
        assert "rounds" in refusal(LEAF.pem() + text, "zzz")


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
