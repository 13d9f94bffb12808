"""Bad answers and unreachable sites: each becomes one clear line, in bounded time and memory."""

from pathlib import Path
from typing import Any

import pytest

from kintone import errors
from kintone.access.credentials import Tokens
from kintone.access.settings import OperatorSettings
from kintone.access.sites import Site, read_site
from kintone.api import Request, RetrySafety
from kintone.client import Access, KintoneClient
from kintone.messages import Message
from local_kintone import LocalKintone
from tests.wire.conftest import FAST_RETRIES, OpenClient, settings_for

READ = Request(Message("reading records of app 1"), "GET", "records", {"app": 1, "query": "limit 1"}, RetrySafety.READ)
MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        ({"login_page": True}, errors.UnknownResponseError),
        ({"status": 200, "body": "not json"}, errors.UnknownResponseError),
        ({"status": 200, "body": "[1,2]"}, errors.UnknownResponseError),
        ({"status": 200, "body": '{"records": NaN}'}, errors.UnknownResponseError),
        ({"status": 200, "body": "[" * 100_000}, errors.UnknownResponseError),
        ({"bomb_bytes": 300 * MEGABYTE}, errors.ResultTooLargeError),
        ({"endless_bytes": 300 * MEGABYTE}, errors.ResultTooLargeError),
        ({"status": 404, "body": "<html>no such site</html>"}, errors.NotFoundError),
        ({"status": 418, "body": "<html>teapot</html>"}, errors.UnknownResponseError),
    ],
)
def test_read_when_the_answer_is_not_from_kintone(
    kintone: LocalKintone, open_client: OpenClient, failure: dict[str, Any], kind: type[errors.KintoneError]
) -> None:
    """Anything but kintone's JSON becomes an error of the right class with a message of one line."""
    kintone.fail(api="records", times=None, **failure)

    with pytest.raises(kind) as failed:
        open_client().call(READ)

    assert "\n" not in str(failed.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_read_when_redirected_to_another_host(kintone: LocalKintone, open_client: OpenClient, status: int) -> None:
    """A redirect to another origin is an error, and that origin is not connected to, allowed or not."""
    with LocalKintone(seed="none") as other:
        kintone.fail(api="records", times=None, status=status, redirect=f"{other.url}/k/v1/records.json?app=1")
        both = f"{kintone.origin},{other.origin}"

        with pytest.raises(errors.UnknownResponseError, match="redirect"):
            open_client(KINTONE_ALLOWED_ORIGINS=both).call(READ)

        assert other.stats.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_read_when_redirected_on_the_same_host(kintone: LocalKintone, open_client: OpenClient, status: int) -> None:
    """A read follows a redirect on the same origin."""
    kintone.fail(api="records", times=1, status=status, redirect=f"{kintone.url}/k/v1/records.json?app=1&query=limit+2")

    assert len(open_client().call(READ).body["records"]) == 2


def test_read_when_redirected_in_a_circle(kintone: LocalKintone, open_client: OpenClient) -> None:
    """A circle of redirects ends with an error."""
    kintone.fail(api="records", times=None, status=307, redirect=f"{kintone.url}/k/v1/records.json?app=1")

    with pytest.raises(errors.KintoneError, match="circle"):
        open_client().call(READ)


def test_read_when_the_body_is_slow(kintone: LocalKintone, open_client: OpenClient) -> None:
    """A slow body ends with the call's budget, although every piece arrives within the request's timeout."""
    kintone.fail(api="records", times=None, delay_sending=0.1, pieces=100)

    with pytest.raises((errors.TimedOutError, errors.BudgetExceededError)):
        open_client(timeout=5.0, budget=0.5).call(READ)


def client_of(url: str, *, settings: OperatorSettings) -> KintoneClient:
    """Return a client for any address that the settings allow."""
    access = Access(read_site(url, settings.allowed_origins), Tokens("t" * 40))
    return KintoneClient(access, settings, request_timeout=2.0, policy=FAST_RETRIES)


def test_read_when_the_connection_is_refused() -> None:
    """The error says that the connection was refused."""
    with LocalKintone(seed="none") as stopped:
        url = stopped.url
    with (
        client_of(url, settings=settings_for(url)) as client,
        pytest.raises(errors.UnreachableError, match="refused"),
    ):
        client.call(READ)


def test_read_when_the_host_does_not_exist() -> None:
    """The error says that DNS does not know the host."""
    url = "https://no-such-host.invalid"
    with client_of(url, settings=settings_for(url)) as client, pytest.raises(errors.UnreachableError, match="DNS"):
        client.call(READ)


def test_read_over_tls_when_the_certificate_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTPS works with the certificates that REQUESTS_CA_BUNDLE names."""
    with LocalKintone(seed="demo", https=True) as kintone:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(kintone.ca_file))
        settings = settings_for(kintone.origin)
        site = read_site(kintone.url, settings.allowed_origins)
        with KintoneClient(Access(site, Tokens(kintone.token(1, "view"))), settings) as client:
            assert client.call(READ).body["records"]


def test_read_over_tls_when_the_certificate_is_not_trusted() -> None:
    """An untrusted certificate is an error, and no request is sent."""
    with LocalKintone(seed="demo", https=True) as kintone:
        with (
            client_of(kintone.url, settings=settings_for(kintone.origin)) as client,
            pytest.raises(errors.UnreachableError),
        ):
            client.call(READ)

        assert kintone.stats.requests == 0


def test_read_when_a_netrc_names_the_host(
    kintone: LocalKintone, open_client: OpenClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The credentials of a .netrc file are not added to a request."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login joe password hunter2\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))

    open_client().call(READ)

    assert "authorization" not in {name.lower() for name in kintone.requests[-1].headers}


def test_site_url_when_the_site_has_a_path() -> None:
    """The path of a reverse proxy comes before kintone's."""
    settings = settings_for("https://proxy.example")
    site: Site = read_site("https://proxy.example/kintone/", settings.allowed_origins)

    assert site.url("/k/v1/app.json") == "https://proxy.example/kintone/k/v1/app.json"
