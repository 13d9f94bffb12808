"""Operator settings that cannot work: the call fails at once, nothing is sent, and the setting is named."""

from pathlib import Path

import pytest

from tests.network.call_outcomes import NOT_SENT, UNREACHABLE, Outcome, failure
from tests.network.clients import SECONDS_WITHOUT_RETRY, SLOW_RETRIES
from tests.network.fault_servers import FaultServer
from tests.network.network_routes import HOST_BEHIND_PROXY, TLS_ROUTES, Route, on_routes

MALFORMED_ADDRESSES = [
    "http://[::bad",
    "http://",
    "http://127.0.0.1:notaport",
    "http://127.0.0.1:99999",
    "ftp://127.0.0.1:3128",
]


def _require_failure_without_retry(route: Route, *, reading: bool, fault_server: FaultServer) -> Outcome:
    """Let a call fail without a retry; it may fail as early as when the client is opened."""

    def call() -> None:
        client = route.client(policy=SLOW_RETRIES)
        if reading:
            route.read(client)
        else:
            route.add(client)

    failed = failure(call)
    assert failed.seconds < SECONDS_WITHOUT_RETRY, "it was retried"
    assert fault_server.count("connections") <= 1
    assert (route.sent, route.saved) == (0, 0)
    assert failed.code in {UNREACHABLE, "INVALID_INPUT"}
    if not reading:
        assert failed.entry_state() == NOT_SENT
    return failed


@on_routes("direct-TLSv1_3")
@pytest.mark.parametrize("reading", [True, False])
@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks4"])
def test_proxy_when_its_scheme_is_socks(
    route: Route, idle_proxy: FaultServer, monkeypatch: pytest.MonkeyPatch, scheme: str, *, reading: bool
) -> None:
    """A SOCKS proxy is not supported: the call fails without connecting to it."""
    route.host = HOST_BEHIND_PROXY
    monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://127.0.0.1:{idle_proxy.port}")
    failed = _require_failure_without_retry(route, reading=reading, fault_server=idle_proxy)

    assert idle_proxy.count("connections") == 0
    assert f"the proxy 127.0.0.1:{idle_proxy.port} speaks SOCKS" in str(failed.error)
    assert "HTTPS_PROXY" in str(failed.error)


@on_routes("direct-TLSv1_3")
@pytest.mark.parametrize("reading", [True, False])
@pytest.mark.parametrize("address", MALFORMED_ADDRESSES)
def test_proxy_when_its_address_is_malformed(
    route: Route, monkeypatch: pytest.MonkeyPatch, address: str, *, reading: bool
) -> None:
    """With a malformed proxy address the call fails, and kintone is not asked directly either."""
    route.host = HOST_BEHIND_PROXY
    monkeypatch.setenv("HTTPS_PROXY", address)
    failed = _require_failure_without_retry(route, reading=reading, fault_server=route.fault_server)

    assert route.fault_server.count("connections") == 0
    assert "HTTPS_PROXY" in str(failed.error)


@on_routes(*TLS_ROUTES)
@pytest.mark.parametrize("reading", [True, False])
def test_certificates_when_their_file_is_missing(
    route: Route, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, reading: bool
) -> None:
    """Without the file of trusted certificates the call fails and names REQUESTS_CA_BUNDLE."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    failed = _require_failure_without_retry(route, reading=reading, fault_server=route.fault_server)

    assert "REQUESTS_CA_BUNDLE" in str(failed.error)


@on_routes(*TLS_ROUTES)
def test_certificates_when_their_file_holds_none(route: Route, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file without certificates fails like a missing one."""
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("this is no certificate\n")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(wrong))
    failed = _require_failure_without_retry(route, reading=False, fault_server=route.fault_server)

    assert "REQUESTS_CA_BUNDLE" in str(failed.error)
