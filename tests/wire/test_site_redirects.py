"""Redirects of a kintone: what is asked again and how, and its token stays below the path of an operator's origin."""

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
from tests.wire.raw_server import Answer, RawServer, answer, endless, raw

READ = Request(Message("reading"), "GET", "app", {"id": 1}, RetrySafety.READ)
FOUND = answer("200 OK", "Content-Length: 2\r\n", b"{}")


def _read(server: RawServer, timeout: float = 5.0) -> None:
    settings = settings_for(server.origin)
    access = Access(read_site(f"{server.origin}/tenantA", settings.allowed_origins), Tokens("a" * 40))
    with KintoneClient(access, settings, request_timeout=timeout, policy=NO_RETRIES) as client:
        client.call(READ)


@pytest.mark.parametrize("location", ["/tenantA/k/v1/other.json", "app.json?x=1", "./../v1/app.json"])
def test_redirect_when_it_stays_below_the_path(location: str) -> None:
    """It is followed with the token."""
    with raw(answer("302 Found", f"Location: {location}\r\n"), FOUND) as server:
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
    """It is an error, and the token goes nowhere."""
    with raw() as server:
        server.scripts.append(answer("302 Found", f"Location: {location.format(origin=server.origin)}\r\n"))
        with pytest.raises(UnknownResponseError):
            _read(server)

    assert len(server.heads) == 1


def test_redirect_when_its_body_never_ends() -> None:
    """The body of a redirect is not read."""
    with raw(endless("302 Found", "Location: /tenantA/k/v1/other.json\r\n"), FOUND) as server:
        _read(server)

    assert len(server.heads) == 2


def test_redirect_when_the_answer_behind_it_never_ends() -> None:
    """The connection of the second request obeys the time of a request like that of the first."""
    over = threading.Event()

    def dripping() -> Answer:
        yield b"HTTP/1.1 200 OK\r\nX-Padding: "
        while not over.wait(0.05):
            yield b"x"

    with raw(answer("302 Found", "Location: app.json\r\n"), dripping) as server:
        with pytest.raises(TimedOutError):
            _read(server, timeout=0.3)
        over.set()

    assert len(server.heads) == 2


def test_redirect_when_it_never_ends() -> None:
    """Three are followed."""
    with raw(answer("302 Found", "Location: app.json\r\n")) as server, pytest.raises(KintoneError):
        _read(server)

    assert len(server.heads) == 4


SAME_REQUEST_AGAIN = [HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT]
ASKED_AGAIN = [HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER]


def _arrived(kintone: LocalKintone) -> list[tuple[str, str, str | None, bytes]]:
    """Return verb, query, what stands for the verb, and body of each request."""
    override = "X-HTTP-Method-Override"
    return [(each.method, each.query, each.headers.get(override), each.body) for each in kintone.requests]


@pytest.mark.parametrize("status", [*SAME_REQUEST_AGAIN, *ASKED_AGAIN])
def test_read_when_it_is_redirected(kintone: LocalKintone, open_client: OpenClient, status: int) -> None:
    """It is asked once more at the other address, with the token."""
    kintone.fail(api="app", status=status, redirect="/k/v1/app.json?id=1")

    assert open_client().call(READ).body["appId"] == "1"
    assert _arrived(kintone) == [("GET", "id=1", None, b"")] * 2


@pytest.mark.parametrize("status", [*SAME_REQUEST_AGAIN, *ASKED_AGAIN])
def test_read_that_travels_as_post_when_it_is_redirected(
    kintone: LocalKintone, open_client: OpenClient, status: int
) -> None:
    """The whole request goes out again or none: without its body it would ask for something else."""
    long = f"stock > 100 and name not in ({', '.join(['"x"'] * 2_000)})"
    operation = Request(Message("reading"), "GET", "records", {"app": 1, "query": long}, RetrySafety.READ)
    kintone.fail(api="records", status=status, redirect="/k/v1/records.json")

    if status in SAME_REQUEST_AGAIN:
        assert len(open_client().call(operation).body["records"]) == 3
    else:
        with pytest.raises(UnknownResponseError):
            open_client().call(operation)

    first, *others = _arrived(kintone)
    assert (first[0], first[2], len(first[3]) > 10_000) == ("POST", "GET", True)
    assert others == ([first] if status in SAME_REQUEST_AGAIN else [])


@pytest.mark.parametrize("status", SAME_REQUEST_AGAIN)
def test_write_when_the_same_request_is_to_go_elsewhere(
    kintone: LocalKintone, open_client: OpenClient, status: int
) -> None:
    """It is sent there as it was, and saved once."""
    before = len(kintone.records(1))
    kintone.fail(api="record", status=status, redirect="/k/v1/record.json")

    add_record(open_client(), 1, {"sku": {"value": "NEW"}, "name": {"value": "n"}})

    first, second = _arrived(kintone)
    assert first == second
    assert first[0] == "POST"
    assert len(kintone.records(1)) == before + 1
