"""Clients of a local kintone behind TLS, client certificates and Basic authentication; they share no code with it."""

from __future__ import annotations

import http.client
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message

    from local_kintone import ClientCertificate, LocalKintone

SECONDS = 10


@dataclass(frozen=True)
class Answer:
    """A response: status, header fields and page or JSON."""

    status: int
    headers: Message
    text: str


def tls(kintone: LocalKintone, certificate: ClientCertificate | None = None) -> ssl.SSLContext:
    """Return a client's context that trusts the server and presents a certificate."""
    context = ssl.create_default_context(cafile=kintone.ca_file)
    if certificate is not None:
        load(context, certificate.pem)
    return context


def load(context: ssl.SSLContext, pem: str) -> None:
    """Have a context present a certificate, given with its key as PEM."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "client.pem"
        path.write_text(pem, encoding="ascii")
        context.load_cert_chain(path)


def connect(kintone: LocalKintone, context: ssl.SSLContext | None = None) -> http.client.HTTPConnection:
    """Return a connection that is not open yet."""
    if context is None:
        return http.client.HTTPConnection("127.0.0.1", kintone.port, timeout=SECONDS)
    return http.client.HTTPSConnection("127.0.0.1", kintone.port, timeout=SECONDS, context=context)


def ask(connection: http.client.HTTPConnection, token: str = "", **headers: str) -> Answer:
    """Ask for app 1 and leave the connection open."""
    sent = {"User-Agent": "test", "X-Cybozu-API-Token": token, **headers}
    connection.request("GET", "/k/v1/app.json?id=1", headers=sent)
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read().decode())
