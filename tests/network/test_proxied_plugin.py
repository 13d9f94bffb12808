"""The whole plugin behind a proxy that the operator set, and a kintone that only the proxy can reach."""

import base64
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.network.fault_servers import FaultServer, FaultServers, proxy_certificate
from tests.wire.plugin import ROOT, credentials_of

HOST = "example.cybozu.com"
USER, PASSWORD = "営業", "p@ss:w/ö#r?d% 1"
AUTHORIZATION = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
FORM: dict[str, dict[str, Any]] = {
    "key": {"type": "SINGLE_LINE_TEXT", "unique": True},
    "scan": {"type": "FILE"},
}

type Run = Callable[..., DifyHost]


@pytest.fixture(scope="module")
def site() -> Iterator[LocalKintone]:
    """Run a kintone whose certificate is for the official host name, which the proxy leads to it."""
    with LocalKintone(seed="none", https=True, hosts=(HOST,)) as running:
        running.create_app("Scans", FORM)
        yield running


@pytest.fixture(scope="module")
def proxy(fault_servers: FaultServers, site: LocalKintone) -> Iterator[FaultServer]:
    """Run a proxy that wants a user name and password."""
    running = fault_servers.open("proxy", upstream=site.port, authorization=AUTHORIZATION)
    yield running
    running.close()


@pytest.fixture(scope="module")
def run(site: LocalKintone) -> Iterator[Run]:
    """Return a function that starts the plugin with settings of its own; the same settings are started once."""
    with ExitStack() as stack:
        started: dict[str, DifyHost] = {}

        def start(**environment: str) -> DifyHost:
            key = repr(sorted(environment.items()))
            settings: dict[str, str | None] = {"REQUESTS_CA_BUNDLE": str(site.ca_file), "NO_PROXY": "", **environment}
            if key not in started:
                started[key] = stack.enter_context(DifyHost(ROOT, environment=settings))
            return started[key]

        yield start


@pytest.fixture(autouse=True)
def _fresh(site: LocalKintone, proxy: FaultServer) -> None:
    site.reset()
    site.clear_failures()
    proxy.script()


def credentials(site: LocalKintone) -> dict[str, str]:
    """Return a credential for the official host name, with Basic authentication of the site itself."""
    own = credentials_of(site, "view", "add", "edit")
    basic = {"kintone_basic_auth_user": "site", "kintone_basic_auth_password": "inner-4711"}
    return {**own, **basic, "kintone_domain": HOST}


def refused(host: DifyHost, site: LocalKintone) -> list[PluginFailure]:
    """Save a credential and write a record, which must both fail; no record is written."""
    with pytest.raises(PluginFailure) as saved:
        host.validate(credentials(site), timeout=60)
    with pytest.raises(PluginFailure) as written:
        host.invoke("kintone_add_record", {"record_data": {"key": "x"}}, credentials(site), timeout=60)

    for failure in (saved.value, written.value):
        assert "\n" not in failure.message
        assert [secret for secret in (PASSWORD, "p@ss", "inner-4711") if secret in failure.message] == []
    assert site.writes == []
    assert "nothing is saved" in written.value.message
    return [saved.value, written.value]


def test_whole_calls_through_a_proxy_with_a_password(site: LocalKintone, proxy: FaultServer, run: Run) -> None:
    """Saving, writing, uploading, reading and downloading work, and the proxy sees its own password only."""
    host = run(HTTPS_PROXY=f"http://{USER}:{PASSWORD}@127.0.0.1:{proxy.port}")
    content = bytes(range(256)) * 400
    assert host.validate(credentials(site), timeout=60)

    def call(tool: str, **parameters: Any) -> Any:  # noqa: ANN401 - as Dify has it
        return host.invoke(tool, parameters, credentials(site), timeout=60)

    call("kintone_upsert_records", records_data=[{"key": "a"}], update_key="key")
    record_id = call("kintone_query", query='key = "a"').variables["records"][0]["$id"]["value"]
    file = host.serve("scan.bin", content, "application/x-scan")
    call("kintone_upload_file", upload_file=[file], record_id=record_id, attachment_field="scan")
    back = call("kintone_download_file", record_id=record_id, attachment_field="scan")

    assert [each.content for each in back.files] == [content]
    assert {each.headers.get("Authorization", "")[:6] for each in site.requests} == {"Basic "}
    seen = proxy.seen
    assert seen.startswith(f"CONNECT {HOST}:443 HTTP/1.")
    assert f"Proxy-Authorization: {AUTHORIZATION}\r\n" in seen
    token = credentials(site)["kintone_api_token"]
    inner = base64.b64encode(b"site:inner-4711").decode()
    assert [word for word in (token, inner, "X-Cybozu-API-Token", "\r\nAuthorization:") if word in seen] == []
    assert proxy.count("connects") >= 1


def test_proxy_that_wants_a_password(site: LocalKintone, proxy: FaultServer, run: Run) -> None:
    """Proxy and variable are named, with where user and password are written."""
    for failure in refused(run(HTTPS_PROXY=proxy.url), site):
        assert failure.code == "ACCESS_DENIED"
        assert f"the proxy 127.0.0.1:{proxy.port} " in failure.message
        assert "HTTPS_PROXY" in failure.message
        assert "wants a user name" in failure.message


def test_proxy_that_gets_a_wrong_password(site: LocalKintone, proxy: FaultServer, run: Run) -> None:
    """What was given is to be corrected, and how to write other characters is told."""
    for failure in refused(run(ALL_PROXY=f"http://{USER}:p@ss@127.0.0.1:{proxy.port}"), site):
        assert failure.code == "ACCESS_DENIED"
        assert f"the proxy 127.0.0.1:{proxy.port} " in failure.message
        assert "ALL_PROXY" in failure.message
        assert "does not accept" in failure.message
        assert "%40" in failure.message


def test_address_that_cannot_be_used_names_its_variable(site: LocalKintone, run: Run) -> None:
    """One sentence names the variable, says to percent-encode, and shows nothing of the address."""
    for failure in refused(run(HTTPS_PROXY="http://joe:p@ss@"), site):
        assert failure.code == "UNREACHABLE"
        assert "HTTPS_PROXY" in failure.message
        assert "percent-encode" in failure.message


@pytest.mark.parametrize(
    ("step", "code", "word"),
    [
        ("403", "ACCESS_DENIED", "HTTP 403"),
        ("502", "UNREACHABLE", "HTTP 502"),
    ],
)
def test_proxy_that_opens_no_tunnel_is_named(  # noqa: PLR0913, PLR0917 - fixtures and cases
    site: LocalKintone, proxy: FaultServer, run: Run, step: str, code: str, word: str
) -> None:
    """Its own refusals are told with its host and port, apart from those of kintone, and nothing was sent."""
    host = run(HTTPS_PROXY=f"http://{USER}:{PASSWORD}@127.0.0.1:{proxy.port}")
    # An open tunnel would be used again.
    proxy.drop_connections()
    proxy.script(connect=[step])
    for failure in refused(host, site):
        assert failure.code == code
        assert f"the proxy 127.0.0.1:{proxy.port} " in failure.message
        assert word in failure.message
    assert site.requests == []


@pytest.mark.parametrize(("status", "code", "word"), [(502, "UNAVAILABLE", "kintone"), (407, "ACCESS_DENIED", "proxy")])
def test_same_status_within_the_tunnel_is_not_that_of_the_proxy(  # noqa: PLR0913, PLR0917 - fixtures and cases
    site: LocalKintone, proxy: FaultServer, run: Run, status: int, code: str, word: str
) -> None:
    """An answer of 502 or 407 that comes through the tunnel names no host of a proxy."""
    host = run(HTTPS_PROXY=f"http://{USER}:{PASSWORD}@127.0.0.1:{proxy.port}")
    site.fail(times=None, status=status, body="<html></html>")
    with pytest.raises(PluginFailure) as saved:
        host.validate(credentials(site), timeout=60)
    with pytest.raises(PluginFailure) as written:
        host.invoke("kintone_add_record", {"record_data": {"key": "y"}}, credentials(site), timeout=60)

    for failure in (saved.value, written.value):
        assert failure.code == code
        assert word in failure.message
        assert f"127.0.0.1:{proxy.port}" not in failure.message
        assert "user:password@" not in failure.message


def test_proxy_under_tls(site: LocalKintone, fault_servers: FaultServers, run: Run, tmp_path: Path) -> None:
    """An ``https://`` proxy whose authority is trusted gets its password under TLS."""
    files, authority = proxy_certificate(tmp_path)
    bundle = tmp_path / "both.pem"
    assert site.ca_file is not None
    bundle.write_bytes(site.ca_file.read_bytes() + authority)
    running = fault_servers.open("proxy", upstream=site.port, authorization=AUTHORIZATION, tls=files)
    host = run(HTTPS_PROXY=f"https://{USER}:{PASSWORD}@127.0.0.1:{running.port}", REQUESTS_CA_BUNDLE=str(bundle))

    assert host.validate(credentials(site), timeout=60)
    assert f"Proxy-Authorization: {AUTHORIZATION}" in running.seen
    running.close()
