"""Basic authentication, address limits and maintenance in front of the local kintone."""

from __future__ import annotations

import base64
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.local_kintone_tests.locked import ask, connect

if TYPE_CHECKING:
    from local_kintone import LocalKintone
    from tests.local_kintone_tests.locked import Answer

USER, PASSWORD = "営業", "パス:ワード"


def basic(pair: str, scheme: str = "Basic", encoding: str = "utf-8") -> str:
    """Return the value of Authorization for "user:password"."""
    return f"{scheme} {base64.b64encode(pair.encode(encoding)).decode()}"


def answer(kintone: LocalKintone, token: str = "", **headers: str) -> Answer:
    """Ask once, over a connection of its own."""
    with closing(connect(kintone)) as connection:
        return ask(connection, token, **headers)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        basic(f"{USER}:wrong"),
        basic(f"other:{PASSWORD}"),
        basic(f"{USER}:{PASSWORD}", "Bearer"),
        basic(f"{USER}:{PASSWORD}", encoding="shift_jis"),
        f"Basic {USER}:{PASSWORD}".encode().decode("latin-1"),
    ],
)
def test_basic_authentication_is_asked_for_before_the_token_is_read(kintone: LocalKintone, header: str | None) -> None:
    """Without the right user and password each token, also a wrong one, gets a page with 401 and a challenge."""
    kintone.settings.basic_auth = (USER, PASSWORD)
    for token in (kintone.token(1, "view"), "wrong"):
        given = answer(kintone, token, **({} if header is None else {"Authorization": header}))

        assert given.status == 401
        assert given.headers["WWW-Authenticate"].startswith('Basic realm="')
        assert given.headers["Content-Type"].startswith("text/html")
        assert "X-ConcurrencyLimit-Limit" not in given.headers


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_basic_authentication_lets_the_right_password_in(kintone: LocalKintone, scheme: str) -> None:
    """User and password are UTF-8 and the password may hold a colon; behind them the token counts as ever."""
    kintone.settings.basic_auth = (USER, PASSWORD)
    header = basic(f"{USER}:{PASSWORD}", scheme)

    assert answer(kintone, kintone.token(1, "view"), Authorization=header).status == 200
    assert "GAIA_IA02" in answer(kintone, "wrong" * 8, Authorization=header).text


def test_a_connection_stays_open_after_a_refusal(kintone: LocalKintone) -> None:
    """The same connection is asked again with the password, and once more without it."""
    kintone.settings.basic_auth = (USER, PASSWORD)
    token = kintone.token(1, "view")
    with closing(connect(kintone)) as connection:
        states = [
            ask(connection, token, **headers).status
            for headers in ({}, {"Authorization": basic(f"{USER}:{PASSWORD}")}, {})
        ]

    assert states == [401, 200, 401]
    assert kintone.stats.connections == 1


def test_an_address_that_is_not_allowed_is_refused_with_a_page(kintone: LocalKintone) -> None:
    """Without Basic authentication an address outside of the allowed ones gets 403; an empty list allows none."""
    token = kintone.token(1, "view")
    for allowed, status in ((["203.0.113.0/24"], 403), ([], 403), (["203.0.113.9", "127.0.0.0/8"], 200), (None, 200)):
        kintone.settings.allowed_addresses = allowed
        given = answer(kintone, token)

        assert given.status == status
        assert ("<html" in given.text) == (status == 403)
        assert "WWW-Authenticate" not in given.headers


def test_an_allowed_address_need_not_give_the_password(kintone: LocalKintone) -> None:
    """Basic authentication is asked only of addresses that are not allowed."""
    kintone.settings.basic_auth = (USER, PASSWORD)
    token = kintone.token(1, "view")
    kintone.settings.allowed_addresses = ["127.0.0.1"]
    assert answer(kintone, token).status == 200
    kintone.settings.allowed_addresses = ["203.0.113.1"]
    assert answer(kintone, token).status == 401
    assert answer(kintone, token, Authorization=basic(f"{USER}:{PASSWORD}")).status == 200


def test_maintenance_is_told_by_a_page(kintone: LocalKintone) -> None:
    """The whole site answers 503, also those that give the password."""
    kintone.settings.basic_auth = (USER, PASSWORD)
    kintone.settings.maintenance = True
    given = answer(kintone, kintone.token(1, "view"), Authorization=basic(f"{USER}:{PASSWORD}"))

    assert given.status == 503
    assert given.headers["Content-Type"].startswith("text/html")


def test_a_refused_write_is_logged_and_not_applied(kintone: LocalKintone) -> None:
    """What was refused in front is among the requests, with its body, and has changed nothing."""
    kintone.settings.basic_auth = (USER, PASSWORD)
    token = kintone.token(1, "add")
    before = kintone.records(1)
    with closing(connect(kintone)) as connection:
        headers = {"User-Agent": "test", "X-Cybozu-API-Token": token, "Content-Type": "application/json"}
        connection.request("POST", "/k/v1/records.json", b'{"app":1,"records":[{}]}', headers)
        assert connection.getresponse().status == 401

    assert kintone.requests[-1].body == b'{"app":1,"records":[{}]}'
    assert kintone.records(1) == before


def test_a_failure_on_demand_comes_first(kintone: LocalKintone) -> None:
    """A replaced answer is sent also where the front would refuse, since a failing gateway stands before it."""
    kintone.settings.basic_auth = (USER, PASSWORD)
    kintone.fail(status=502)

    assert [answer(kintone).status for _ in range(2)] == [502, 401]


def test_control_paths_stay_open(kintone: LocalKintone) -> None:
    """The control paths belong to the test, not to the site."""
    kintone.settings.allowed_addresses = []
    with closing(connect(kintone)) as connection:
        connection.request("POST", "/_local/settings", b'{"allowed_addresses": null, "basic_auth": ["u", "p"]}')
        assert connection.getresponse().status == 200

    assert answer(kintone, kintone.token(1, "view"), Authorization=basic("u:p")).status == 200
