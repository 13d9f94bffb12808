"""The client certificate of a credential: the texts in which it is pasted, and what is read from them."""

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat, load_pem_private_key, pkcs12
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate

from kintone.access.certificates import read_certificate
from tests.unit.certificate_samples import FIXED_PASSWORD, NOW, PASSWORD, Key, Pair, chain, fixed, in_base64

type Write = Callable[[str], str]


def names_read(text: str, password: object = None) -> list[str]:
    """Return the common names of the chain that is presented, after a check that the key is the leaf's."""
    read = read_certificate(text, password, NOW)
    assert read is not None
    certificates = x509.load_pem_x509_certificates(read.identity())
    key = load_pem_private_key(read.identity()[read.identity().index(b"-----BEGIN PRIVATE KEY") :], None)
    assert key.public_key() == certificates[0].public_key()
    return [str(each.subject.rfc4514_string().removeprefix("CN=")) for each in certificates]


def one_line(text: str) -> str:
    """Return a text whose line ends were lost."""
    return text.replace("\n", "")


WRITINGS: dict[str, Write] = {
    "as it is": str,
    "line ends of Windows": lambda text: text.replace("\n", "\r\n"),
    "line ends lost": one_line,
    "line ends that became blanks": lambda text: text.replace("\n", " "),
    "line ends written as two characters": lambda text: text.replace("\n", "\\n"),
    "line ends of Windows written out": lambda text: text.replace("\n", "\\r\\n"),
    "a text in JSON": lambda text: '"{}"'.format(text.replace("\n", "\\n")),
    "byte order mark and blanks": lambda text: f"\ufeff  {text}\n\n ",
    "attributes of a bag": lambda text: f"Bag Attributes\n    friendlyName: x\nsubject=CN = a\n{text}",
    "the file in base64": lambda text: in_base64(text.encode()),
    "blanks lost everywhere": lambda text: "".join(text.split()),
}


@pytest.mark.parametrize("write", WRITINGS.values(), ids=WRITINGS)
def test_pem_with_a_chain_in_any_writing(write: Write) -> None:
    """Line ends may be lost or written out, and the chain is put in order behind the leaf of the key."""
    leaf, middle, root = chain()

    assert names_read(write(root.pem() + leaf.key_pem() + middle.pem() + leaf.pem())) == ["leaf", "middle", "root"]
    assert names_read(write(leaf.pem() + leaf.key_pem())) == ["leaf"]


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("write", WRITINGS.values(), ids=WRITINGS)
def test_pem_with_an_encrypted_key(write: Write, form: PrivateFormat) -> None:
    """The old form of OpenSSL has headers of its own, whose line ends may be lost as well."""
    leaf = chain()[0]

    assert names_read(write(leaf.key_pem(PASSWORD, form) + leaf.pem()), PASSWORD) == ["leaf"]


@pytest.mark.parametrize("write", WRITINGS.values(), ids=WRITINGS)
def test_pem_with_an_old_key_in_triple_des(write: Write) -> None:
    """The start vector of 3DES is shorter than that of AES."""
    assert names_read(write(fixed("old_key_triple_des")), FIXED_PASSWORD) == ["TEST ONLY\\, not a real key"]


KEYS: dict[str, Callable[[], Key]] = {
    "RSA": lambda: rsa.generate_private_key(65_537, 2_048),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
}


@pytest.mark.parametrize("make", KEYS.values(), ids=KEYS)
def test_kinds_of_keys(make: Callable[[], Key]) -> None:
    """A key of any kind that TLS knows is presented, from PEM and from a PFX file."""
    pair = Pair.made("leaf", key=make())

    assert names_read(pair.pem() + pair.key_pem()) == ["leaf"]
    assert names_read(in_base64(pair.pfx(PASSWORD)), PASSWORD) == ["leaf"]


PFX_WRITINGS: dict[str, Callable[[bytes], str]] = {
    "one line": in_base64,
    "many lines": lambda file: base64.encodebytes(file).decode(),
    "lines of Windows": lambda file: base64.encodebytes(file).decode().replace("\n", "\r\n"),
    "line ends written out": lambda file: base64.encodebytes(file).decode().replace("\n", "\\n"),
    "blanks": lambda file: " ".join(in_base64(file)[start : start + 50] for start in range(0, 9_000, 50)),
    "data prefix": lambda file: f"data:application/x-pkcs12;base64,{in_base64(file)}",
    "for addresses, no padding": lambda file: base64.urlsafe_b64encode(file).decode().rstrip("="),
    "quotes": lambda file: f'"{in_base64(file)}"',
    "certutil -encode of Windows": lambda file: (
        f"-----BEGIN CERTIFICATE-----\r\n{base64.encodebytes(file).decode()}-----END CERTIFICATE-----\r\n"
    ),
}


@pytest.mark.parametrize("write", PFX_WRITINGS.values(), ids=PFX_WRITINGS)
@pytest.mark.parametrize("password", ["", PASSWORD])
def test_pfx_in_any_writing(write: Callable[[bytes], str], password: str) -> None:
    """Base64 with line breaks, a prefix or blanks is read, with and without a password."""
    leaf, middle, root = chain()

    assert names_read(write(leaf.pfx(password, root, middle)), password) == ["leaf", "middle", "root"]


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("rc2_40", FIXED_PASSWORD),
        ("triple_des", FIXED_PASSWORD),
        ("aes_without_mac", FIXED_PASSWORD),
        ("rc2_40_without_mac", FIXED_PASSWORD),
        ("rc2_40_empty_password", ""),
        ("rc2_40_empty_password", None),
    ],
)
def test_pfx_of_every_age(name: str, password: object) -> None:
    """Files that openssl made with old ciphers, without MAC and with an empty password."""
    assert names_read(fixed(name), password) == ["TEST ONLY\\, not a real key"]


@pytest.mark.filterwarnings("ignore:PKCS#12 bundle could not be parsed as DER")
def test_pfx_in_ber() -> None:
    """Some programs write the outer sequence with an open length."""
    file = base64.b64decode(fixed("triple_des"))
    assert file[:2] == b"\x30\x82"

    assert names_read(in_base64(b"\x30\x80" + file[4:] + b"\0\0"), FIXED_PASSWORD) == ["TEST ONLY\\, not a real key"]


@pytest.mark.parametrize("pasted", [f"{PASSWORD}\n", f"\r\n{PASSWORD}\r\n"])
def test_password_with_a_pasted_line_end(pasted: str) -> None:
    """Line ends around a password are left out; blanks belong to it."""
    leaf = chain()[0]

    assert names_read(in_base64(leaf.pfx(PASSWORD)), pasted) == ["leaf"]
    assert names_read(in_base64(leaf.pfx(f" {PASSWORD} ")), f" {PASSWORD} \n") == ["leaf"]


@pytest.mark.parametrize("pasted", [f"{PASSWORD} ", f"\t{PASSWORD}\n", f"\u3000{PASSWORD}"])
def test_password_with_pasted_blanks(pasted: str) -> None:
    """Blanks around a password that does not fit with them are left out, for a PFX file and a key in PEM."""
    leaf = chain()[0]

    assert names_read(in_base64(leaf.pfx(PASSWORD)), pasted) == ["leaf"]
    assert names_read(leaf.pem() + leaf.key_pem(PASSWORD), pasted) == ["leaf"]


def test_password_for_what_has_none() -> None:
    """A password that is not needed does no harm."""
    leaf = chain()[0]

    assert names_read(in_base64(leaf.pfx()), PASSWORD) == ["leaf"]
    assert names_read(leaf.pem() + leaf.key_pem(), PASSWORD) == ["leaf"]


def test_certificates_of_other_chains_are_left_out() -> None:
    """A certificate that belongs to no step of the chain is not presented, not even one of the same name."""
    leaf, middle, root = chain()
    stranger, namesake = Pair.made("stranger", is_authority=True), Pair.made("middle", root, is_authority=True)

    text = leaf.key_pem() + stranger.pem() + namesake.pem() + middle.pem() + leaf.pem()
    read = read_certificate(text, None, NOW)

    assert read is not None
    assert x509.load_pem_x509_certificates(read.identity()) == [leaf.certificate, middle.certificate]


def test_renewed_certificate_of_the_same_key_is_the_leaf() -> None:
    """Of two certificates for one key that with the later end is presented."""
    old = Pair.made("old", start=NOW.replace(year=2020), end=NOW.replace(year=2021))
    new = Pair.made("new", key=old.key)

    for text in (old.pem() + new.pem() + old.key_pem(), new.pem() + old.pem() + old.key_pem()):
        assert names_read(text) == ["new"]


def test_certificate_that_is_not_yet_valid_beside_the_present_one() -> None:
    """The one that was issued ahead of time is not presented before its time."""
    present = Pair.made("present", end=NOW + timedelta(days=9))
    ahead = Pair.made("ahead", key=present.key, start=NOW + timedelta(days=5))

    for text in (present.pem() + ahead.pem() + present.key_pem(), ahead.pem() + present.pem() + present.key_pem()):
        assert names_read(text) == ["present"]


def test_renewed_authority_beside_its_forerunner() -> None:
    """Of two certificates of one authority the valid one is presented, and only that."""
    leaf, middle, root = chain()
    start, end = NOW - timedelta(days=9), NOW - timedelta(days=2)
    old = Pair.made("middle", root, middle.key, start, end, is_authority=True)

    for pair in (old.pem() + middle.pem(), middle.pem() + old.pem()):
        read = read_certificate(leaf.pem() + leaf.key_pem() + pair + root.pem(), None, NOW)
        assert read is not None
        presented = x509.load_pem_x509_certificates(read.identity())
        assert presented == [each.certificate for each in (leaf, middle, root)]


@pytest.mark.parametrize("write", [str, one_line])
def test_block_that_was_pasted_in_part_before_the_whole(write: Write) -> None:
    """A block without its end is not read together with the next one."""
    leaf = chain()[0]
    text = leaf.pem() + leaf.key_pem()

    assert names_read(write(leaf.pem()[:200] + "\n" + text)) == ["leaf"]
    assert names_read(write(leaf.pem() + leaf.key_pem()[:90] + "\n" + leaf.key_pem())) == ["leaf"]


def test_key_of_another_certificate_beside_the_right_one() -> None:
    """Of several keys the one that fits a certificate is used."""
    leaf, middle, _ = chain()

    assert names_read(middle.key_pem() + leaf.key_pem() + leaf.pem()) == ["leaf"]


def test_pfx_whose_certificates_are_not_marked_as_that_of_the_key() -> None:
    """The key tells the leaf where the file does not."""
    leaf, middle, root = chain()
    file = pkcs12.serialize_key_and_certificates(
        None,
        leaf.key,
        None,
        [PKCS12Certificate(each.certificate, None) for each in (root, middle, leaf)],
        NoEncryption(),
    )

    assert names_read(in_base64(file)) == ["leaf", "middle", "root"]


def test_nothing_given() -> None:
    """Blank fields mean no certificate."""
    assert read_certificate(None, None) is None
    assert read_certificate(" \n", " ") is None
