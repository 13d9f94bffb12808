"""Settings of the operator that cannot work: final at once, nothing sent, the setting named."""

from pathlib import Path

import pytest

from tests.network.clients import AT_ONCE, PATIENT
from tests.network.outcomes import NOT_SENT, UNREACHABLE, Outcome, failure
from tests.network.routes import BEHIND_PROXY, ENCRYPTED, Route, through
from tests.network.stand_ins import StandIn

MALFORMED = ["http://[::bad", "http://", "http://127.0.0.1:notaport", "http://127.0.0.1:99999", "ftp://127.0.0.1:3128"]


def _final(route: Route, *, reading: bool, stand_in: StandIn) -> Outcome:
    """Let a call fail, which may be as early as when the client is opened."""

    def call() -> None:
        client = route.client(policy=PATIENT)
        if reading:
            route.read(client)
        else:
            route.add(client)

    failed = failure(call)
    assert failed.seconds < AT_ONCE, "it was tried again"
    assert stand_in.count("connections") <= 1
    assert (route.sent, route.saved) == (0, 0)
    assert failed.code in {UNREACHABLE, "INVALID_INPUT"}
    if not reading:
        assert failed.fate() == NOT_SENT
    return failed


@through("direct-TLSv1_3")
@pytest.mark.parametrize("reading", [True, False])
@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks4"])
def test_proxy_when_it_speaks_socks(
    route: Route, idle_proxy: StandIn, monkeypatch: pytest.MonkeyPatch, scheme: str, *, reading: bool
) -> None:
    """Nothing here speaks SOCKS; the proxy is not even asked."""
    route.host = BEHIND_PROXY
    monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://127.0.0.1:{idle_proxy.port}")
    failed = _final(route, reading=reading, stand_in=idle_proxy)

    assert idle_proxy.count("connections") == 0
    assert "HTTPS_PROXY" in str(failed.error)


@through("direct-TLSv1_3")
@pytest.mark.parametrize("reading", [True, False])
@pytest.mark.parametrize("address", MALFORMED)
def test_proxy_when_its_address_is_malformed(
    route: Route, monkeypatch: pytest.MonkeyPatch, address: str, *, reading: bool
) -> None:
    """An address that is none leads nowhere, kintone itself included."""
    route.host = BEHIND_PROXY
    monkeypatch.setenv("HTTPS_PROXY", address)
    failed = _final(route, reading=reading, stand_in=route.stand_in)

    assert route.stand_in.count("connections") == 0
    assert "HTTPS_PROXY" in str(failed.error)


@through(*ENCRYPTED)
@pytest.mark.parametrize("reading", [True, False])
def test_certificates_when_their_file_is_missing(
    route: Route, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, reading: bool
) -> None:
    """Without the certificates that the operator wants trusted, nobody is."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    failed = _final(route, reading=reading, stand_in=route.stand_in)

    assert "REQUESTS_CA_BUNDLE" in str(failed.error)


@through(*ENCRYPTED)
def test_certificates_when_their_file_holds_none(route: Route, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file of something else is as good as none."""
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("this is no certificate\n")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(wrong))
    failed = _final(route, reading=False, stand_in=route.stand_in)

    assert "REQUESTS_CA_BUNDLE" in str(failed.error)
