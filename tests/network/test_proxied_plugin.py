"""The whole plugin behind a proxy that the operator set, and a kintone that only the proxy can reach."""

import base64
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.network.fault_servers import FaultServer, FaultServers
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


@pytest.mark.parametrize(
    "written",
    [f"http://{USER}:{PASSWORD}@", "http://%E5%96%B6%E6%A5%AD:p%40ss%3Aw%2F%C3%B6%23r%3Fd%25%201@"],
    ids=["raw", "encoded"],
)
def test_whole_calls_through_a_proxy_with_a_password(
    site: LocalKintone, proxy: FaultServer, run: Run, written: str
) -> None:
    """Saving, writing, uploading, reading and downloading work, and the proxy sees its own password only."""
    host = run(HTTPS_PROXY=f"{written}127.0.0.1:{proxy.port}")
    key, content = written[:12], bytes(range(256)) * 400
    seen_before = len(proxy.seen)
    assert host.validate(credentials(site), timeout=60)

    def call(tool: str, **parameters: Any) -> Any:  # noqa: ANN401 - as Dify has it
        return host.invoke(tool, parameters, credentials(site), timeout=60)

    call("kintone_upsert_records", records_data=[{"key": key}], update_key="key")
    record_id = call("kintone_query", query=f'key = "{key}"').variables["records"][0]["$id"]["value"]
    file = host.serve("scan.bin", content, "application/x-scan")
    call("kintone_upload_file", upload_file=[file], record_id=record_id, attachment_field="scan")
    back = call("kintone_download_file", record_id=record_id, attachment_field="scan")

    assert [each.content for each in back.files] == [content]
    assert {each.headers.get("Authorization", "")[:6] for each in site.requests} == {"Basic "}
    seen = proxy.seen[seen_before:]
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


@pytest.mark.parametrize("address", ["http://joe:p@ss@", "joe:p@ss:3128:1", "ftp://joe:p@ss@h:1"])
def test_address_that_cannot_be_used_names_its_variable(site: LocalKintone, run: Run, address: str) -> None:
    """One sentence names the variable, says to percent-encode, and shows nothing of the address."""
    for failure in refused(run(HTTPS_PROXY=address), site):
        assert failure.code == "UNREACHABLE"
        assert "HTTPS_PROXY" in failure.message
        assert "percent-encode" in failure.message


@pytest.mark.parametrize(
    ("step", "code", "word"),
    [
        ("403", "ACCESS_DENIED", "HTTP 403"),
        ("502", "UNREACHABLE", "HTTP 502"),
        ("503", "UNREACHABLE", "HTTP 503"),
        ("407-ntlm", "ACCESS_DENIED", "Basic"),
        ("close", "UNREACHABLE", "made no connection"),
        ("reset", "UNREACHABLE", "made no connection"),
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


def tls_files(folder: Path) -> tuple[dict[str, str], bytes]:
    """Return the certificate of a proxy on this machine, and that of the authority which issued it."""
    authority, certificate = trustme.CA(), folder / "proxy.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    return {"certificate": str(certificate)}, authority.cert_pem.bytes()


def test_proxy_under_tls(site: LocalKintone, fault_servers: FaultServers, run: Run, tmp_path: Path) -> None:
    """An ``https://`` proxy works if its authority is trusted; otherwise it is named, and nothing is sent to it."""
    files, authority = tls_files(tmp_path)
    bundle = tmp_path / "both.pem"
    assert site.ca_file is not None
    bundle.write_bytes(site.ca_file.read_bytes() + authority)
    running = fault_servers.open("proxy", upstream=site.port, authorization=AUTHORIZATION, tls=files)
    address = f"{USER}:{PASSWORD}@127.0.0.1:{running.port}"

    assert run(HTTPS_PROXY=f"https://{address}", REQUESTS_CA_BUNDLE=str(bundle)).validate(credentials(site), timeout=60)
    seen = running.seen
    for failure in refused(run(HTTPS_PROXY=f"https://{address}"), site):
        assert failure.code == "UNREACHABLE"
        assert f"the proxy 127.0.0.1:{running.port} " in failure.message
        assert "REQUESTS_CA_BUNDLE" in failure.message
    assert running.seen == seen
    running.close()


def test_proxy_without_tls_at_an_https_address(site: LocalKintone, proxy: FaultServer, run: Run) -> None:
    """The way out is to write ``http://``."""
    for failure in refused(run(HTTPS_PROXY=f"https://{USER}:{PASSWORD}@127.0.0.1:{proxy.port}"), site):
        assert failure.code == "UNREACHABLE"
        assert f"the proxy 127.0.0.1:{proxy.port} " in failure.message
        assert "http://" in failure.message


def test_socks_proxy_is_not_supported(site: LocalKintone, proxy: FaultServer, run: Run) -> None:
    """It is told so, and not connected to."""
    for failure in refused(run(HTTPS_PROXY=f"socks5://{USER}:{PASSWORD}@127.0.0.1:{proxy.port}"), site):
        assert failure.code == "UNREACHABLE"
        assert "SOCKS" in failure.message
    assert proxy.count("connections") == 0
