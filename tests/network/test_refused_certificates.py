"""Client certificates that are wanted or refused, told apart from other failures of TLS; what is known of a write."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from kintone.access.certificates import read_certificate
from kintone.access.client_certificates import ClientCertificate
from kintone.access.credentials import Tokens
from kintone.access.sites import read_site
from kintone.client import Access, KintoneClient
from kintone.retry import RetryPolicy
from kintone.writing.one_record import add_record
from local_kintone import LocalKintone
from tests.network.call_outcomes import ACCESS_DENIED, NOT_SENT, UNKNOWN, UNREACHABLE, Outcome, failure, success
from tests.network.clients import FAST_RETRIES, MANY_RETRIES
from tests.network.fault_servers import FaultServer, FaultServers, OpenTlsServer
from tests.network.network_routes import Route, on_routes
from tests.wire.conftest import settings_for

PARAMETER = "kintone_client_certificate"
OPEN_HOST, SECURE_HOST = "example.cybozu.com", "example.s.cybozu.com"
HOSTS = (OPEN_HOST, SECURE_HOST)
DAY = timedelta(days=1)

# Numbers of alerts, https://www.rfc-editor.org/rfc/rfc8446#section-6
HANDSHAKE_FAILURE = 40
WANTED = {42: "bad_certificate", 46: "certificate_unknown", 116: "certificate_required"}
ABOUT_A_SENT_ONE = {44: "certificate_revoked", 45: "certificate_expired", 48: "unknown_ca", 49: "access_denied", 51: ""}
REFUSED = {42: "", 43: "", 44: "revoked", 45: "expired", 46: "", 48: "issued it", 49: "", 116: "kind of key"}
OTHERS = {70: "version", 71: "version", 80: "refused", 112: "no site of this name"}

type Write = Callable[..., Outcome]


@pytest.fixture(scope="module")
def certificate() -> ClientCertificate:
    """Return a client certificate of an authority that no server knows."""
    issued = trustme.CA().issue_cert(common_name="sato")
    read = read_certificate(issued.private_key_and_cert_chain_pem.bytes().decode(), None)
    assert read is not None
    return read


def client_of(
    stack: ExitStack, url: str, certificate: ClientCertificate | None, policy: RetryPolicy = MANY_RETRIES
) -> KintoneClient:
    """Open a client; a policy of many retries would show in the number of connections."""
    settings = settings_for(url if "127.0.0.1" in url else "")
    access = Access(read_site(url, settings.allowed_origins), Tokens("a" * 40), certificate=certificate)
    return stack.enter_context(KintoneClient(access, settings, request_timeout=5, policy=policy))


def failed_write(client: KintoneClient) -> Outcome:
    """Let a write fail."""
    return failure(lambda: add_record(client, 1, {"sku": {"value": "A"}}))


@pytest.fixture
def refuse(
    fault_servers: FaultServers, stack: ExitStack, monkeypatch: pytest.MonkeyPatch, certificate: ClientCertificate
) -> Write:
    """Return a function that writes to a server which refuses the handshake with an alert, directly or at a host."""

    def run(alert: int, host: str = "", *, given: bool) -> Outcome:
        server = fault_servers.open("proxy" if host else "relay", steps={"handshake": [f"alert-{alert}"]})
        stack.callback(server.close)
        if host:
            monkeypatch.setenv("HTTPS_PROXY", server.url)
        url = host or f"https://127.0.0.1:{server.port}"
        failed = failed_write(client_of(stack, url, certificate if given else None))
        assert server.count("handshakes") == 1, "it was retried"
        assert server.count("requests") == 0
        assert failed.entry_state() == NOT_SENT
        return failed

    return run


@pytest.mark.parametrize("host", ["", SECURE_HOST])
@pytest.mark.parametrize("alert", WANTED)
def test_alert_about_a_certificate_when_none_was_sent(refuse: Write, alert: int, host: str) -> None:
    """One is wanted; the parameter for it is named."""
    failed = refuse(alert, host, given=False)

    assert failed.code == ACCESS_DENIED
    assert "wants a client certificate" in str(failed.error)
    assert PARAMETER in str(failed.error)


@pytest.mark.parametrize("host", ["", SECURE_HOST, OPEN_HOST])
@pytest.mark.parametrize("alert", ABOUT_A_SENT_ONE)
def test_alert_that_judges_a_certificate_when_none_was_sent(refuse: Write, alert: int, host: str) -> None:
    """It cannot be about the client's, so that one is wanted is no fact; a firewall may have refused the host."""
    failed = refuse(alert, host, given=False)

    assert failed.code == UNREACHABLE
    assert "perhaps because it wants a client certificate" in str(failed.error)
    assert PARAMETER in str(failed.error)


@pytest.mark.parametrize("host", ["", SECURE_HOST])
@pytest.mark.parametrize("alert", REFUSED)
def test_alert_about_a_certificate_when_one_was_sent(refuse: Write, alert: int, host: str) -> None:
    """It was refused, and why if the alert tells."""
    failed = refuse(alert, host, given=True)

    assert failed.code == ACCESS_DENIED
    assert "refused the client certificate" in str(failed.error)
    assert REFUSED[alert] in str(failed.error)
    assert PARAMETER in str(failed.error)


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("host", ["", SECURE_HOST, OPEN_HOST])
def test_unspecific_alert_names_the_certificate_as_a_possibility(refuse: Write, host: str, *, given: bool) -> None:
    """A server that wants one under TLS 1.2 often says no more than that the handshake failed."""
    if given and host == OPEN_HOST:
        pytest.skip("no certificate goes to a host without .s.")
    failed = refuse(HANDSHAKE_FAILURE, host, given=given)

    assert failed.code == UNREACHABLE
    assert "perhaps because it " + ("does not accept" if given else "wants") in str(failed.error)
    assert (".s." in str(failed.error)) is (host == OPEN_HOST)
    assert PARAMETER in str(failed.error)


@pytest.mark.parametrize("alert", OTHERS)
@pytest.mark.parametrize("given", [False, True])
def test_other_alerts_say_nothing_of_a_client_certificate(refuse: Write, alert: int, *, given: bool) -> None:
    """They are about versions, names or the server itself."""
    failed = refuse(alert, given=given)

    assert failed.code == UNREACHABLE
    assert OTHERS[alert] in str(failed.error)
    assert "client certificate" not in str(failed.error)


@pytest.mark.parametrize(("version", "entry_state"), [("TLSv1_2", NOT_SENT), ("TLSv1_3", UNKNOWN)])
def test_certificate_of_an_unknown_authority(
    client_certificate_server: OpenTlsServer,
    stack: ExitStack,
    certificate: ClientCertificate,
    version: str,
    entry_state: str,
) -> None:
    """A real server refuses it; under TLS 1.3 only after the client has sent, so the write is unknown."""
    server = client_certificate_server(version, tunnel=False)
    failed = failed_write(client_of(stack, f"https://127.0.0.1:{server.port}", certificate))

    assert server.count("handshakes") == 1
    assert failed.code == ACCESS_DENIED
    assert "issued it" in str(failed.error)
    assert failed.entry_state() == entry_state


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_read_is_not_repeated_where_the_alert_is_certain(
    client_certificate_server: OpenTlsServer, stack: ExitStack, certificate: ClientCertificate, version: str
) -> None:
    """One handshake is enough."""
    server = client_certificate_server(version, tunnel=False)
    client = client_of(stack, f"https://127.0.0.1:{server.port}", certificate)
    failed = failure(lambda: client.forms.read(1))

    assert failed.code == ACCESS_DENIED
    assert server.count("handshakes") == 1


# Connections that end without an alert


@on_routes("direct-TLSv1_2", "direct-TLSv1_3", "tunnel-TLSv1_3")
@pytest.mark.parametrize("step", ["close", "reset"])
def test_end_at_the_first_request_may_be_for_want_of_a_certificate(route: Route, step: str) -> None:
    """Under TLS 1.3 the client hears no more than the end; under TLS 1.2 the server would have refused before."""
    route.fault_server.script(request=[step])
    failed = failure(lambda: route.add(route.client()))

    assert (failed.code, failed.entry_state(), route.saved) == (UNREACHABLE, UNKNOWN, 0)
    assert ("perhaps because it wants a client certificate" in str(failed.error)) is ("TLSv1_3" in route.name)


@on_routes("direct-TLSv1_3")
def test_end_of_a_connection_that_has_answered_is_not_for_want_of_a_certificate(route: Route) -> None:
    """What has answered a request wants none."""
    route.fault_server.script(request=["works", "close"])
    client = route.client()
    success(lambda: route.add(client, "A"))
    failed = failure(lambda: route.add(client, "B"))

    assert route.fault_server.count("connections") == 1
    assert (failed.code, failed.entry_state(), route.saved) == (UNREACHABLE, UNKNOWN, 1)
    assert "client certificate" not in str(failed.error)


@on_routes("direct-TLSv1_3")
@pytest.mark.parametrize("certificate_hosts", [HOSTS])
def test_end_at_an_official_host_without_secure_access_is_not_for_want_of_a_certificate(
    route: Route, fault_servers: FaultServers, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a host wants none, so a broken connection is no more than that; an address of Secure Access may want one."""
    proxy = fault_servers.open("proxy", upstream=route.kintone.port, steps={"request": ["close"]})
    stack.callback(proxy.close)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    messages = {host: str(failed_write(client_of(stack, host, None, FAST_RETRIES)).error) for host in HOSTS}

    assert {host: "client certificate" in message for host, message in messages.items()} == {
        OPEN_HOST: False,
        SECURE_HOST: True,
    }


# The server's own certificate


def server_with(  # noqa: PLR0913 - the parts of a certificate
    fault_servers: FaultServers,
    stack: ExitStack,
    folder: Path,
    *,
    trusted: bool = True,
    host: str = "127.0.0.1",
    not_before: datetime | None = None,
    not_after: datetime | None = None,
) -> FaultServer:
    """Open a TLS server with a certificate for this host and time."""
    authority, other = trustme.CA(), trustme.CA()
    files = {"certificate": str(folder / "server.pem"), "authority": str(folder / "authority.pem")}
    issued = authority.issue_cert(host, not_before=not_before, not_after=not_after)
    issued.private_key_and_cert_chain_pem.write_to_path(files["certificate"])
    (authority if trusted else other).cert_pem.write_to_path(files["authority"])
    server = fault_servers.open("tls", tls={**files, "version": "TLSv1_3"})
    stack.callback(server.close)
    return server


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"not_before": datetime.now(UTC) - 9 * DAY, "not_after": datetime.now(UTC) - DAY}, "has expired"),
        ({"not_before": datetime.now(UTC) + DAY, "not_after": datetime.now(UTC) + 9 * DAY}, "not valid yet"),
        ({"host": "elsewhere.example"}, "another host name"),
        ({"trusted": False}, "REQUESTS_CA_BUNDLE"),
    ],
)
def test_certificate_of_the_server_is_told_apart(  # noqa: PLR0913, PLR0917 - fixtures and cases
    fault_servers: FaultServers,
    stack: ExitStack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wrong: dict[str, Any],
    word: str,
) -> None:
    """Each fault of it has words of its own, and none speaks of the client's."""
    server = server_with(fault_servers, stack, tmp_path, **wrong)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    failed = failed_write(client_of(stack, f"https://127.0.0.1:{server.port}", None))

    assert server.count("handshakes") == 1
    assert (failed.code, failed.entry_state()) == (UNREACHABLE, NOT_SENT)
    assert word in str(failed.error)
    assert "client certificate" not in str(failed.error)


def test_address_without_tls(kintone: LocalKintone, stack: ExitStack) -> None:
    """An ``https`` address whose port speaks plain HTTP is told as such."""
    failed = failed_write(client_of(stack, f"https://127.0.0.1:{kintone.port}", None))

    assert (failed.code, failed.entry_state()) == (UNREACHABLE, NOT_SENT)
    assert "no TLS" in str(failed.error)
    assert kintone.requests == []
