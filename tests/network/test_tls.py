"""Handshakes that fail: whether the request had left decides what is known of a write."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from kintone.writing.one_record import add_record
from tests.network.clients import AT_ONCE, PATIENT, open_client
from tests.network.outcomes import ACCESS_DENIED, NOT_SENT, UNKNOWN, UNREACHABLE, failure
from tests.network.routes import BEHIND_PROXY, ENCRYPTED, Route, through
from tests.network.stand_ins import StandIn, StandIns

type Demanding = Callable[..., StandIn]


@through(*ENCRYPTED)
@pytest.mark.parametrize("step", ["garbage", "alert", "close", "reset"])
def test_insert_when_the_handshake_never_succeeds(route: Route, step: str) -> None:
    """The request was still here."""
    route.stand_in.script(handshake=[step])
    failed = failure(lambda: route.insert(route.client(), 101))

    assert (route.sent, route.saved) == (0, 0)
    assert failed.code == UNREACHABLE
    assert failed.fates(range(1, 102)) == {NOT_SENT}


@through(*ENCRYPTED)
@pytest.mark.parametrize("step", ["garbage", "alert"])
def test_insert_when_the_tls_breaks_after_the_request(route: Route, step: str) -> None:
    """The request had left: sent once, unknown."""
    route.stand_in.script(request=[step])
    failed = failure(lambda: route.insert(route.client(), 2))

    assert (route.sent, route.saved) == (1, 0)
    assert failed.code in {UNREACHABLE, "NOT_KINTONE"}
    assert failed.fates([1, 2]) == {UNKNOWN}


@through(*ENCRYPTED)
def test_upsert_by_key_when_the_tls_breaks_after_the_request(route: Route) -> None:
    """What cannot be proved is never called unsaved, whether or not it was repeated."""
    route.stand_in.script(request=["alert"])
    failed = failure(lambda: route.upsert(route.client(), 2))

    assert failed.fates([1, 2]) == {UNKNOWN}


@through(*ENCRYPTED)
def test_insert_when_the_certificate_is_not_trusted(
    route: Route, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One handshake, which a second one would not change."""
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(stranger))
    failed = failure(lambda: route.add(route.client(policy=PATIENT)))

    assert route.stand_in.count("handshakes") == 1
    assert failed.seconds < AT_ONCE
    assert (route.sent, route.saved) == (0, 0)
    assert failed.code == UNREACHABLE
    assert failed.fate() == NOT_SENT


@through(*ENCRYPTED)
@pytest.mark.parametrize("certificate_hosts", [("elsewhere.example",)])
def test_insert_when_the_certificate_is_for_another_host(route: Route) -> None:
    """A certificate for another name is as good as none."""
    failed = failure(lambda: route.add(route.client(policy=PATIENT)))

    assert (route.sent, route.saved) == (0, 0)
    assert failed.code == UNREACHABLE
    assert failed.fate() == NOT_SENT


@pytest.fixture
def demanding(stand_ins: StandIns, stack: ExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Demanding:
    """Return who opens servers that want a client certificate, under a version of TLS, perhaps behind a proxy."""
    authority = trustme.CA()
    authority_file, certificate = tmp_path / "authority.pem", tmp_path / "server.pem"
    authority.cert_pem.write_to_path(str(authority_file))
    authority.issue_cert("127.0.0.1", BEHIND_PROXY).private_key_and_cert_chain_pem.write_to_path(str(certificate))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority_file))
    files = {"certificate": str(certificate), "authority": str(authority_file)}

    def opening(version: str, *, tunnel: bool) -> StandIn:
        server = stand_ins.open("tls", tls={**files, "version": version})
        stack.callback(server.close)
        if tunnel:
            proxy = stand_ins.open("proxy", upstream=server.port)
            stack.callback(proxy.close)
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        return server

    return opening


@pytest.mark.parametrize("tunnel", [False, True])
@pytest.mark.parametrize(("version", "fate"), [("TLSv1_2", NOT_SENT), ("TLSv1_3", UNKNOWN)])
def test_insert_when_a_client_certificate_is_wanted(
    demanding: Demanding, stack: ExitStack, version: str, fate: str, *, tunnel: bool
) -> None:
    """Under TLS 1.2 the handshake fails first; under 1.3 the client learns it when the request has left."""
    server = demanding(version, tunnel=tunnel)
    host = BEHIND_PROXY if tunnel else "127.0.0.1"
    client = open_client(stack, f"https://{host}:{server.port}", "a" * 40)
    failed = failure(lambda: add_record(client, 1, {"sku": {"value": "A"}}))

    # Under TLS 1.3 the server may have hung up before it reads what was sent, so it need not count a request.
    assert server.count("requests") <= (fate == UNKNOWN)
    assert fate != UNKNOWN or server.count("handshakes") == 1
    assert failed.code in {UNREACHABLE, ACCESS_DENIED}
    assert failed.fate() == fate
