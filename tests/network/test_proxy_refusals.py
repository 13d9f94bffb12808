"""A proxy that refuses or fails: it is named, apart from kintone, with the operator's setting and what to do there."""

import socket
from pathlib import Path

import pytest

from kintone.client import verify_credentials
from kintone.writing.one_record import add_record
from tests.network.call_outcomes import ACCESS_DENIED, NOT_SENT, REFUSED, UNREACHABLE, Outcome, failure, success
from tests.network.clients import SECONDS_WITHOUT_RETRY, SLOW_RETRIES, open_client
from tests.network.fault_servers import FaultServer, FaultServers, proxy_certificate
from tests.network.network_routes import HOST_BEHIND_PROXY, TUNNEL_ROUTES, Route, on_routes

WRITES = pytest.mark.parametrize("write", ["add", "insert", "upsert"])


def _write(route: Route, write: str) -> None:
    client = route.client(policy=SLOW_RETRIES)
    if write == "add":
        route.add(client)
    else:
        {"insert": route.insert, "upsert": route.upsert}[write](client, 2)


@on_routes(*TUNNEL_ROUTES)
@WRITES
def test_write_when_the_proxy_refuses_to_connect(route: Route, write: str) -> None:
    """After one CONNECT that is answered with 407 nothing is sent."""
    route.fault_server.script(connect=["407"])
    failed = failure(lambda: _write(route, write))

    assert route.fault_server.count("connects") == 1
    assert failed.seconds < SECONDS_WITHOUT_RETRY
    assert (route.sent, route.saved) == (0, 0)
    assert failed.code == ACCESS_DENIED
    assert failed.entry_state() in {NOT_SENT, REFUSED}
    assert "HTTPS_PROXY" in str(failed.error)


@on_routes(*TUNNEL_ROUTES)
def test_read_when_the_proxy_refuses_to_connect(route: Route) -> None:
    """A read is not retried either."""
    route.fault_server.script(connect=["407"])
    failed = failure(lambda: route.read(route.client(policy=SLOW_RETRIES)))

    assert route.fault_server.count("connections") == 1
    assert failed.seconds < SECONDS_WITHOUT_RETRY
    assert failed.code == ACCESS_DENIED
    assert "HTTPS_PROXY" in str(failed.error)


@on_routes(*TUNNEL_ROUTES)
def test_password_when_the_proxy_refuses_to_connect(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error does not show the password in the proxy's address."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://joe:sesame-4711@127.0.0.1:{route.fault_server.port}")
    route.fault_server.script(connect=["407"])
    failed = failure(lambda: route.add(route.client(policy=SLOW_RETRIES)))

    assert failed.code == ACCESS_DENIED
    assert "sesame-4711" not in str(failed.error)
    assert "sesame-4711" not in repr(failed.error)


def _failed(route: Route, proxy: FaultServer, code: str) -> Outcome:
    """Let a write fail; the proxy is named, its password is not shown, and nothing was sent or saved."""
    failed = failure(lambda: route.add(route.client()))
    assert failed.code == code
    assert f"the proxy 127.0.0.1:{proxy.port} " in str(failed.error)
    assert "sesame-4711" not in str(failed.error) + repr(failed.error)
    assert failed.entry_state() == NOT_SENT
    assert (route.sent, route.saved) == (0, 0)
    return failed


@on_routes("tunnel-TLSv1_3")
@pytest.mark.parametrize("credentials", ["", "joe:sesame-4711@"], ids=["without", "with"])
def test_password_of_a_proxy_is_wanted_or_wrong(
    route: Route, monkeypatch: pytest.MonkeyPatch, credentials: str
) -> None:
    """Without a password one is to be written, with one it is to be corrected."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://{credentials}127.0.0.1:{route.fault_server.port}")
    route.fault_server.script(connect=["407"])
    message = str(_failed(route, route.fault_server, ACCESS_DENIED).error)

    assert ("wants a user name" in message) is not bool(credentials)
    assert ("correct them in HTTPS_PROXY" in message) is bool(credentials)


@on_routes("tunnel-TLSv1_3")
@pytest.mark.parametrize(
    ("step", "code", "word"),
    [
        ("403", ACCESS_DENIED, "HTTP 403"),
        ("502", UNREACHABLE, "HTTP 502"),
        ("503", UNREACHABLE, "HTTP 503"),
        ("407-ntlm", ACCESS_DENIED, "Basic"),
        ("reset", UNREACHABLE, "made no connection"),
        ("garbage", UNREACHABLE, "made no connection"),
        ("half", UNREACHABLE, "made no connection"),
    ],
)
def test_proxy_that_opens_no_tunnel_is_named(route: Route, step: str, code: str, word: str) -> None:
    """Its status is told, and a sign-in that the plugin does not know."""
    route.fault_server.script(connect=[step])

    assert word in str(_failed(route, route.fault_server, code).error)


@on_routes("tunnel-TLSv1_3")
def test_proxy_that_does_not_connect_in_time_is_named(route: Route) -> None:
    """A proxy that is silent after CONNECT is named as late."""
    route.fault_server.script(connect=["hang"])
    failed = failure(lambda: route.add(route.client(timeout=0.2)))

    assert failed.code == "TIMED_OUT"
    assert failed.entry_state() == NOT_SENT
    saved = failure(lambda: verify_credentials(route.client(timeout=0.2), route.app))
    for message in (str(failed.error), str(saved.error)):
        assert f"the proxy 127.0.0.1:{route.fault_server.port} " in message
        assert "HTTPS_PROXY" in message


@on_routes(*TUNNEL_ROUTES)
@pytest.mark.parametrize(
    ("step", "code", "word"),
    [
        ("close", UNREACHABLE, "closed"),
        ("reset", UNREACHABLE, "closed"),
        ("403", UNREACHABLE, "not TLS"),
        ("garbage", UNREACHABLE, "not TLS"),
        ("hang", "TIMED_OUT", "in time"),
    ],
)
def test_proxy_through_which_no_tls_comes_is_named(route: Route, step: str, code: str, word: str) -> None:
    """It says that it has connected, and then refuses: closing, with a page of its own, or by silence."""
    route.fault_server.script(handshake=[step])
    client = open_client(route.stack, "https://example.cybozu.com", route.token, timeout=0.2 if step == "hang" else 5)
    failed = failure(lambda: add_record(client, 1, {"sku": {"value": "A"}}))
    message = str(failed.error)

    assert (failed.code, failed.entry_state()) == (code, NOT_SENT)
    assert f"the proxy 127.0.0.1:{route.fault_server.port} " in message
    assert word in message
    assert "HTTPS_PROXY" in message
    assert "client certificate" not in message
    assert route.sent == 0


@on_routes("tunnel-TLSv1_3")
def test_proxy_that_is_silent_under_tls_is_named(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is late is the proxy, not kintone."""
    route.fault_server.script(accept=["hang"])
    monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{route.fault_server.port}")
    failed = failure(lambda: route.add(route.client(timeout=0.2)))

    assert (failed.code, failed.entry_state()) == ("TIMED_OUT", NOT_SENT)
    assert f"the proxy 127.0.0.1:{route.fault_server.port} " in str(failed.error)


@on_routes("tunnel-TLSv1_3")
def test_proxy_whose_certificate_is_not_trusted_is_named(
    route: Route, fault_servers: FaultServers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is not asked, so it gets no password; the setting that makes it trusted is named."""
    files, _ = proxy_certificate(tmp_path)
    proxy = fault_servers.open("proxy", upstream=route.kintone.port, tls=files)
    monkeypatch.setenv("HTTPS_PROXY", f"https://joe:sesame-4711@127.0.0.1:{proxy.port}")
    message = str(_failed(route, proxy, UNREACHABLE).error)

    assert "REQUESTS_CA_BUNDLE" in message
    assert "HTTPS_PROXY" in message
    assert proxy.seen == ""
    proxy.close()


@on_routes("tunnel-TLSv1_3")
def test_proxy_without_tls_at_an_https_address(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way out is to write ``http://``."""
    monkeypatch.setenv("HTTPS_PROXY", f"https://joe:sesame-4711@127.0.0.1:{route.fault_server.port}")

    assert "with http://" in str(_failed(route, route.fault_server, UNREACHABLE).error)


@on_routes("tunnel-TLSv1_3")
@pytest.mark.parametrize("listed", [HOST_BEHIND_PROXY, "localhost, .example", "*", "localhost, *.Example"])
def test_host_in_no_proxy_is_reached_without_it(route: Route, monkeypatch: pytest.MonkeyPatch, listed: str) -> None:
    """The proxy gets no connection, whatever its address holds."""
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *rest: look_up("127.0.0.1", *rest))
    monkeypatch.setenv("NO_PROXY", listed)
    monkeypatch.setenv("HTTPS_PROXY", "http://joe:p@ss@")
    success(lambda: route.add(route.client()))

    assert route.fault_server.count("connections") == 0
    assert route.saved == 1


@on_routes("tunnel-TLSv1_3")
@pytest.mark.parametrize("listed", ["tone.example", "*.kintone.example", "kintone.example:1", ":{port}", ","])
def test_host_that_no_proxy_does_not_name_goes_through_it(
    route: Route, monkeypatch: pytest.MonkeyPatch, listed: str
) -> None:
    """A part of a name, another port and an empty entry name no host."""
    monkeypatch.setenv("NO_PROXY", listed.format(port=route.kintone.port))
    success(lambda: route.add(route.client()))

    assert route.fault_server.count("connects") == 1
    assert route.saved == 1


@on_routes("tunnel-TLSv1_3")
@pytest.mark.parametrize("address", ["http://joe:sesame-4711", "joe:sesame-4711@", "http://joe:sesame-4711@h:99999"])
def test_address_of_a_proxy_that_cannot_be_used(route: Route, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """The variable is named, and how to write the address; nothing of it is shown."""
    monkeypatch.setenv("ALL_PROXY", address)
    monkeypatch.delenv("HTTPS_PROXY")
    failed = failure(lambda: route.add(route.client(policy=SLOW_RETRIES)))

    assert failed.code == UNREACHABLE
    assert "in ALL_PROXY" in str(failed.error)
    assert "percent-encode" in str(failed.error)
    assert [part for part in ("joe", "sesame", "4711", "99999") if part in str(failed.error)] == []
    assert failed.entry_state() == NOT_SENT
