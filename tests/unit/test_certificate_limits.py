"""Certificates that would take long to read: long texts, and keys with many rounds."""

import base64
import re

import pytest

from kintone.access.certificate_texts import key_runs
from kintone.access.key_derivations import has_too_many_rounds
from tests.unit.certificate_samples import FIXED_PASSWORD, chain, der, fixed, in_base64, refusal

LEAF = chain()[0]

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
