"""Redirects of a kintone: what is requested again and how; the token stays below the path of the operator's origin."""

import threading
from http import HTTPStatus

import pytest

from kintone.access.credentials import Access, Tokens
from kintone.access.sites import read_site
from kintone.api import Request, RetrySafety
from kintone.client import KintoneClient
from kintone.errors import KintoneError, TimedOutError, UnknownResponseError
from kintone.messages import Message
from kintone.retry import NO_RETRIES
from kintone.writing.one_record import add_record
from local_kintone import LocalKintone
from tests.wire.conftest import OpenClient, settings_for
from tests.wire.raw_server import Answer, RawServer, answer, endless, running_raw_server

READ = Request(Message("reading"), "GET", "app", {"id": 1}, RetrySafety.READ)
EMPTY_OBJECT = answer("200 OK", "Content-Length: 2\r\n", b"{}")


def _read(server: RawServer, timeout: float = 5.0) -> None:
    settings = settings_for(server.origin)
    access = Access(read_site(f"{server.origin}/tenantA", settings.allowed_origins), Tokens("a" * 40))
    with KintoneClient(access, settings, request_timeout=timeout, policy=NO_RETRIES) as client:
        client.call(READ)


@pytest.mark.parametrize("location", ["/tenantA/k/v1/other.json", "app.json?x=1", "./../v1/app.json"])
def test_redirect_when_it_stays_below_the_path(location: str) -> None:
    """It is followed with the token."""
    with running_raw_server(answer("302 Found", f"Location: {location}\r\n"), EMPTY_OBJECT) as server:
        _read(server)

    assert ["x-cybozu-api-token" in head.lower() for head in server.heads] == [True, True]


@pytest.mark.parametrize(
    "location",
    [
        "/tenantB/k/v1/app.json",
        "../../../tenantB/k/v1/app.json",
        "/tenantA/../tenantB/k/v1/app.json",
        "{origin}/tenantA/../tenantB/k/v1/app.json",
        "{origin}/tenantA/%2e%2e/tenantB/k/v1/app.json",
        "{origin}/tenantA/.%2E%2ftenantB/k/v1/app.json",
        "{origin}/tenantA/..%5ctenantB/k/v1/app.json",
        "{origin}/tenantAB/k/v1/app.json",
    ],
)
def test_redirect_when_it_leaves_the_path(location: str) -> None:
    """It is an error, and the target is not requested."""
    with running_raw_server() as server:
        server.scripts.append(answer("302 Found", f"Location: {location.format(origin=server.origin)}\r\n"))
        with pytest.raises(UnknownResponseError):
            _read(server)

    assert len(server.heads) == 1


def test_redirect_when_its_body_is_endless() -> None:
    """The body of a redirect is not read."""
    with running_raw_server(endless("302 Found", "Location: /tenantA/k/v1/other.json\r\n"), EMPTY_OBJECT) as server:
        _read(server)

    assert len(server.heads) == 2


def test_redirect_when_the_second_answer_is_endless() -> None:
    """The second request has the same timeout as the first."""
    test_ended = threading.Event()

    def slow_head() -> Answer:
        yield b"HTTP/1.1 200 OK\r\nX-Padding: "
        while not test_ended.wait(0.05):
            yield b"x"

    with running_raw_server(answer("302 Found", "Location: app.json\r\n"), slow_head) as server:
        with pytest.raises(TimedOutError):
            _read(server, timeout=0.3)
        test_ended.set()

    assert len(server.heads) == 2


def test_redirect_when_it_is_endless() -> None:
    """Three redirects are followed."""
    with running_raw_server(answer("302 Found", "Location: app.json\r\n")) as server, pytest.raises(KintoneError):
        _read(server)

    assert len(server.heads) == 4


METHOD_KEPT = [HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT]
METHOD_CHANGED = [HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER]


def _requests(kintone: LocalKintone) -> list[tuple[str, str, str | None, bytes]]:
    """Return method, query, method override and body of each request."""
    override = "X-HTTP-Method-Override"
    return [(each.method, each.query, each.headers.get(override), each.body) for each in kintone.requests]


@pytest.mark.parametrize("status", [*METHOD_KEPT, *METHOD_CHANGED])
def test_read_when_it_is_redirected(kintone: LocalKintone, open_client: OpenClient, status: int) -> None:
    """It is requested once more at the other address."""
    kintone.fail(api="app", status=status, redirect="/k/v1/app.json?id=1")

    assert open_client().call(READ).body["appId"] == "1"
    assert _requests(kintone) == [("GET", "id=1", None, b"")] * 2


@pytest.mark.parametrize("status", [*METHOD_KEPT, *METHOD_CHANGED])
def test_read_sent_as_post_when_it_is_redirected(kintone: LocalKintone, open_client: OpenClient, status: int) -> None:
    """It is repeated with its body or not at all, since without the body it would be another request."""
    long = f"stock > 100 and name not in ({', '.join(['"x"'] * 2_000)})"
    operation = Request(Message("reading"), "GET", "records", {"app": 1, "query": long}, RetrySafety.READ)
    kintone.fail(api="records", status=status, redirect="/k/v1/records.json")

    if status in METHOD_KEPT:
        assert len(open_client().call(operation).body["records"]) == 3
    else:
        with pytest.raises(UnknownResponseError):
            open_client().call(operation)

    first, *others = _requests(kintone)
    assert (first[0], first[2], len(first[3]) > 10_000) == ("POST", "GET", True)
    assert others == ([first] if status in METHOD_KEPT else [])


@pytest.mark.parametrize("status", METHOD_KEPT)
def test_write_when_the_redirect_keeps_the_method(kintone: LocalKintone, open_client: OpenClient, status: int) -> None:
    """The same request is sent to the other address, and saved once."""
    before = len(kintone.records(1))
    kintone.fail(api="record", status=status, redirect="/k/v1/record.json")

    add_record(open_client(), 1, {"sku": {"value": "NEW"}, "name": {"value": "n"}})

    first, second = _requests(kintone)
    assert first == second
    assert first[0] == "POST"
    assert len(kintone.records(1)) == before + 1
