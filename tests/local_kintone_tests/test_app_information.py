"""app.json, app/settings.json, app/status.json and the form: content and permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local_kintone import LocalKintone, NumberPrecision
from tests.local_kintone_tests.in_process_client import InProcessClient, body_of, refusal_of

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLS = (
    ("app", "id=1"),
    ("app/settings", "app=1"),
    ("app/status", "app=1"),
    ("app/form/fields", "app=1"),
    ("app/form/layout", "app=1"),
)


@pytest.fixture
def plain() -> Iterator[LocalKintone]:
    """One app with a code."""
    kintone = LocalKintone(seed="none")
    kintone.create_app("Plain", {"text": {"type": "SINGLE_LINE_TEXT"}}, code="PLAIN")
    yield kintone
    kintone.stop()


def test_app_tells_name_code_and_authors(plain: LocalKintone) -> None:
    """Fact sheet 2.9: app.json takes `id`; ids are texts, an app without a space has null for the space ids."""
    app = body_of(InProcessClient(plain, plain.token(1, "add")).get("app", "id=1"))
    assert (app["appId"], app["code"], app["name"], app["spaceId"], app["threadId"]) == (
        "1",
        "PLAIN",
        "Plain",
        None,
        None,
    )
    assert set(app) == {
        "appId",
        "code",
        "name",
        "description",
        "spaceId",
        "threadId",
        "createdAt",
        "creator",
        "modifiedAt",
        "modifier",
    }
    assert set(app["creator"]) == set(app["modifier"]) == {"code", "name"}


def test_settings_tell_precision_as_texts_and_the_forms_revision(plain: LocalKintone) -> None:
    """Fact sheet 2.9: `numberPrecision` has texts; the revision is that of the app's settings."""
    plain.set_number_precision(1, NumberPrecision(30, 10, "DOWN"))
    settings = body_of(InProcessClient(plain, plain.token(1, "view")).get("app/settings", "app=1&lang=ja"))
    assert settings["numberPrecision"] == {"digits": "30", "decimalPlaces": "10", "roundingMode": "DOWN"}
    assert (settings["name"], settings["revision"]) == ("Plain", "1")


def test_process_management_that_was_never_set_is_null(plain: LocalKintone) -> None:
    """The page of app/status.json: an app that never had process management returns null for its parts."""
    status = body_of(InProcessClient(plain, plain.token(1, "view")).get("app/status", "app=1&lang=user"))
    assert status == {"enable": False, "states": None, "actions": None, "revision": "1"}


def test_process_management_refuses_an_unknown_language(plain: LocalKintone) -> None:
    """The page of app/status.json: `lang` is ja, en, zh, user or default."""
    client = InProcessClient(plain, plain.token(1, "view"))
    assert refusal_of(client.get("app/status", "app=1&lang=fr"))[:2] == (400, "CB_VA01")


@pytest.mark.parametrize(("api", "query"), CALLS)
@pytest.mark.parametrize("permission", ["view", "add"])
def test_viewing_or_adding_is_enough(plain: LocalKintone, api: str, query: str, permission: str) -> None:
    """Fact sheet 1.4: app, settings, process management, form and layout take a token that views or adds."""
    assert InProcessClient(plain, plain.token(1, permission)).get(api, query).status == 200


@pytest.mark.parametrize(("api", "query"), CALLS)
@pytest.mark.parametrize("permission", ["edit", "delete", "manage"])
def test_any_other_permission_is_gaia_no01(plain: LocalKintone, api: str, query: str, permission: str) -> None:
    """Fact sheet 1.4 and 1.5: a token that only edits, deletes or manages the app gets 403."""
    client = InProcessClient(plain, plain.token(1, permission))
    assert refusal_of(client.get(api, query)) == (403, "GAIA_NO01", set())


@pytest.mark.parametrize(("api", "query"), CALLS)
def test_managing_can_be_made_enough(plain: LocalKintone, api: str, query: str) -> None:
    """Newer pages of kintone's documentation let a managing token read the form; a setting follows them."""
    plain.settings.manage_reads_forms = True
    assert InProcessClient(plain, plain.token(1, "manage")).get(api, query).status == 200
    assert InProcessClient(plain, plain.token(1, "edit")).get(api, query).status == 403


@pytest.mark.parametrize("api", ["app/settings", "app/form/fields"])
def test_unknown_language_is_refused(plain: LocalKintone, api: str) -> None:
    """Fact sheet 2.9: `lang` is one of five."""
    answer = InProcessClient(plain, plain.token(1)).get(api, "app=1&lang=fr")
    assert refusal_of(answer) == (400, "CB_VA01", {"lang"})


def test_description_and_comments_are_told(plain: LocalKintone) -> None:
    """Fact sheet 2.9: app.json has a description; app/settings.json tells whether records take comments."""
    app = plain.create_app("Quiet", {}, description="お客様の声 🌻", comments=False)
    client = InProcessClient(plain, plain.token(app))
    assert body_of(client.get("app", f"id={app}"))["description"] == "お客様の声 🌻"
    settings = body_of(client.get("app/settings", f"app={app}"))
    assert (settings["description"], settings["enableComments"]) == ("お客様の声 🌻", False)
