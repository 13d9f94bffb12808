"""The form of the demo's first app: orders."""

from __future__ import annotations

from typing import Any


def order_fields(customers_app: int) -> dict[str, dict[str, Any]]:
    """Return the properties; the lookup `customer` points to an app of customers."""
    return {**_PLAIN, "customer": _lookup(customers_app), **_COPIED, **_TABLE, **_COMPUTED}


_PLAIN: dict[str, dict[str, Any]] = {
    "sku": {
        "type": "SINGLE_LINE_TEXT",
        "label": "SKU",
        "required": True,
        "unique": True,
        "maxLength": "20",
    },
    "name": {"type": "SINGLE_LINE_TEXT", "label": "品名", "maxLength": "100"},
    "memo": {"type": "MULTI_LINE_TEXT", "label": "メモ"},
    "stock": {
        "type": "NUMBER",
        "label": "在庫",
        "minValue": "0",
        "maxValue": "99999",
        "defaultValue": "0",
        "unit": "個",
    },
    "price": {"type": "NUMBER", "label": "単価", "digit": True, "unit": "円", "unitPosition": "AFTER"},
    "rank": {"type": "DROP_DOWN", "label": "優先度", "options": ["High", "Middle", "Low"], "defaultValue": "Middle"},
    "tags": {"type": "CHECK_BOX", "label": "タグ", "options": ["新着", "セール", "限定", "取寄せ"]},
    "due": {"type": "DATE", "label": "納期"},
    "start": {"type": "TIME", "label": "開始時刻"},
    "delivered_at": {"type": "DATETIME", "label": "納品日時"},
    "owner": {"type": "USER_SELECT", "label": "担当者"},
    "site": {"type": "LINK", "label": "商品ページ", "protocol": "WEB"},
    "attachment": {"type": "FILE", "label": "添付ファイル"},
}

_COPIED: dict[str, dict[str, Any]] = {"company": {"type": "SINGLE_LINE_TEXT", "label": "会社名"}}

_TABLE: dict[str, dict[str, Any]] = {
    "lines": {
        "type": "SUBTABLE",
        "label": "明細",
        "fields": {
            "item": {"type": "SINGLE_LINE_TEXT", "label": "品目", "required": True},
            "qty": {"type": "NUMBER", "label": "数量", "minValue": "1"},
            "done": {"type": "CHECK_BOX", "label": "状態", "options": ["済"]},
        },
    }
}

_COMPUTED: dict[str, dict[str, Any]] = {
    "total": {"type": "CALC", "label": "金額", "expression": "price * stock", "format": "NUMBER_DIGIT"}
}


def _lookup(customers_app: int) -> dict[str, Any]:
    return {
        "type": "SINGLE_LINE_TEXT",
        "label": "顧客コード",
        "lookup": {
            "relatedApp": {"app": str(customers_app), "code": ""},
            "relatedKeyField": "customer_code",
            "fieldMappings": [{"field": "company", "relatedField": "company"}],
            "lookupPickerFields": ["customer_code", "company"],
            "filterCond": "",
            "sort": "レコード番号 desc",
        },
    }
