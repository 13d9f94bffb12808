"""The apps of the tasks: inquiries with a table, and a log of 100,000 records; every value follows from its number."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from local_kintone import LocalKintone

INQUIRIES = 240
VISITS = 100_000

KINDS = ("質問", "不具合", "要望", "見積依頼")
PRIORITIES = ("高", "中", "低")
STATES = ("未対応", "対応中", "完了")
OWNERS = {"sato": "佐藤 昇", "suzuki": "鈴木 花子", "tanaka": "田中 一郎", "yamada": "山田 恵"}
CUSTOMERS = ("青葉商事", "北浜電機", "みどり食品", "Sakura & Co.", "丸の内倉庫")
PAGES = ("/", "/price", "/contact", "/docs")
FIRST_DAY = date(2026, 4, 1)

INQUIRY_FORM: dict[str, dict[str, Any]] = {
    "inquiry_no": {"type": "SINGLE_LINE_TEXT", "label": "受付番号", "required": True, "unique": True},
    "customer": {"type": "SINGLE_LINE_TEXT", "label": "顧客名", "required": True},
    "subject": {"type": "SINGLE_LINE_TEXT", "label": "件名"},
    "detail": {"type": "MULTI_LINE_TEXT", "label": "内容"},
    "kind": {"type": "DROP_DOWN", "label": "種別", "options": list(KINDS)},
    "priority": {"type": "RADIO_BUTTON", "label": "優先度", "options": list(PRIORITIES), "defaultValue": "中"},
    "state": {"type": "DROP_DOWN", "label": "対応状況", "options": list(STATES)},
    "owner": {"type": "USER_SELECT", "label": "担当者"},
    "received": {"type": "DATE", "label": "受付日"},
    "due": {"type": "DATE", "label": "対応期限"},
    "amount": {"type": "NUMBER", "label": "見積金額", "unit": "円", "unitPosition": "AFTER"},
    "closed_at": {"type": "DATETIME", "label": "完了日時"},
    "history": {
        "type": "SUBTABLE",
        "label": "対応履歴",
        "fields": {
            "day": {"type": "DATE", "label": "対応日"},
            "note": {"type": "SINGLE_LINE_TEXT", "label": "対応内容"},
            "minutes": {"type": "NUMBER", "label": "所要時間", "unit": "分", "unitPosition": "AFTER"},
        },
    },
}
VISIT_FORM: dict[str, dict[str, Any]] = {
    "page": {"type": "SINGLE_LINE_TEXT", "label": "ページ"},
    "seen": {"type": "DATE", "label": "閲覧日"},
}


def create_apps(kintone: LocalKintone, visits: int = VISITS) -> dict[str, str]:
    """Create the inquiries and a log of so many visits; return a credential that may view both.

    The credential's app is that of the inquiries.
    """
    kintone.settings.users.update(OWNERS)
    inquiries = kintone.create_app("問い合わせ管理", INQUIRY_FORM)
    log = kintone.create_app("アクセス記録", VISIT_FORM)
    kintone.add_records(inquiries, inquiry_records())
    kintone.add_records(log, visit_records(visits))
    tokens = [kintone.token(app, "view") for app in (inquiries, log)]
    return {
        "kintone_domain": kintone.url,
        "kintone_app_id": str(inquiries),
        "kintone_api_token": ",".join(tokens),
    }


def inquiry_records() -> Iterator[dict[str, Any]]:
    """Yield the inquiries, by field code."""
    return (_inquiry(number) for number in range(1, INQUIRIES + 1))


def visit_records(count: int) -> Iterator[dict[str, Any]]:
    """Yield the visits, by field code."""
    return (
        {"page": PAGES[number * 7 % 4], "seen": (FIRST_DAY + timedelta(days=number % 180)).isoformat()}
        for number in range(count)
    )


def _inquiry(number: int) -> dict[str, Any]:
    received = FIRST_DAY + timedelta(days=number * 5 % 183)
    state = STATES[number * number % 7 % 3]
    kind = KINDS[number * 3 % 11 % 4]
    owner = list(OWNERS)[number * 5 % 9 % 4]
    is_quote = kind == KINDS[3]
    closed = f"{received + timedelta(days=3)}T{number % 9:02}:30:00Z" if state == STATES[2] else ""
    return {
        "inquiry_no": f"INQ-{number:04}",
        "customer": CUSTOMERS[number % 11 % 5],
        "subject": f"【{kind}】{('納期', '請求書', 'ログイン', '在庫', '仕様')[number % 5]}について",
        "detail": f"{CUSTOMERS[number % 11 % 5]}様より{kind}。\n折り返し連絡を希望。" if number % 4 else "",
        "kind": kind,
        "priority": PRIORITIES[number % 10 % 3],
        "state": state,
        # Nobody is responsible for some of them.
        "owner": [] if number % 13 == 0 else [{"code": owner, "name": OWNERS[owner]}],
        "received": received.isoformat(),
        "due": "" if number % 6 == 0 else (received + timedelta(days=14)).isoformat(),
        "amount": str(number * 1_250 % 90_000 + 30_000) + ".5" * (number % 2) if is_quote else "",
        "closed_at": closed,
        "history": [
            {
                "day": (received + timedelta(days=row)).isoformat(),
                "note": ("電話", "メール", "訪問")[row],
                "minutes": str(15 * row + 10),
            }
            for row in range(number % 4)
        ],
    }
