"""The texts in which people paste a certificate: PEM with or without its line ends, or a file in base64.

Only the text is read here, into the kinds of content and their bytes; ``kintone.access.certificates`` reads those.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

MAX_CHARACTERS: Final = 200_000
"""A PFX file with a chain has some thousand."""
PEM_BEGIN: Final = "-----BEGIN"
PEM_BLOCK: Final = re.compile(
    r"-----BEGIN([A-Z0-9\s]{1,60})-----([^-]*(?:-(?!----)[^-]*)*)-----END[A-Z0-9\s]{1,60}-----"
)
"""The body ends at the next row of dashes, so that no text is searched once more from each of its beginnings."""
KEY_KINDS: Final = {
    "PRIVATEKEY": "PRIVATE KEY",
    "ENCRYPTEDPRIVATEKEY": "ENCRYPTED PRIVATE KEY",
    "RSAPRIVATEKEY": "RSA PRIVATE KEY",
    "ECPRIVATEKEY": "EC PRIVATE KEY",
}
"""The labels of private keys without blanks, https://www.rfc-editor.org/rfc/rfc7468 and those of OpenSSL."""
CERTIFICATE_KINDS: Final = frozenset({"CERTIFICATE", "X509CERTIFICATE"})
BUNDLE_KINDS: Final = frozenset({"PKCS7", "CMS"})
ENCRYPTION: Final = re.compile(r"\s*Proc-Type:\s*4,\s*ENCRYPTED\s*DEK-Info:\s*([A-Z0-9-]+),\s*")
"""The headers of OpenSSL's old encrypted keys; behind the comma follows the start vector in hexadecimal digits."""
LONE_PEM_LABEL: Final = re.compile(r"-\s?(?:BEGIN|END)[A-Z0-9\s]{0,60}(?:CERTIFICATE|PRIVATE\s?KEY)\s?-")
"""What is left of a block that lost its other end, or a dash."""
ENCRYPTED: Final = (b"-----BEGIN ENCRYPTED", b"4,ENCRYPTED")
INVISIBLE: Final = re.compile("[\\s\"'\u200b\u2060\ufeff]+")
DATA_PREFIX: Final = re.compile(r"\A\s*data:[^,]{0,200},", re.IGNORECASE)
BASE64: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}")
URL_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
BEGINNING: Final = re.compile(r"\s*MI[A-Z](?:[A-Za-z0-9+/_-]\s*){60}")
"""How a file of some hundred bytes begins that holds a SEQUENCE."""
LONG_RUN: Final = re.compile(r"[A-Za-z0-9+/=_-]{40,}")
PEM_LABEL: Final = re.compile(
    r"-----[A-Z0-9\s]*-----|-{0,5}\s?(?:BEGIN|END)[A-Z0-9\s]{0,60}(?:CERTIFICATE|PRIVATE\s?KEY)\s?-{0,5}"
)
"""The first or last line of a block, also where dashes were lost."""
LINE_LENGTH: Final = 64
HEAD: Final = rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)"
"""The head of a SEQUENCE in DER or BER."""
PFX: Final = re.compile(HEAD + rb"\x02\x01\x03\x30", re.DOTALL)
"""A PFX begins with version 3 and a sequence, https://www.rfc-editor.org/rfc/rfc7292#section-4."""
BUNDLE: Final = re.compile(HEAD + rb"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", re.DOTALL)
"""Signed data of PKCS #7, the form of .p7b files."""
KEY: Final = re.compile(
    HEAD + rb"(?:\x02\x01[\x00\x01](?:" + HEAD + rb"\x06|\x02|\x04)"
    rb"|" + HEAD + rb"\x06[\x09\x0a]\x2a\x86\x48\x86\xf7\x0d\x01[\x05\x0c])",
    re.DOTALL,
)
"""A private key of PKCS #8, plain or encrypted, of PKCS #1 or of an elliptic curve."""
SEQUENCE: Final = re.compile(HEAD, re.DOTALL)


class Content(Enum):
    """The kind of content that a pasted text has as a whole."""

    EMPTY = auto()
    PFX = auto()
    PEM = auto()
    CERTIFICATE = auto()
    """A certificate alone, the content of a .cer or .crt file."""
    BUNDLE = auto()
    """Certificates alone, the content of a .p7b file."""
    KEY = auto()
    """A private key alone."""
    UNREADABLE = auto()
    """A file of this family, damaged."""
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a text holds: ``pfx`` in bytes, or certificates in DER and keys as PEM."""

    content: Content
    pfx: bytes = field(default=b"", repr=False)
    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    keys: tuple[bytes, ...] = field(default=(), repr=False)


def read_pasted(text: str) -> Pasted:
    """Tell what a text holds; nothing is decrypted."""
    if len(text) > MAX_CHARACTERS:
        return Pasted(Content.OTHER)
    plain = text.replace("\\r", "").replace("\\n", "\n").strip("\ufeff\"' \t\r\n")
    if PEM_BEGIN in plain:
        return _read_pem(plain)
    plain = DATA_PREFIX.sub("", plain)
    file = _from_base64(plain)
    if file is None:
        return Pasted(Content.UNREADABLE if BEGINNING.match(plain) else Content.OTHER)
    if PEM_BEGIN.encode() in file:
        # A PEM file that was encoded in base64 like a PFX file.
        return _read_pem(file.decode("ascii", "replace").replace("\\n", "\n"))
    return _read_file(file)


def is_encrypted(block: bytes) -> bool:
    """Return whether a key in PEM has a password."""
    return any(mark in block for mark in ENCRYPTED)


def key_runs(text: object) -> tuple[str, ...]:
    """Return the runs of base64 in what a credential holds, without white space, to be masked piece by piece.

    Words of a page that was pasted in place of a certificate are not among them, since they stand in sentences too.
    """
    if not isinstance(text, str):
        return ()
    plain = DATA_PREFIX.sub("", text[:MAX_CHARACTERS].replace("\\r", "").replace("\\n", "\n"))
    if PEM_BEGIN in plain:
        parts = PEM_LABEL.split(plain)
    else:
        joined = INVISIBLE.sub("", plain)
        parts = [joined] if URL_BASE64.fullmatch(joined) else plain.split()
    return tuple(run for part in parts for run in LONG_RUN.findall(INVISIBLE.sub("", part)))


def _read_file(file: bytes) -> Pasted:
    """Tell what the bytes of a file are."""
    if not file:
        return Pasted(Content.EMPTY)
    if PFX.match(file):
        return Pasted(Content.PFX, pfx=file)
    if _is_certificate(file):
        return Pasted(Content.CERTIFICATE)
    if BUNDLE.match(file):
        return Pasted(Content.BUNDLE)
    if KEY.match(file):
        return Pasted(Content.KEY)
    return Pasted(Content.UNREADABLE if SEQUENCE.match(file) else Content.OTHER)


def _read_pem(text: str) -> Pasted:
    certificates: list[bytes] = []
    keys: list[bytes] = []
    others: list[Content] = []
    for kind, body in _blocks(text):
        content = None if kind in KEY_KINDS else _from_base64(body)
        if kind in KEY_KINDS:
            keys.append(_key_block(KEY_KINDS[kind], body))
        elif kind in BUNDLE_KINDS:
            others.append(Content.BUNDLE)
        elif content is not None and PFX.match(content):
            # "certutil -encode" of Windows writes BEGIN CERTIFICATE around any file.
            return Pasted(Content.PFX, pfx=content)
        elif content is not None and BUNDLE.match(content):
            others.append(Content.BUNDLE)
        elif kind in CERTIFICATE_KINDS:
            if content is None or not _is_certificate(content):
                return Pasted(Content.UNREADABLE)
            certificates.append(content)
    if not (certificates and keys) and LONE_PEM_LABEL.search(PEM_BLOCK.sub("", text)):
        return Pasted(Content.UNREADABLE)
    if certificates or keys:
        return Pasted(Content.PEM, certificates=tuple(certificates), keys=tuple(keys))
    return Pasted(others[0] if others else Content.OTHER)


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield label, without blanks, and body of each block; a text around them is ignored."""
    for match in PEM_BLOCK.finditer(text):
        yield "".join(match[1].split()), match[2]


def _key_block(label: str, body: str) -> bytes:
    """Return a block with line ends, as OpenSSL reads it; one that is not base64 stays damaged."""
    headers = ""
    encryption = ENCRYPTION.match(body)
    if encryption is not None:
        body = INVISIBLE.sub("", body[encryption.end() :])
        digits = 32 if encryption[1].startswith("AES") else 16
        headers = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: {encryption[1]},{body[:digits]}\n\n"
        body = body[digits:]
    body = INVISIBLE.sub("", body)
    lines = [body[start : start + LINE_LENGTH] for start in range(0, len(body), LINE_LENGTH)]
    return "\n".join([f"-----BEGIN {label}-----", f"{headers}{'\n'.join(lines)}", f"-----END {label}-----\n"]).encode()


def _from_base64(text: str) -> bytes | None:
    """Return the bytes, also of the alphabet for addresses and without padding; None if it is not base64."""
    plain = INVISIBLE.sub("", text).replace("-", "+").replace("_", "/")
    if not plain:
        return b""
    if not BASE64.fullmatch(plain):
        return None
    unpadded = plain.rstrip("=")
    try:
        return base64.b64decode(unpadded + "=" * (-len(unpadded) % 4))
    except binascii.Error:
        return None


def _is_certificate(content: bytes) -> bool:
    from cryptography import x509  # noqa: PLC0415 - see kintone.access.certificates

    try:
        x509.load_der_x509_certificate(content)
    except ValueError:
        return False
    return True
