"""Seed apps from the JSON files in this folder, and generated records."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_kintone.forms.changing import change_form
from local_kintone.forms.process import Process
from local_kintone.loading import load_records
from local_kintone.writing.assignees import people
from local_kintone.writing.commenting import composed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_kintone.forms.apps import App
    from local_kintone.forms.form import Field
    from local_kintone.site import Site

NAMES = ("demo", "orders", "wide", "none")
DEFAULT_ORDERS = 1200
DEFAULT_WIDE = 10_000
FOLDER = Path(__file__).parent

type Seed = dict[str, Any]


def create_seed(site: Site, name: str, *, records: int = 0, gaps: int = 0) -> list[App]:
    """Create the apps of a seed.

    Args:
        site: the server's state.
        name: "demo" (Orders, Customers, Every field, an app in guest space 3, and inquiries with a workflow and
            comments), "orders" (the demo's first two apps with many generated orders), "wide" (one app of 20
            fields), "none".
        records: number of records of "orders" (default 1,200) and "wide" (default 10,000).
        gaps: with "wide", leave out every n-th id; 0 leaves out none.

    Raises:
        ValueError: there is no seed of this name.
    """
    if name == "demo":
        orders, customers = _create_orders(site), _create_app(site, _read("customers"))
        every_field = _create_app(site, _read("every_field", customers.number))
        guest_notes = _create_app(site, _read("guest_notes"))
        inquiries = _create_app(site, _read("inquiries", customers.number))
        return [orders, customers, every_field, guest_notes, inquiries]
    if name == "orders":
        orders, customers = _create_orders(site, with_records=False), _create_app(site, _read("customers"))
        load_records(site, orders, (_order(number) for number in range(1, (records or DEFAULT_ORDERS) + 1)))
        return [orders, customers]
    if name == "wide":
        wide = _create_app(site, _read("wide"))
        load_records(site, wide, _wide_records(records or DEFAULT_WIDE, gaps))
        return [wide]
    if name == "none":
        return []
    raise ValueError(f"unknown seed {name!r}; the seeds are {', '.join(NAMES)}")


def _read(name: str, customers: int = 0) -> Seed:
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    seed: Seed = json.loads(text.replace("{customers}", str(customers)))
    return seed


def _create_app(site: Site, seed: Seed) -> App:
    process = seed.get("process")
    app = site.apps.create(
        seed["name"],
        seed["properties"],
        guest_space=seed.get("guest_space"),
        layout=seed.get("layout"),
        description=seed.get("description", ""),
        process=None if process is None else Process.from_definition(process),
    )
    load_records(site, app, _records(site, app, seed))
    for given in seed.get("comments", ()):
        moment = datetime.fromisoformat(given["at"])
        mentions = [{"code": code, "type": "USER"} for code in given.get("mentions", ())]
        comment = composed(site.settings, given["by"], moment, given["text"], mentions)
        site.comments.add(app.number, given["record"], comment)
    return app


def _create_orders(site: Site, *, with_records: bool = True) -> App:
    app = site.apps.create("Orders", {})
    # The lookup refers to the app that is created next.
    seed = _read("orders", app.number + 1)
    change_form(site, app, seed["properties"])
    if with_records:
        load_records(site, app, _records(site, app, seed))
    return app


def _records(site: Site, app: App, seed: Seed) -> Iterator[dict[str, Any]]:
    for given in seed["records"]:
        yield {code: _value(site, app, app.form.fields[code], value) for code, value in given.items()}


def _value(site: Site, app: App, field: Field, given: Any) -> Any:  # noqa: ANN401 - any shape of a value
    if field.type in ("USER_SELECT", "STATUS_ASSIGNEE"):
        return people(site.settings, (user["code"] for user in given))
    if field.type == "FILE":
        return [_attached(site, app, **file) for file in given]
    if field.type == "SUBTABLE":
        return [{code: _value(site, app, field.columns[code], cell) for code, cell in row.items()} for row in given]
    return given


def _attached(site: Site, app: App, *, name: str, content: str, **of_file: str) -> dict[str, str]:
    stored = content.encode()
    upload_key = site.files.upload(name, of_file["contentType"], stored)
    attached = site.files.attach(upload_key, app.number)
    key = attached[0] if attached else upload_key
    return {"fileKey": key, "name": name, **of_file, "size": str(len(stored))}


def _order(number: int) -> dict[str, Any]:
    """Return a generated order: every third is High, every fifth has the tag セール, the names repeat every 50."""
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


def _wide_records(count: int, gaps: int) -> Iterator[dict[str, Any]]:
    number = 0
    for _ in range(count):
        number += 1
        if gaps and number % gaps == 0:
            number += 1
        yield _wide_record(number)


def _wide_record(number: int) -> dict[str, Any]:
    record: dict[str, Any] = {"$id": number, "code": f"W-{number:07}"}
    for index in range(1, 9):
        record[f"text_{index}"] = f"値 {number % (10 * index)} of text_{index}"
    for index in range(1, 5):
        record[f"number_{index}"] = str(number * (index + 6) % 10_007)
    record["memo"] = f"Record {number} 東京都 test data"
    record["rank"] = ("High", "Middle", "Low")[number % 3]
    record["tags"] = ["red", "blue"] if number % 2 else []
    record["day"] = f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}"
    record["clock"] = f"{number % 24:02}:{number % 60:02}"
    record["moment"] = f"{record['day']}T{record['clock']}:00Z"
    record["page"] = f"https://example.com/items/{number}"
    return record
