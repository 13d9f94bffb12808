"""Reading the client certificate of a site with Secure Access from a credential.

``cryptography`` takes 30 to 100 ms and 8 MB, so this module is imported once a credential holds a certificate.

Old PFX files are encrypted with RC2-40 or 3DES. ``cryptography`` reads these unless its legacy switch is off: the
environment variable ``CRYPTOGRAPHY_OPENSSL_NO_LEGACY``,
https://cryptography.io/en/latest/openssl/#legacy-provider-in-openssl-3-x
"""

import base64
import os
import warnings
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)

from kintone.access.basic_auth import password_text, refuse_long
from kintone.access.certificate_texts import Content, Pasted, is_encrypted, read_pasted
from kintone.access.client_certificates import CERTIFICATE, PASSWORD, ClientCertificate
from kintone.access.key_derivations import MAX_ROUNDS, has_too_many_rounds
from kintone.errors import InvalidParameterError
from kintone.messages import Message

LEGACY_SWITCH: Final = "CRYPTOGRAPHY_OPENSSL_NO_LEGACY"
UNREADABLE_BY_LIBRARY: Final = (ValueError, TypeError, UnsupportedAlgorithm)
"""What ``cryptography`` raises for a wrong password and for damaged or unknown content."""
DATE: Final = "%Y-%m-%d %H:%M UTC"
WRITE_FILE: Final = Message(
    "paste the PFX file in base64 on one line, or certificate and private key as PEM text with its BEGIN and END lines"
)
NO_KEY: Final = Message(
    "{parameter} holds a certificate without its private key; use the PFX file that Users & System Administration "
    "issues, in base64",
    parameter=CERTIFICATE,
)
KEY_ALONE: Final = Message(
    "{parameter} holds a private key without its certificate; {how}", parameter=CERTIFICATE, how=WRITE_FILE
)
DAMAGED: Final = Message("{parameter} is damaged or not complete; {how}", parameter=CERTIFICATE, how=WRITE_FILE)
SENTENCES: Final = {
    Content.EMPTY: Message("{parameter} holds an empty file; {how}", parameter=CERTIFICATE, how=WRITE_FILE),
    Content.CERTIFICATE: NO_KEY,
    Content.BUNDLE: NO_KEY,
    Content.KEY: KEY_ALONE,
    Content.OTHER: Message(
        "{parameter} is not a certificate; {how}, not its name or address", parameter=CERTIFICATE, how=WRITE_FILE
    ),
}
WHOLE_FILES: Final = (Content.PFX, Content.PEM, Content.CERTIFICATE, Content.BUNDLE, Content.KEY)

# Some programs write PFX files in BER; the library reads them and would warn on stderr.
warnings.filterwarnings("ignore", message="PKCS#12 bundle could not be parsed as DER")

type PrivateKey = PrivateKeyTypes


def read_certificate(text: object, password: object, now: datetime | None = None) -> ClientCertificate | None:
    """Read what a credential holds, None if it has no certificate; raises ``InvalidParameterError``.

    ``now`` is the time, with its zone, at which the certificate must be valid; by default the present. No sentence
    holds any of the text.
    """
    given = "" if text is None else str(text).strip()
    secret = password_text(password)
    if read_pasted(secret).content in WHOLE_FILES:
        raise InvalidParameterError(
            "{password} holds a certificate or a private key; put both into {parameter} and only the password into "
            "{password}",
            password=PASSWORD,
            parameter=CERTIFICATE,
        )
    if not given:
        if secret:
            raise InvalidParameterError(
                "{password} is given without {parameter}; fill in both, or leave the password blank",
                password=PASSWORD,
                parameter=CERTIFICATE,
            )
        return None
    refuse_long(secret, PASSWORD)
    time = now or datetime.now(UTC)
    keys, certificates = _opened(read_pasted(given), secret)
    key, leaf = _leaf(keys, certificates, time)
    _check_dates(leaf, time)
    chain = b"".join(each.public_bytes(Encoding.PEM) for each in _in_order(leaf, certificates, time))
    certificate = ClientCertificate(chain, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate.context()
    return certificate


# Key and certificates


def _opened(pasted: Pasted, password: str) -> tuple[list[PrivateKey], list[x509.Certificate]]:
    """Return keys and certificates, at least one of each; raises ``InvalidParameterError``."""
    if pasted.content in SENTENCES:
        raise InvalidParameterError(SENTENCES[pasted.content])
    if pasted.content is Content.PFX:
        keys, certificates = _open_pfx(pasted.pfx, password)
    elif pasted.content is Content.PEM:
        keys, certificates = _open_pem(pasted, password)
    else:
        raise _cannot_be_opened(password, may_need_one=False)
    if not keys:
        raise InvalidParameterError(NO_KEY)
    if not certificates:
        raise InvalidParameterError(KEY_ALONE)
    return keys, certificates


def _leaf(
    keys: Sequence[PrivateKey], certificates: Sequence[x509.Certificate], now: datetime
) -> tuple[PrivateKey, x509.Certificate]:
    """Return a certificate with its key; raises ``InvalidParameterError``."""
    pairs = [(key, each) for key in keys for each in certificates if _public(key) == _public(each)]
    if not pairs:
        raise InvalidParameterError(
            "the private key in {parameter} belongs to none of its certificates; {how}",
            parameter=CERTIFICATE,
            how=WRITE_FILE,
        )
    # A certificate that was renewed for the same key may stand beside its forerunner.
    return max(pairs, key=lambda pair: _usefulness(pair[1], now))


def _usefulness(certificate: x509.Certificate, now: datetime) -> tuple[bool, datetime]:
    """Return what is greater for a certificate that is valid now, and among those for the one that is so for longer."""
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return start <= now <= end, end


def _open_pfx(file: bytes, password: str) -> tuple[list[PrivateKey], list[x509.Certificate]]:
    _check_rounds(has_too_many_rounds(file, is_pfx=True))
    # An empty password is written in two ways.
    for secret in (*_passwords(password), b""):
        with suppress(*UNREADABLE_BY_LIBRARY):
            opened = pkcs12.load_pkcs12(file, secret)
            own = [opened.cert] if opened.cert else []
            certificates = [each.certificate for each in (*own, *opened.additional_certs)]
            return ([opened.key] if opened.key else []), certificates
    raise _cannot_be_opened(password)


def _passwords(password: str) -> Iterable[bytes | None]:
    """Return what to try: copying may have added blanks, and a password may be given for what has none."""
    return dict.fromkeys((password.encode() or None, password.strip().encode() or None, None))


def _open_pem(pasted: Pasted, password: str) -> tuple[list[PrivateKey], list[x509.Certificate]]:
    _check_rounds(has_too_many_rounds(*map(_content_of, pasted.keys), is_pfx=False))
    keys = [_open_key(block, password) for block in pasted.keys]
    return keys, [x509.load_der_x509_certificate(each) for each in pasted.certificates]


def _content_of(block: bytes) -> bytes:
    with suppress(ValueError):
        return base64.b64decode(b"".join(line for line in block.splitlines() if not line.startswith(b"-")))
    return b""


def _open_key(block: bytes, password: str) -> PrivateKey:
    for secret in _passwords(password):
        with suppress(*UNREADABLE_BY_LIBRARY):
            return load_pem_private_key(block, secret)
    raise _cannot_be_opened(password, may_need_one=is_encrypted(block))


def _check_rounds(too_many: bool) -> None:  # noqa: FBT001 - what was found
    if too_many:
        raise InvalidParameterError(
            "{parameter} is encrypted with more than {most} rounds, too many to open it in each call; export it again "
            "with fewer",
            parameter=CERTIFICATE,
            most=MAX_ROUNDS,
        )


def _cannot_be_opened(password: str, *, may_need_one: bool = True) -> InvalidParameterError:
    """Return the failure; ``may_need_one`` is false where a password that was left blank cannot be the cause."""
    if not password and not may_need_one:
        return InvalidParameterError(DAMAGED)
    if os.environ.get(LEGACY_SWITCH):
        return InvalidParameterError(
            "{parameter} cannot be opened: {password} is wrong, the text is damaged or not complete, or it is "
            "encrypted in an old way that {switch} of the Dify server switches off",
            parameter=CERTIFICATE,
            password=PASSWORD,
            switch=LEGACY_SWITCH,
        )
    if password:
        return InvalidParameterError(
            "{parameter} cannot be opened: {password} is wrong, or the text is damaged or not complete",
            parameter=CERTIFICATE,
            password=PASSWORD,
        )
    return InvalidParameterError(
        "{parameter} cannot be opened: it needs its password in {password}, or the text is damaged or not complete",
        parameter=CERTIFICATE,
        password=PASSWORD,
    )


def _public(holder: "PrivateKey | x509.Certificate") -> bytes:
    return holder.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _check_dates(leaf: x509.Certificate, now: datetime) -> None:
    start, end = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    if now > end:
        raise InvalidParameterError(
            "{parameter} expired at {date}; have a new one issued in Users & System Administration and save it",
            parameter=CERTIFICATE,
            date=end.strftime(DATE),
        )
    if now < start:
        raise InvalidParameterError(
            "{parameter} is not valid before {date}; wait until then, or check the clock of the Dify server",
            parameter=CERTIFICATE,
            date=start.strftime(DATE),
        )


def _in_order(
    leaf: x509.Certificate, certificates: Iterable[x509.Certificate], now: datetime
) -> Iterable[x509.Certificate]:
    """Yield the leaf and its issuers, each behind the one that it issued; leave out certificates of another chain."""
    last: x509.Certificate | None = leaf
    left = [each for each in certificates if each != leaf]
    while last is not None:
        yield last
        # An authority that was renewed for the same key may stand beside its forerunner.
        issuers = [each for each in left if _is_issued_by(last, each)]
        last = max(issuers, key=lambda each: _usefulness(each, now), default=None)
        left = [each for each in left if each not in issuers]


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
