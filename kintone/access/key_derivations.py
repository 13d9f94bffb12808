"""How much work it takes to derive a key from a password, as an encrypted file says.

The library takes up to two thousand million rounds, for which the whole process would stand still for minutes.
"""

import re
from typing import Final

from kintone.access.certificate_texts import HEAD

MAX_ROUNDS: Final = 2_000_000
"""About a second. OpenSSL writes 2,048 rounds, Windows 2,000."""
SCRYPT: Final = b"\x2b\x06\x01\x04\x01\xda\x47\x04\x0b"
DERIVATION: Final = re.compile(
    rb"\x06[\x09\x0a](\x2a\x86\x48\x86\xf7\x0d\x01(?:\x05[\x01-\x0c]|\x0c\x01[\x01-\x06])|"
    + re.escape(SCRYPT)
    + rb")"
    + HEAD
    + rb"\x04(?:([\x00-\x7f])|\x81(.)|\x82(..))",
    re.DOTALL,
)
"""Methods of PKCS #5 (https://www.rfc-editor.org/rfc/rfc8018#appendix-A) and PKCS #12
(https://www.rfc-editor.org/rfc/rfc7292#appendix-C), and scrypt (https://www.rfc-editor.org/rfc/rfc7914#section-7): the
name, and a sequence of the salt and whole numbers, the first of which are the rounds."""
END_OF_PFX: Final = re.compile(rb"\x02(?:\x03(...)|\x04(....)|\x05(.....))(?:\x00\x00)*\Z", re.DOTALL)
"""The rounds of the MAC stand at the end: https://www.rfc-editor.org/rfc/rfc7292#section-4."""
MAX_SALT: Final = 0xFFFF
MAX_BYTE: Final = 0xFF
INTEGER: Final = re.compile(rb"\x02([\x01-\x08])", re.DOTALL)


def has_too_many_rounds(*files: bytes, is_pfx: bool) -> bool:
    """Return whether files in DER or BER ask for over ``MAX_ROUNDS`` together, as far as it shows from outside."""
    total = sum(_rounds(file, found) for file in files for found in DERIVATION.finditer(file))
    return total + (sum(map(_rounds_of_mac, files)) if is_pfx else 0) > MAX_ROUNDS


def _rounds_of_mac(file: bytes) -> int:
    end = END_OF_PFX.search(file, max(0, len(file) - 64))
    return int.from_bytes(end[end.lastindex or 0]) if end and _ends_with_salt(file, end.start()) else 0


def _ends_with_salt(file: bytes, end: int) -> bool:
    """Return whether an OCTET STRING ends at a position; encrypted bytes at the end of a file without MAC are none."""
    sizes = range(min(end - 1, MAX_SALT))
    return any(file.startswith(b"\x04" + head, end - size - 1 - len(head)) for size in sizes for head in _lengths(size))


def _lengths(size: int) -> tuple[bytes, ...]:
    """Return the ways in which DER or BER write a length."""
    long = b"\x82" + size.to_bytes(2)
    return (bytes([size]), b"\x81" + bytes([size]), long) if size <= MAX_BYTE else (long,)


def _rounds(file: bytes, found: re.Match[bytes]) -> int:
    """Return the rounds of a method; for scrypt the product of its three numbers, which is the work."""
    position = found.end() + int.from_bytes(found[2] or found[3] or found[4])
    rounds = 1
    for _ in range(3 if found[1] == SCRYPT else 1):
        number = INTEGER.match(file, position)
        if number is None:
            break
        position = number.end() + number[1][0]
        rounds *= int.from_bytes(file[number.end() : position])
    return rounds
