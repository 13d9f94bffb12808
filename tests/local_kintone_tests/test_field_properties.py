"""The properties of each type in app/form/fields.json, and valid field codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_kintone import LocalKintone
from tests.local_kintone_tests.in_process_client import InProcessClient, ManualClock, body_of, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = {"type", "code", "label"}
LENGTHS = {"required", "defaultValue", "unique", "minLength", "maxLength"}
UNIT = {"displayScale", "unit", "unitPosition"}
PEOPLE = {"required", "defaultValue", "entities"}
# Fact sheet 6.6, beyond type, code and label.
KEYS: dict[str, set[str]] = {
    "SINGLE_LINE_TEXT": {"noLabel", *LENGTHS, "expression", "hideExpression"},
    "MULTI_LINE_TEXT": {"noLabel", "required", "defaultValue"},
    "RICH_TEXT": {"noLabel", "required", "defaultValue"},
    "NUMBER": {"noLabel", "required", "defaultValue", "unique", "minValue", "maxValue", "digit", *UNIT},
    "CALC": {"noLabel", "required", "expression", "hideExpression", "format", *UNIT},
    "LINK": {"noLabel", *LENGTHS, "protocol"},
    "CHECK_BOX": {"noLabel", "required", "defaultValue", "options", "align"},
    "RADIO_BUTTON": {"noLabel", "required", "defaultValue", "options", "align"},
    "DROP_DOWN": {"noLabel", "required", "defaultValue", "options"},
    "MULTI_SELECT": {"noLabel", "required", "defaultValue", "options"},
    "DATE": {"noLabel", "required", "defaultValue", "unique", "defaultNowValue"},
    "DATETIME": {"noLabel", "required", "defaultValue", "unique", "defaultNowValue"},
    "TIME": {"noLabel", "required", "defaultValue", "defaultNowValue"},
    "FILE": {"noLabel", "required", "thumbnailSize"},
    "USER_SELECT": {"noLabel", *PEOPLE},
    "ORGANIZATION_SELECT": {"noLabel", *PEOPLE},
    "GROUP_SELECT": {"noLabel", *PEOPLE},
    "REFERENCE_TABLE": {"noLabel", "referenceTable"},
    "SUBTABLE": {"noLabel", "fields"},
    "GROUP": {"noLabel", "openGroup"},
    "CATEGORY": {"enabled"},
    "STATUS": {"enabled"},
    "STATUS_ASSIGNEE": {"enabled"},
    "RECORD_NUMBER": {"noLabel"},
    "CREATOR": {"noLabel"},
    "MODIFIER": {"noLabel"},
    "CREATED_TIME": {"noLabel"},
    "UPDATED_TIME": {"noLabel"},
}
LOOKUP = {"relatedApp": {"app": "1"}, "relatedKeyField": "text"}
BOOLEANS = {"noLabel", "required", "unique", "digit", "hideExpression", "defaultNowValue", "openGroup", "enabled"}


@pytest.fixture
def bare_site() -> Iterator[LocalKintone]:
    """Create a server without apps and with a fixed time."""
    kintone = LocalKintone(seed="none", clock=ManualClock())
    yield kintone
    kintone.stop()


def _shown(kintone: LocalKintone, app: int) -> dict[str, Any]:
    properties: dict[str, Any] = body_of(
        InProcessClient(kintone, kintone.token(app)).get("app/form/fields", f"app={app}")
    )
    return dict(properties["properties"])


@pytest.mark.parametrize("kind", KEYS)
def test_field_shows_the_keys_of_its_type(bare_site: LocalKintone, kind: str) -> None:
    """Fact sheet 6.6: each type has its own keys, booleans are booleans, every number is a text."""
    properties = _shown(bare_site, bare_site.create_app("One", {"it": {"type": kind}}))["it"]
    assert set(properties) == BASE | KEYS[kind]
    for key, value in properties.items():
        assert isinstance(value, bool) == (key in BOOLEANS), key
        assert not isinstance(value, (int, float)) or key in BOOLEANS


@pytest.mark.parametrize("kind", ["SINGLE_LINE_TEXT", "NUMBER", "LINK"])
def test_lookup_shows_its_settings_and_nothing_of_its_base_type(bare_site: LocalKintone, kind: str) -> None:
    """Fact sheet 6.6: only `required` and `lookup`, with complete lookup settings."""
    key = {"type": kind, "lookup": LOOKUP, "maxLength": "5"}
    fields: dict[str, dict[str, Any]] = {"text": {"type": "SINGLE_LINE_TEXT"}, "key": key}
    properties = _shown(bare_site, bare_site.create_app("One", fields))["key"]
    assert set(properties) == BASE | {"noLabel", "required", "lookup"}
    assert set(properties["lookup"]) == {
        "relatedApp",
        "relatedKeyField",
        "fieldMappings",
        "lookupPickerFields",
        "filterCond",
        "sort",
    }


def test_numbers_of_a_form_are_shown_as_texts(bare_site: LocalKintone) -> None:
    """Fact sheet 6.6: `"maxLength":"64"`, even if the form was created with numbers; limits of zero are kept."""
    fields = {"text": {"type": "SINGLE_LINE_TEXT", "maxLength": 64}, "number": {"type": "NUMBER", "maxValue": 0}}
    app = bare_site.create_app("One", fields)
    assert _shown(bare_site, app)["text"]["maxLength"] == "64"
    assert _shown(bare_site, app)["number"]["maxValue"] == "0"
    answer = InProcessClient(bare_site, bare_site.token(app)).send(
        "POST", "record", {"app": app, "record": {"number": {"value": 1}}}
    )
    assert answer.status == 400


def test_now_is_filled_in_where_nothing_was_sent(bare_site: LocalKintone) -> None:
    """Fact sheet 6.2 and 6.6: `defaultNowValue` sets date, time and date-time of new records; a blank value stays."""
    kinds = {"day": "DATE", "clock": "TIME", "moment": "DATETIME"}
    fields = {code: {"type": kind, "defaultNowValue": True} for code, kind in kinds.items()}
    app = bare_site.create_app("Now", {**fields, "lines": {"type": "SUBTABLE", "fields": {"on": fields["day"]}}})
    client = InProcessClient(bare_site, bare_site.token(app))
    values = values_of(bare_site, app, client.add(app, lines=[{"value": {}}]))
    assert [values[code] for code in kinds] == ["2026-04-01", "09:30", "2026-04-01T09:30:00Z"]
    assert values["lines"][0]["value"]["on"]["value"] == "2026-04-01"
    blank = values_of(bare_site, app, client.add(app, day="", clock=None, moment=""))
    assert [blank[code] for code in kinds] == [None, None, ""]


@pytest.mark.parametrize(
    "fields",
    [
        {"it": {"type": "MULTI_LINE_TEXT", "unique": True}},
        {"it": {"type": "TIME", "unique": True}},
        {"lines": {"type": "SUBTABLE", "fields": {"it": {"type": "NUMBER", "unique": True}}}},
    ],
)
def test_form_without_duplicates_where_kintone_allows_none_is_refused(
    bare_site: LocalKintone, fields: dict[str, Any]
) -> None:
    """Fact sheet 6.6: `unique` is allowed for five types, not in tables."""
    with pytest.raises(ValueError, match="duplicates"):
        bare_site.create_app("Wrong", fields)


@pytest.mark.parametrize(
    "code",
    [
        "数量＿税込",
        "ｶﾅ･名",
        "名・姓",
        "＄price",
        "￥価格",
        "price￥",
        "Ａ１",
        "＿x",
        "limit",
        "order",
        "and",
        "x" * 128,
    ],
)
def test_code_of_allowed_characters_stands_in_forms_and_queries(bare_site: LocalKintone, code: str) -> None:
    """Fact sheet 5.1, kintone's help on field codes: underscores, middle dots and full-width currency signs."""
    app = bare_site.create_app("Codes", {code: {"type": "NUMBER"}})
    client = InProcessClient(bare_site, bare_site.token(app))
    number = client.add(app, **{code: "3"})
    body = {"app": app, "query": f"({code} > 2 and {code} in (3)) order by {code} asc, $id desc", "fields": [code]}
    answer = client.send("GET", "records", body)
    assert body_of(answer)["records"] == [{code: {"type": "NUMBER", "value": "3"}}]
    assert values_of(bare_site, app, number)[code] == "3"


@pytest.mark.parametrize(
    "code", ["", "1st", "１番", "a b", "a-b", "a.b", "$price", "a　b", "C#", "税（込）", "not", "__ROOT__", "x" * 129]
)
def test_code_of_other_characters_is_refused(bare_site: LocalKintone, code: str) -> None:
    """Fact sheet 3 and 5.1: no leading digit, no spaces, no other symbols, at most 128 characters, no reserved word."""
    with pytest.raises(ValueError, match="field code"):
        bare_site.create_app("Wrong", {code: {"type": "NUMBER"}})


def test_repeated_code_is_refused(bare_site: LocalKintone) -> None:
    """Fact sheet 2.9: codes are unique in an app, including the columns of tables."""
    lines = {"type": "SUBTABLE", "fields": {"a": {"type": "NUMBER"}}}
    with pytest.raises(ValueError, match="twice"):
        bare_site.create_app("Wrong", {"a": {"type": "NUMBER"}, "lines": lines})
