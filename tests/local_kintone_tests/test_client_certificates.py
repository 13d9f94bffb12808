"""The local kintone's TLS: client certificates that the handshake demands or that the answer refuses."""

from __future__ import annotations

import base64
import ssl
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from local_kintone import LocalKintone
from tests.local_kintone_tests.locked import ask, connect, load, tls

ALERTS = [
    ("1.2", None, "SSLV3_ALERT_HANDSHAKE_FAILURE"),
    ("1.3", None, "TLSV13_ALERT_CERTIFICATE_REQUIRED"),
    ("1.2", "expired", "SSLV3_ALERT_CERTIFICATE_EXPIRED"),
    ("1.3", "expired", "SSLV3_ALERT_CERTIFICATE_EXPIRED"),
    ("1.2", "early", "SSLV3_ALERT_BAD_CERTIFICATE"),
    ("1.3", "early", "SSLV3_ALERT_BAD_CERTIFICATE"),
    ("1.2", "foreign", "TLSV1_ALERT_UNKNOWN_CA"),
    ("1.3", "foreign", "TLSV1_ALERT_UNKNOWN_CA"),
]
"""The alerts of OpenSSL: https://docs.openssl.org/3.0/man3/SSL_alert_type_string/"""

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local_kintone import ClientCertificate
    from local_kintone.serving.certificates import State
    from tests.local_kintone_tests.locked import Answer

    type Start = Callable[..., LocalKintone]


@pytest.fixture
def start() -> Iterator[Start]:
    """Return a function that starts local kintones with https."""
    with ExitStack() as stack:
        yield lambda demand, **options: stack.enter_context(
            LocalKintone(seed="demo", https=True, client_certificates=demand, **options)
        )


def answer(kintone: LocalKintone, certificate: ClientCertificate | None = None, **headers: str) -> Answer:
    """Ask once with a certificate, over a connection of its own."""
    with closing(connect(kintone, tls(kintone, certificate))) as connection:
        return ask(connection, kintone.token(1, "view"), **headers)


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize("intermediate", [False, True])
def test_the_demanded_certificate_lets_in(start: Start, version: str, intermediate: bool) -> None:  # noqa: FBT001
    """A certificate of the server's authority is accepted, also through an intermediate one, and noted."""
    kintone = start("required", tls_version=version)
    certificate = kintone.client_certificate("佐藤", intermediate=intermediate)

    assert answer(kintone, certificate).status == 200
    assert kintone.requests[-1].certificate == "佐藤"


@pytest.mark.parametrize(("version", "state", "alert"), ALERTS)
def test_the_handshake_refuses_no_certificate_and_wrong_ones(
    start: Start, version: str, state: State | None, alert: str
) -> None:
    """An alert says why: with TLS 1.2 to the handshake, with 1.3 when the client, which has ended it, reads."""
    kintone = start("required", tls_version=version)
    certificate = None if state is None else kintone.client_certificate(state=state)
    connection = connect(kintone, tls(kintone, certificate))
    with closing(connection):
        if version == "1.3":
            connection.connect()
        with pytest.raises(ssl.SSLError) as failed:
            ask(connection)

    assert failed.value.reason == alert
    assert kintone.requests == []


def test_the_alert_reaches_a_client_that_is_still_sending(start: Start) -> None:
    """With TLS 1.3 a client may have sent megabytes before it reads; the connection is not reset under it."""
    kintone = start("required", tls_version="1.3")
    with closing(connect(kintone, tls(kintone))) as connection:
        connection.request("POST", "/k/v1/file.json", bytes(8 << 20), {"User-Agent": "test"})
        with pytest.raises(ssl.SSLError) as failed:
            connection.getresponse()

    assert failed.value.reason == "TLSV13_ALERT_CERTIFICATE_REQUIRED"


@pytest.mark.parametrize("version", ["1.2", "1.3"])
@pytest.mark.parametrize("state", ["expired", "early", "foreign"])
def test_the_answer_refuses_a_wrong_certificate(start: Start, version: str, state: State) -> None:
    """Where the certificate is asked for, the handshake succeeds and nginx's page tells that it is wrong."""
    kintone = start("asked", tls_version=version)
    certificate = kintone.client_certificate(state=state)
    given = answer(kintone, certificate)

    assert given.status == 400
    assert "<title>400 The SSL certificate error</title>" in given.text
    assert kintone.requests[-1].certificate == certificate.name


def test_the_answer_refuses_a_missing_certificate(start: Start) -> None:
    """Nginx's page tells that none came, before anything else is looked at; a right one is let in."""
    kintone = start("asked")
    kintone.settings.maintenance = True
    given = answer(kintone)
    kintone.settings.maintenance = False

    assert given.status == 400
    assert "<title>400 No required SSL certificate was sent</title>" in given.text
    assert answer(kintone, kintone.client_certificate()).status == 200


def test_a_page_of_the_site_refuses_if_so_set(start: Start) -> None:
    """The refusal may be a page with 403 instead of nginx's."""
    kintone = start("asked")
    kintone.settings.certificate_refusal = "page"
    given = answer(kintone)

    assert given.status == 403
    assert "クライアント証明書" in given.text


@pytest.mark.parametrize("demand", ["required", "asked"])
def test_a_revoked_certificate_is_refused_on_open_connections(start: Start, demand: str) -> None:
    """The connection of a certificate that has become invalid gets nginx's page."""
    kintone = start(demand)
    certificate = kintone.client_certificate()
    with closing(connect(kintone, tls(kintone, certificate))) as connection:
        before = ask(connection, kintone.token(1, "view"))
        kintone.revoke_certificate(certificate)
        after = ask(connection, kintone.token(1, "view"))

    assert (before.status, after.status) == (200, 400)


def test_a_certificate_replaces_password_and_allowed_address(start: Start) -> None:
    """One of the three ways is enough: who presents a certificate is not asked for the password."""
    kintone = start("required")
    kintone.settings.basic_auth = ("user", "password")
    kintone.settings.allowed_addresses = []

    assert answer(kintone, kintone.client_certificate()).status == 200


def test_without_a_demand_no_certificate_is_asked_for(start: Start) -> None:
    """A certificate that nobody asks for is not presented."""
    kintone = start("none")

    assert answer(kintone, kintone.client_certificate()).status == 200
    assert kintone.requests[-1].certificate is None


def test_each_connection_has_its_own_certificate(start: Start) -> None:
    """Connections that are open together keep their certificates apart."""
    kintone = start("required")
    token = kintone.token(1, "view")
    with ExitStack() as stack:
        opened = [
            stack.enter_context(closing(connect(kintone, tls(kintone, kintone.client_certificate(name)))))
            for name in ("a", "b", "c")
        ]
        for connection in (*opened, *reversed(opened)):
            ask(connection, token)

    assert [request.certificate for request in kintone.requests] == ["a", "b", "c", "c", "b", "a"]


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_resumed_session_carries_the_certificate_of_the_first(start: Start, version: str) -> None:
    """The noted certificate is that of the session, so a client that resumes another's session is found out."""
    kintone = start("required", tls_version=version)
    token = kintone.token(1, "view")
    context = tls(kintone, kintone.client_certificate("first"))
    first = connect(kintone, context)
    with closing(first):
        ask(first, token)
        assert isinstance(first.sock, ssl.SSLSocket)
        session = first.sock.session
    load(context, kintone.client_certificate("second").pem)
    with closing(connect(kintone)) as second:
        second.connect()
        second.sock = resumed = context.wrap_socket(second.sock, server_hostname="127.0.0.1", session=session)
        ask(second, token)
        assert resumed.session_reused

    assert [request.certificate for request in kintone.requests] == ["first", "first"]


@pytest.mark.parametrize("password", ["", "秘密 🔑"])
def test_a_pfx_file_holds_the_same_certificate(password: str) -> None:
    """The PFX is base64 on one line and opens with its password alone."""
    certificate = LocalKintone(seed="none").client_certificate("sato", intermediate=True)
    packed = certificate.pfx(password)
    key, leaf, others = pkcs12.load_key_and_certificates(base64.b64decode(packed), password.encode() or None)

    assert "\n" not in packed
    assert key is not None
    assert leaf is not None
    assert (leaf.serial_number, len(others)) == (certificate.serial, 1)
    assert leaf.public_key() == key.public_key()
    with pytest.raises(ValueError, match="password"):
        pkcs12.load_key_and_certificates(base64.b64decode(certificate.pfx("right")), b"wrong")


def test_the_server_certificate_may_name_other_hosts(start: Start) -> None:
    """A host name of Secure Access is verified if it was asked for, and no other."""
    kintone = start("none", hosts=["example.s.cybozu.com"])
    for host, fits in (("example.s.cybozu.com", True), ("localhost", True), ("other.s.cybozu.com", False)):
        with closing(connect(kintone)) as connection:
            connection.connect()
            if fits:
                tls(kintone).wrap_socket(connection.sock, server_hostname=host).close()
            else:
                with pytest.raises(ssl.SSLCertVerificationError):
                    tls(kintone).wrap_socket(connection.sock, server_hostname=host)


def test_client_certificates_need_https() -> None:
    """A demand without TLS is refused instead of ignored."""
    with pytest.raises(ValueError, match="https"):
        LocalKintone(client_certificates="required")
