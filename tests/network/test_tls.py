"""TLS failures: whether the request was already sent decides what is known of a write."""

from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from kintone.writing.one_record import add_record
from tests.network.call_outcomes import ACCESS_DENIED, NOT_SENT, UNKNOWN, UNREACHABLE, failure
from tests.network.clients import SECONDS_WITHOUT_RETRY, SLOW_RETRIES, open_client
from tests.network.fault_servers import OpenTlsServer
from tests.network.network_routes import HOST_BEHIND_PROXY, TLS_ROUTES, Route, on_routes


@on_routes(*TLS_ROUTES)
@pytest.mark.parametrize("step", ["garbage", "alert", "close", "reset"])
def test_insert_when_the_handshake_never_succeeds(route: Route, step: str) -> None:
    """When every handshake fails, all entries are not sent."""
    route.fault_server.script(handshake=[step])
    failed = failure(lambda: route.insert(route.client(), 101))

    assert (route.sent, route.saved) == (0, 0)
    assert failed.code == UNREACHABLE
    assert failed.entry_states(range(1, 102)) == {NOT_SENT}


@on_routes(*TLS_ROUTES)
@pytest.mark.parametrize("step", ["garbage", "alert"])
def test_insert_when_tls_fails_after_the_request(route: Route, step: str) -> None:
    """After a TLS failure that follows the request, the insert is not retried and its state is unknown."""
    route.fault_server.script(request=[step])
    failed = failure(lambda: route.insert(route.client(), 2))

    assert (route.sent, route.saved) == (1, 0)
    assert failed.code in {UNREACHABLE, "NOT_KINTONE"}
    assert failed.entry_states([1, 2]) == {UNKNOWN}


@on_routes(*TLS_ROUTES)
def test_upsert_by_key_when_tls_fails_after_the_request(route: Route) -> None:
    """The state is unknown, whether or not the upsert was retried."""
    route.fault_server.script(request=["alert"])
    failed = failure(lambda: route.upsert(route.client(), 2))

    assert failed.entry_states([1, 2]) == {UNKNOWN}


@on_routes(*TLS_ROUTES)
def test_insert_when_the_certificate_is_not_trusted(
    route: Route, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An untrusted certificate is not retried, and nothing is sent."""
    untrusted = tmp_path / "untrusted.pem"
    trustme.CA().cert_pem.write_to_path(str(untrusted))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(untrusted))
    failed = failure(lambda: route.add(route.client(policy=SLOW_RETRIES)))

    assert route.fault_server.count("handshakes") == 1
    assert failed.seconds < SECONDS_WITHOUT_RETRY
    assert (route.sent, route.saved) == (0, 0)
    assert failed.code == UNREACHABLE
    assert failed.entry_state() == NOT_SENT


@on_routes(*TLS_ROUTES)
@pytest.mark.parametrize("certificate_hosts", [("elsewhere.example",)])
def test_insert_when_the_certificate_is_for_another_host(route: Route) -> None:
    """A certificate for another host name fails like an untrusted one."""
    failed = failure(lambda: route.add(route.client(policy=SLOW_RETRIES)))

    assert (route.sent, route.saved) == (0, 0)
    assert failed.code == UNREACHABLE
    assert failed.entry_state() == NOT_SENT


@pytest.mark.parametrize("tunnel", [False, True])
@pytest.mark.parametrize(("version", "entry_state"), [("TLSv1_2", NOT_SENT), ("TLSv1_3", UNKNOWN)])
def test_insert_when_a_client_certificate_is_required(
    client_certificate_server: OpenTlsServer, stack: ExitStack, version: str, entry_state: str, *, tunnel: bool
) -> None:
    """Under TLS 1.2 the handshake fails before the request is sent; under TLS 1.3 the failure arrives after it."""
    server = client_certificate_server(version, tunnel=tunnel)
    host = HOST_BEHIND_PROXY if tunnel else "127.0.0.1"
    client = open_client(stack, f"https://{host}:{server.port}", "a" * 40)
    failed = failure(lambda: add_record(client, 1, {"sku": {"value": "A"}}))

    # Under TLS 1.3 the server may close before it reads the request, so it need not count one.
    assert server.count("requests") <= (entry_state == UNKNOWN)
    assert entry_state != UNKNOWN or server.count("handshakes") == 1
    # A proxy may pass on the end of the connection as a reset, which takes the alert away.
    after_sending = {ACCESS_DENIED, UNREACHABLE} if tunnel else {ACCESS_DENIED}
    assert failed.code in (after_sending if entry_state == UNKNOWN else {UNREACHABLE})
    assert "kintone_client_certificate" in str(failed.error)
    assert failed.entry_state() == entry_state
