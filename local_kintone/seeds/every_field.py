"""The demo's third app: one field of every type that kintone has, process management and categories on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone.layouts import plain_layout
from local_kintone.loading import load_records

if TYPE_CHECKING:
    from local_kintone.apps import App
    from local_kintone.site import Site

CHOICES = ["りんご", "みかん", "ぶどう"]

FIELDS: dict[str, dict[str, Any]] = {
    "text": {
        "type": "SINGLE_LINE_TEXT",
        "label": "文字列",
        "minLength": "1",
        "maxLength": "64",
        "defaultValue": "初期値",
    },
    "code": {"type": "SINGLE_LINE_TEXT", "label": "コード", "unique": True},
    "joined": {"type": "SINGLE_LINE_TEXT", "label": "自動計算", "expression": 'text & "-" & code'},
    "paragraph": {"type": "MULTI_LINE_TEXT", "label": "複数行"},
    "rich": {"type": "RICH_TEXT", "label": "リッチテキスト"},
    "number": {"type": "NUMBER", "label": "数値", "unique": True, "minValue": "-1000", "maxValue": "1000000"},
    "sum": {"type": "CALC", "label": "計算", "expression": "number * 2 + SUM(cell_number)"},
    "radio": {
        "type": "RADIO_BUTTON",
        "label": "ラジオ",
        "options": CHOICES,
        "defaultValue": "りんご",
        "required": True,
    },
    "checks": {"type": "CHECK_BOX", "label": "チェック", "options": CHOICES, "defaultValue": ["みかん"]},
    "choice": {"type": "DROP_DOWN", "label": "ドロップダウン", "options": CHOICES},
    "choices": {"type": "MULTI_SELECT", "label": "複数選択", "options": CHOICES},
    "date": {"type": "DATE", "label": "日付", "defaultNowValue": True},
    "time": {"type": "TIME", "label": "時刻"},
    "moment": {"type": "DATETIME", "label": "日時"},
    "web": {"type": "LINK", "label": "リンク", "protocol": "WEB"},
    "mail": {"type": "LINK", "label": "メール", "protocol": "MAIL"},
    "call": {"type": "LINK", "label": "電話", "protocol": "CALL"},
    "users": {
        "type": "USER_SELECT",
        "label": "ユーザー",
        "defaultValue": [{"type": "FUNCTION", "code": "LOGINUSER()"}],
    },
    "organizations": {"type": "ORGANIZATION_SELECT", "label": "組織"},
    "groups": {"type": "GROUP_SELECT", "label": "グループ"},
    "files": {"type": "FILE", "label": "ファイル"},
    "group": {"type": "GROUP", "label": "グループ枠", "openGroup": True},
    "in_group": {"type": "SINGLE_LINE_TEXT", "label": "枠の中"},
    "table": {
        "type": "SUBTABLE",
        "label": "テーブル",
        "fields": {
            "cell_text": {"type": "SINGLE_LINE_TEXT", "label": "列 文字列"},
            "cell_number": {"type": "NUMBER", "label": "列 数値"},
            "cell_double": {"type": "CALC", "label": "列 計算", "expression": "cell_number * 2"},
            "cell_choice": {"type": "DROP_DOWN", "label": "列 選択", "options": CHOICES},
            "cell_checks": {"type": "CHECK_BOX", "label": "列 チェック", "options": CHOICES},
            "cell_date": {"type": "DATE", "label": "列 日付"},
            "cell_users": {"type": "USER_SELECT", "label": "列 ユーザー"},
            "cell_files": {"type": "FILE", "label": "列 ファイル"},
        },
    },
    "カテゴリー": {"type": "CATEGORY", "enabled": True},
    "ステータス": {"type": "STATUS", "enabled": True},
    "作業者": {"type": "STATUS_ASSIGNEE", "enabled": True},
}


def plant_every_field(site: Site) -> App:
    """Add the app; it looks up in, and shows related records of, the customers' app, which comes before it."""
    customers = str(max(site.apps.by_number))
    fields = {**FIELDS, "customer": _lookup(customers), "company": {"type": "SINGLE_LINE_TEXT"}}
    app = site.apps.create("Every field", {**fields, "related": _related(customers)})
    app.layout = [*_layout_of_groups(plain_layout(app.form)), _decoration()]
    load_records(site, app, _records())
    return app


def _lookup(customers: str) -> dict[str, Any]:
    return {
        "type": "SINGLE_LINE_TEXT",
        "label": "顧客",
        "lookup": {
            "relatedApp": {"app": customers, "code": ""},
            "relatedKeyField": "customer_code",
            "fieldMappings": [{"field": "company", "relatedField": "company"}],
            "lookupPickerFields": [],
            "filterCond": "",
            "sort": "",
        },
    }


def _related(customers: str) -> dict[str, Any]:
    return {
        "type": "REFERENCE_TABLE",
        "label": "関連レコード",
        "referenceTable": {
            "relatedApp": {"app": customers, "code": ""},
            "condition": {"field": "customer", "relatedField": "customer_code"},
            "filterCond": "",
            "displayFields": ["company", "city"],
            "sort": "",
            "size": "5",
        },
    }


def _layout_of_groups(layout: list[dict[str, Any]]) -> list[dict[str, Any]]:
    inside = [{"type": "SINGLE_LINE_TEXT", "code": "in_group", "size": {"width": "193"}}]
    for block in layout:
        if block["type"] == "GROUP":
            block["layout"] = [{"type": "ROW", "fields": inside}]
        elif block["type"] == "ROW":
            block["fields"] = [cell for cell in block["fields"] if cell["code"] != "in_group"]
    return layout


def _decoration() -> dict[str, Any]:
    return {
        "type": "ROW",
        "fields": [
            {"type": "LABEL", "label": "<b>見出し</b>", "size": {"width": "193"}},
            {"type": "SPACER", "elementId": "space", "size": {"width": "100", "height": "50"}},
            {"type": "HR", "size": {"width": "400"}},
        ],
    }


def _records() -> list[dict[str, Any]]:
    rows = [{"cell_text": "一行目", "cell_number": "2", "cell_choice": "りんご"}, {"cell_text": "二行目"}]
    return [
        {
            "code": "E-1",
            "number": "15",
            "choice": "みかん",
            "customer": "C-001",
            "company": "さくら商事",
            "table": rows,
        },
        {"code": "E-2", "rich": "<b>太字</b>", "moment": "2026-04-01T00:30:00Z", "time": "09:30"},
    ]
