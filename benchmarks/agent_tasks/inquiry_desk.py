"""The site of the tasks that write: the local kintone's demo, and the variables that a workflow hands over."""

from typing import Any

from local_kintone import LocalKintone

INQUIRIES = 5
CUSTOMERS = 2
ORDERS = 1
LATEST_STOCK = 2_500


def credentials_for_writing(kintone: LocalKintone) -> dict[str, str]:
    """Return a credential for the inquiries: all rights there and to orders, view of customers."""
    tokens = [kintone.token(INQUIRIES), kintone.token(ORDERS), kintone.token(CUSTOMERS, "view")]
    return {
        "kintone_domain": kintone.url,
        "kintone_app_id": str(INQUIRIES),
        "kintone_api_token": ",".join(tokens),
    }


def workflow_variables() -> dict[str, Any]:
    """Return what earlier nodes made: the latest stock of 2,500 articles, whole and from entry 2,001 on."""
    latest = [_article(number) for number in range(1, LATEST_STOCK + 1)]
    return {"latest_stock": latest, "latest_stock_from_2001": latest[2_000:]}


def _article(number: int) -> dict[str, Any]:
    return {"sku": f"N-{number:05}", "name": f"新商品 {number}", "stock": str(number % 300)}
