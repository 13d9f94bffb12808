"""Ready-made apps with records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_kintone.seeds.customers import plant_customers
from local_kintone.seeds.every_field import plant_every_field
from local_kintone.seeds.guest import plant_guest_app
from local_kintone.seeds.orders import plant_many_orders, plant_orders
from local_kintone.seeds.wide import plant_wide

if TYPE_CHECKING:
    from local_kintone.apps import App
    from local_kintone.site import Site

NAMES = ("demo", "orders", "wide", "none")
DEFAULT_ORDERS = 1200
DEFAULT_WIDE = 10_000


def plant(site: Site, name: str, *, records: int = 0, gaps: int = 0) -> list[App]:
    """Add the apps of a seed.

    Args:
        site: the server's whole state.
        name: "demo" (Orders, Customers, Every field and an app in guest space 3), "orders" (the demo's first two
            apps with many generated orders), "wide" (one app of 20 fields), "none".
        records: how many records "orders" (1,200 unless given) and "wide" (10,000) get.
        gaps: with "wide", leave out every so-many-th id; 0 leaves none out.

    Raises:
        ValueError: no seed of this name.
    """
    if name == "demo":
        orders, customers = plant_orders(site), plant_customers(site)
        return [orders, customers, plant_every_field(site), plant_guest_app(site)]
    if name == "orders":
        orders, customers = plant_orders(site, with_records=False), plant_customers(site)
        plant_many_orders(site, orders, records or DEFAULT_ORDERS)
        return [orders, customers]
    if name == "wide":
        return [plant_wide(site, records or DEFAULT_WIDE, gaps)]
    if name == "none":
        return []
    raise ValueError(f"no seed {name!r}; there are {', '.join(NAMES)}")
