"""The demo's first app: orders of a shop, in Japanese and with emoji."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_kintone.form_changes import change_form
from local_kintone.loading import load_records
from local_kintone.seeds.order_fields import order_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_kintone.apps import App
    from local_kintone.site import Site

COLUMNS = ("sku", "name", "memo", "stock", "price", "rank", "tags", "due", "start", "customer", "company")
ORDERS: tuple[tuple[Any, ...], ...] = (
    (
        "A-001",
        "りんごジュース",
        "冷蔵便で発送",
        "24",
        "480",
        "High",
        ["新着"],
        "2026-04-01",
        "09:30",
        "C-001",
        "さくら商事",
    ),
    ("A-002", "緑茶 500ml", "箱単位で出荷", "120", "150", "Middle", [], "2026-04-03", "10:00", "C-002", "みなと物産"),
    (
        "A-003",
        "抹茶ラテ 🍵",
        "夏季は取扱いなし",
        "0",
        "620",
        "Low",
        ["限定"],
        "2026-04-05",
        None,
        "C-001",
        "さくら商事",
    ),
    ("B-001", "ノート A5", "limit 5 order by x", "300", "220", "Middle", ["セール"], None, "13:00", "", ""),
    (
        "B-002",
        "万年筆",
        "名入れ可能\n納期二週間",
        "8",
        "9800",
        "High",
        ["取寄せ", "限定"],
        "2026-05-20",
        None,
        "C-004",
        "Blue Sky Ltd.",
    ),
    ("B-003", "封筒 100枚", "", "45", "980", "Low", [], "2026-04-10", None, "C-003", "北海道フーズ"),
    (
        "C-001",
        "ワイヤレスマウス",
        "電池は別売り",
        "17",
        "3280",
        "Middle",
        ["新着", "セール"],
        "2026-04-08",
        "15:45",
        "C-002",
        "みなと物産",
    ),
    (
        "C-002",
        'モニター 27"',
        "大型のため二人で配送 🚚",
        "3",
        "42800",
        "High",
        [],
        "2026-06-01",
        "08:00",
        "C-004",
        "Blue Sky Ltd.",
    ),
    ("C-003", "USBケーブル", "両端 Type-C", "500", "1280", "Low", ["セール"], None, None, "", ""),
    (
        "D-001",
        "ひまわりの種 🌻",
        "発芽率九割",
        "80",
        "330",
        "Middle",
        ["限定"],
        "2026-04-15",
        "07:00",
        "C-005",
        "ひまわり園芸 🌻",
    ),
    ("D-002", "植木鉢 大", "割れ物注意", "12", "2400", "Middle", [], "2026-04-15", None, "C-005", "ひまわり園芸 🌻"),
    (
        "D-003",
        "園芸用手袋",
        "サイズ違いは交換します",
        "60",
        "890",
        "Low",
        ["新着"],
        "2026-07-07",
        "11:15",
        "C-005",
        "ひまわり園芸 🌻",
    ),
)
LINES: dict[str, list[tuple[str, str, list[str]]]] = {
    "A-001": [("りんご", "12", ["済"]), ("紙パック", "24", [])],
    "B-002": [("ペン先", "1", []), ("インク 青", "3", ["済"])],
    "C-002": [("スタンド", "1", [])],
}
SHEET = "品目,数量\r\nりんご,12\r\n紙パック,24\r\n"


def plant_orders(site: Site, *, with_records: bool = True) -> App:
    """Add the app; its lookup points to the next app, which must be that of the customers."""
    app = site.apps.create("Orders", {"placeholder": {"type": "SINGLE_LINE_TEXT"}})
    change_form(site, app, order_fields(app.number + 1))
    if with_records:
        load_records(site, app, _orders(site, app))
    return app


def _orders(site: Site, app: App) -> Iterator[dict[str, Any]]:
    for index, values in enumerate(ORDERS):
        order: dict[str, Any] = dict(zip(COLUMNS, values, strict=True))
        order["owner"] = [_person(site, ("sato", "suzuki", "tanaka")[index % 3])]
        order["site"] = f"https://shop.example.com/items/{order['sku']}"
        order["delivered_at"] = f"2026-03-{index + 1:02}T06:30:00Z" if index % 2 else ""
        rows = LINES.get(order["sku"], [])
        order["lines"] = [{"item": item, "qty": qty, "done": done} for item, qty, done in rows]
        if index == 0:
            order["attachment"] = [_attachment(site, app)]
        yield order


def _person(site: Site, code: str) -> dict[str, str]:
    return {"code": code, "name": site.settings.users.get(code, code)}


def _attachment(site: Site, app: App) -> dict[str, str]:
    content = SHEET.encode()
    upload_key = site.files.upload("明細 りんご.csv", "text/csv", content)
    attached = site.files.attach(upload_key, app.number)
    key = attached[0] if attached else upload_key
    return {"fileKey": key, "name": "明細 りんご.csv", "contentType": "text/csv", "size": str(len(content))}


def plant_many_orders(site: Site, app: App, count: int) -> None:
    """Add generated orders: every third High, every fifth with the tag セール, names that repeat every 50."""
    load_records(site, app, (_generated(number) for number in range(1, count + 1)))


def _generated(number: int) -> dict[str, Any]:
    return {
        "sku": f"G-{number:06}",
        "name": f"商品 {number % 50:02}",
        "memo": f"generated order {number}",
        "stock": str(number % 1000),
        "price": str(number % 97 * 10),
        "rank": "High" if number % 3 == 0 else "Low",
        "tags": ["セール"] if number % 5 == 0 else [],
        "due": f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}",
    }
