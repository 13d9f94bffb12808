"""The form of an app as kintone shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local_kintone.forms.field_types import DEFAULTS
from tests.local_kintone_tests.api import Api

if TYPE_CHECKING:
    from local_kintone import LocalKintone


def test_every_field_type_stands_in_the_form(every: Api) -> None:
    """The third demo app has one field of each type, system fields under their Japanese codes."""
    properties = every.get("app/form/fields", app=3, lang="ja").json()["properties"]
    assert {field["type"] for field in properties.values()} == set(DEFAULTS)
    assert properties["レコード番号"]["type"] == "RECORD_NUMBER"
    assert properties["ステータス"]["enabled"] is True


def test_numbers_are_texts_and_absent_limits_blank(orders: Api) -> None:
    """Limits are texts, "" for none; options have a label and an index."""
    properties = orders.get("app/form/fields", app=1).json()["properties"]
    assert properties["sku"]["maxLength"] == "20"
    assert properties["sku"]["minLength"] == ""
    assert properties["rank"]["options"]["Low"] == {"label": "Low", "index": "2"}


def test_lookup_keeps_its_base_type_and_has_no_unique(orders: Api) -> None:
    """Only the key `lookup` identifies a lookup."""
    customer = orders.get("app/form/fields", app=1).json()["properties"]["customer"]
    assert customer["type"] == "SINGLE_LINE_TEXT"
    assert customer["lookup"]["relatedKeyField"] == "customer_code"
    assert "unique" not in customer
    assert "defaultValue" not in customer


def test_switched_off_fields_stand_in_the_form_but_in_no_record(orders: Api) -> None:
    """Disabled fields such as STATUS are listed with enabled false, and records do not contain them."""
    assert orders.get("app/form/fields", app=1).json()["properties"]["ステータス"]["enabled"] is False
    record = orders.get("record", app=1, id=1).json()["record"]
    assert "ステータス" not in record


def test_related_records_of_an_app_out_of_sight_are_null(every: Api, kintone: LocalKintone) -> None:
    """Without the permission to view the related app, `referenceTable` is null."""
    alone = Api(kintone.url, kintone.token(3))
    assert alone.get("app/form/fields", app=3).json()["properties"]["related"]["referenceTable"] is None
    seen = every.get("app/form/fields", app=3).json()["properties"]["related"]["referenceTable"]
    assert seen["condition"] == {"field": "customer", "relatedField": "customer_code"}


def test_layout_shows_tables_groups_and_labels(every: Api) -> None:
    """The layout contains groups, labels, spaces and rules, which records do not contain."""
    layout = every.get("app/form/layout", app=3).json()["layout"]
    blocks = {block["type"] for block in layout}
    cells = {cell["type"] for block in layout if block["type"] == "ROW" for cell in block["fields"]}
    group = next(block for block in layout if block["type"] == "GROUP")
    assert blocks == {"ROW", "SUBTABLE", "GROUP"}
    assert {"LABEL", "SPACER", "HR"} <= cells
    assert group["layout"][0]["fields"][0]["code"] == "in_group"


def test_settings_tell_the_number_precision(orders: Api) -> None:
    """app/settings.json gives digits and decimals as texts."""
    precision = orders.get("app/settings", app=1).json()["numberPrecision"]
    assert precision == {"digits": "16", "decimalPlaces": "4", "roundingMode": "HALF_EVEN"}


def test_record_shows_every_shape(every: Api) -> None:
    """A read returns kintone's types and blanks: null for choices and dates, "" for texts, [] for lists."""
    record = every.get("record", app=3, id=2).json()["record"]
    assert record["$id"] == {"type": "__ID__", "value": "2"}
    assert record["$revision"] == {"type": "__REVISION__", "value": "1"}
    assert record["choice"] == {"type": "DROP_DOWN", "value": None}
    assert record["paragraph"]["value"] == ""
    assert record["checks"]["value"] == ["みかん"]
    assert record["choices"]["value"] == []
    assert record["作成者"]["value"] == {"code": "Administrator", "name": "Administrator"}
    assert record["ステータス"]["type"] == "STATUS"
    assert {"group", "related"}.isdisjoint(record)


def test_app_is_made_with_short_properties(bare: LocalKintone) -> None:
    """create_app() completes the properties and refuses an unknown type."""
    app = bare.create_app("Short", {"a": {"type": "DROP_DOWN", "options": ["x", "y"]}})
    assert bare.apps[app].form.properties["a"]["options"]["y"]["index"] == "1"
    with pytest.raises(ValueError, match="NO_SUCH_TYPE"):
        bare.create_app("Wrong", {"a": {"type": "NO_SUCH_TYPE"}})
