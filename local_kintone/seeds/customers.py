"""The demo's second app: customers, which orders look up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone.loading import load_records

if TYPE_CHECKING:
    from local_kintone.apps import App
    from local_kintone.site import Site

FIELDS: dict[str, dict[str, Any]] = {
    "customer_code": {
        "type": "SINGLE_LINE_TEXT",
        "label": "顧客コード",
        "required": True,
        "unique": True,
        "maxLength": "20",
    },
    "company": {"type": "SINGLE_LINE_TEXT", "label": "会社名", "required": True},
    "city": {"type": "SINGLE_LINE_TEXT", "label": "市区町村"},
    "phone": {"type": "LINK", "label": "電話", "protocol": "CALL"},
}

CUSTOMERS = (
    ("C-001", "さくら商事", "東京都千代田区", "03-1234-0001"),
    ("C-002", "みなと物産", "横浜市中区", "045-123-0002"),
    ("C-003", "北海道フーズ", "札幌市北区", "011-123-0003"),
    ("C-004", "Blue Sky Ltd.", "London", "+44-20-7946-0004"),
    ("C-005", "ひまわり園芸 🌻", "京都市左京区", "075-123-0005"),
)


def plant_customers(site: Site) -> App:
    """Add the app with its records."""
    app = site.apps.create("Customers", FIELDS)
    load_records(site, app, (dict(zip(FIELDS, customer, strict=True)) for customer in CUSTOMERS))
    return app
