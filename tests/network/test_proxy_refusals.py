"""A proxy that wants to know who asks is the operator's affair: final at once, with the setting named."""

import pytest

from tests.network.clients import AT_ONCE, PATIENT
from tests.network.outcomes import ACCESS_DENIED, NOT_SENT, REFUSED, failure
from tests.network.routes import TUNNELS, Route, through

WRITES = pytest.mark.parametrize("write", ["add", "insert", "upsert"])


def _write(route: Route, write: str) -> None:
    client = route.client(policy=PATIENT)
    if write == "add":
        route.add(client)
    else:
        {"insert": route.insert, "upsert": route.upsert}[write](client, 2)


@through(*TUNNELS)
@WRITES
def test_write_when_the_proxy_refuses_to_connect(route: Route, write: str) -> None:
    """One CONNECT, nothing sent."""
    route.stand_in.script(connect=["407"])
    failed = failure(lambda: _write(route, write))

    assert route.stand_in.count("connects") == 1
    assert failed.seconds < AT_ONCE
    assert (route.sent, route.saved) == (0, 0)
    assert failed.code == ACCESS_DENIED
    assert failed.fate() in {NOT_SENT, REFUSED}
    assert "HTTPS_PROXY" in str(failed.error)


@through(*TUNNELS)
def test_read_when_the_proxy_refuses(route: Route) -> None:
    """Reading is not tried again either."""
    route.stand_in.script(connect=["407"])
    failed = failure(lambda: route.read(route.client(policy=PATIENT)))

    assert route.stand_in.count("connections") == 1
    assert failed.seconds < AT_ONCE
    assert failed.code == ACCESS_DENIED
    assert "HTTPS_PROXY" in str(failed.error)


@through(*TUNNELS)
def test_secret_when_the_proxy_has_a_password(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """The password in the setting is in no sentence."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://joe:sesame-4711@127.0.0.1:{route.stand_in.port}")
    route.stand_in.script(connect=["407"])
    failed = failure(lambda: route.add(route.client(policy=PATIENT)))

    assert failed.code == ACCESS_DENIED
    assert "sesame-4711" not in str(failed.error)
    assert "sesame-4711" not in repr(failed.error)
