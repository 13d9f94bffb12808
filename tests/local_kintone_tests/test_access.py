"""Tokens, permissions and guest spaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_kintone_tests.api import Api, code_of

if TYPE_CHECKING:
    from local_kintone import LocalKintone


def test_call_without_a_token_is_cb_au01(kintone: LocalKintone) -> None:
    """A request without the token header is not authenticated."""
    assert code_of(Api(kintone.url).get("records", app=1)) == (401, "CB_AU01")


def test_unknown_token_is_gaia_ia02_with_status_400(kintone: LocalKintone) -> None:
    """A wrong token is a 400 and not a 401, also together with a valid token."""
    wrong = "nosuchtoken" * 3
    assert code_of(Api(kintone.url, wrong).get("records", app=1)) == (400, "GAIA_IA02")
    assert code_of(Api(kintone.url, kintone.token(1), wrong).get("records", app=1)) == (400, "GAIA_IA02")


def test_error_id_has_twenty_characters(kintone: LocalKintone) -> None:
    """Every error has an id for the support."""
    assert len(Api(kintone.url).get("records", app=1).json()["id"]) == 20


@pytest.mark.parametrize(
    ("permission", "method", "api", "body"),
    [
        ("add", "GET", "records", {"app": 1}),
        ("view", "POST", "record", {"app": 1}),
        ("view", "PUT", "record", {"app": 1, "id": 1}),
        ("edit", "PUT", "records", {"app": 1, "upsert": True, "records": []}),
        ("edit", "DELETE", "records", {"app": 1, "ids": [1]}),
        ("edit", "GET", "app/form/fields", {"app": 1}),
    ],
)
def test_missing_permission_is_gaia_no01(
    kintone: LocalKintone, permission: str, method: str, api: str, body: dict[str, object]
) -> None:
    """A valid token without the required permission is refused with 403."""
    client = Api(kintone.url, kintone.token(1, permission))
    assert code_of(client.send(method, api, body)) == (403, "GAIA_NO01")


def test_view_or_add_reads_the_form(kintone: LocalKintone) -> None:
    """Either permission is enough for app.json and the form."""
    for permission in ("view", "add"):
        client = Api(kintone.url, kintone.token(1, permission))
        assert client.get("app", id=1).json()["name"] == "Orders"
        assert "sku" in client.get("app/form/fields", app=1).json()["properties"]


def test_two_tokens_of_one_app_are_gaia_da03(kintone: LocalKintone) -> None:
    """Two tokens of the same app cannot be sent together."""
    client = Api(kintone.url, kintone.token(1, "view"), kintone.token(1, "add"))
    assert code_of(client.get("records", app=1)) == (400, "GAIA_DA03")


def test_ten_tokens_are_refused(kintone: LocalKintone) -> None:
    """One request can have at most nine tokens."""
    client = Api(kintone.url, *[kintone.token(1)] * 10)
    assert client.get("records", app=1).status_code == 400


def test_token_of_another_app_is_gaia_ia02_or_ap15(kintone: LocalKintone) -> None:
    """Reports differ about another app's token, so the answer can be chosen."""
    client = Api(kintone.url, kintone.token(2))
    assert code_of(client.get("records", app=1)) == (400, "GAIA_IA02")
    kintone.settings.foreign_token_code = "GAIA_AP15"
    assert code_of(client.get("records", app=1)) == (400, "GAIA_AP15")


def test_unknown_app_is_gaia_ap01(orders: Api) -> None:
    """An app that does not exist is a 404."""
    assert code_of(orders.get("records", app=999)) == (404, "GAIA_AP01")


def test_revoked_token_is_unknown(kintone: LocalKintone) -> None:
    """A revoked token is answered like an unknown one."""
    token = kintone.token(1, "view")
    kintone.revoke(token)
    assert code_of(Api(kintone.url, token).get("records", app=1)) == (400, "GAIA_IA02")


def test_guest_app_needs_the_guest_path(kintone: LocalKintone) -> None:
    """GAIA_IL23 for the path without a guest space, CB_NO02 for another space's path, the records for its own."""
    token = kintone.token(4)
    assert code_of(Api(kintone.url, token).get("records", app=4)) == (400, "GAIA_IL23")
    assert code_of(Api(kintone.url, token, guest=9).get("records", app=4)) == (403, "CB_NO02")
    assert code_of(Api(kintone.url, kintone.token(1), guest=3).get("records", app=1)) == (403, "CB_NO02")
    assert len(Api(kintone.url, token, guest=3).get("records", app=4).json()["records"]) == 2
