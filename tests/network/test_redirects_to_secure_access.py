"""A site that redirects to its address of Secure Access, and one that redirects elsewhere."""

import ssl
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from kintone.writing.one_record import add_record
from tests.network.call_outcomes import ACCESS_DENIED, UNKNOWN, failure
from tests.network.clients import open_client
from tests.network.locked_servers import LockedServer, Seen, server_context, tunnel_to

SITE, SECURE_SITE = "example.cybozu.com", "example.s.cybozu.com"


@pytest.mark.parametrize(
    ("host", "location", "code"),
    [
        (SITE, f"https://{SECURE_SITE}/k/v1/record.json", ACCESS_DENIED),
        (SITE, f"https://{SECURE_SITE.upper()}:443/login", ACCESS_DENIED),
        (SITE, "https://other.s.cybozu.com/k/v1/record.json", "NOT_KINTONE"),
        (SITE, f"https://login.example/?to={SECURE_SITE}", "NOT_KINTONE"),
        (SITE, f"https://{SECURE_SITE}.example/", "NOT_KINTONE"),
        (SECURE_SITE, f"https://{SITE}/k/v1/record.json", "NOT_KINTONE"),
    ],
)
def test_write_that_is_redirected(  # noqa: PLR0913, PLR0917 - fixtures and cases
    stack: ExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, location: str, code: str
) -> None:
    """It is not sent again; that of Secure Access is named with the parameter it wants, and the outcome is unknown."""

    def redirect(secured: ssl.SSLSocket, seen: Seen) -> None:
        while piece := secured.recv(65_536):
            seen.received += piece
            if b'"record"' in seen.received:
                secured.sendall(f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())

    authority, authority_file = trustme.CA(), tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(authority_file))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority_file))
    context = server_context(authority, host, authority_file, mode=ssl.CERT_NONE)
    site = stack.enter_context(LockedServer(context, redirect))
    inner = server_context(authority, "127.0.0.1", authority_file, mode=ssl.CERT_NONE)
    proxy = stack.enter_context(LockedServer(inner, tunnel_to(site.port)))
    monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{proxy.port}")
    client = open_client(stack, f"https://{host}", "a" * 40)
    failed = failure(lambda: add_record(client, 1, {"sku": {"value": "A"}}))

    assert (failed.code, failed.entry_state()) == (code, UNKNOWN)
    assert ("kintone_client_certificate" in str(failed.error)) is (code == ACCESS_DENIED)
    assert ("whose second part is s" in str(failed.error)) is (code == ACCESS_DENIED)
    assert [seen.received.count(b" HTTP/1.1\r\n") for seen in site.seen] == [1]
