"""A client certificate, held in memory only, and the names of its parameters; nothing heavy is imported here."""

import os
import ssl
from typing import Final

from kintone.access.certificate_texts import key_runs
from kintone.errors import InvalidParameterError

CERTIFICATE: Final = "kintone_client_certificate"
PASSWORD: Final = "kintone_client_certificate_password"  # noqa: S105 - the name of a parameter


class ClientCertificate:
    """A certificate chain with its private key, which ``repr`` does not show."""

    __slots__ = ("_chain", "_key")

    def __init__(self, chain: bytes, key: bytes) -> None:
        """Take chain (the leaf first) and unencrypted key, both as PEM."""
        self._chain = chain
        self._key = key

    def context(self) -> ssl.SSLContext:
        """Return a new TLS context that presents the certificate; raises ``InvalidParameterError``.

        It checks certificate and host name of the server, and trusts nobody yet: the HTTP library adds the authorities
        that it trusts to each connection. Python reads a certificate from a path only. This one is that of an anonymous
        file in memory, which has no name in any folder, is not inherited by a started program and is gone at the end.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.hostname_checks_common_name = False
        context.post_handshake_auth = True
        try:
            descriptor = os.memfd_create("kintone-certificate", os.MFD_CLOEXEC)
        except (AttributeError, OSError):
            raise _no_memory_file() from None
        try:
            with open(descriptor, "wb", closefd=False) as file:
                file.write(self._chain + self._key)
            context.load_cert_chain(f"/proc/self/fd/{descriptor}")
        except ssl.SSLError:
            raise InvalidParameterError(
                "{parameter} cannot be used by the TLS library of this server: its key or signature is too weak or of "
                "an unknown kind; issue a new certificate",
                parameter=CERTIFICATE,
            ) from None
        except OSError:
            raise _no_memory_file() from None
        finally:
            os.close(descriptor)
        return context

    def identity(self) -> bytes:
        """Return bytes that differ for each certificate and key."""
        return self._chain + self._key

    def key_text(self) -> str:
        """Return the private key in base64, to be masked piece by piece."""
        return key_runs(self._key.decode("ascii"))[0]

    def __repr__(self) -> str:
        """Show nothing."""
        return "ClientCertificate(***)"

    def __reduce__(self) -> str:
        """Refuse pickling, since it would store the private key."""
        raise TypeError("ClientCertificate is secret and cannot be pickled")


def _no_memory_file() -> InvalidParameterError:
    return InvalidParameterError(
        "{parameter} cannot be used here: the plugin keeps a certificate in memory only, for which it needs a Linux "
        "that lets it make a file in memory (memfd_create) and read /proc; have the operator of Dify check that, or "
        "leave {parameter} blank",
        parameter=CERTIFICATE,
    )
