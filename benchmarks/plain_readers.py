"""Readers as people write them: every record of an app, by record id, in pages of 500."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import requests

from benchmarks.tasks import TIMEOUT, OnPage, Task

PAGE = 500
THREADS = 4

type Record = dict[str, Any]
type Get = Callable[..., requests.Response]


def bare_loop(task: Task, on_page: OnPage) -> list[Record]:
    """Read with one `requests.get` per page and no session: a new connection each time."""
    return _follow_ids(requests.get, task, on_page)


def keep_alive_loop(task: Task, on_page: OnPage) -> list[Record]:
    """Read one page after another over one connection."""
    with requests.Session() as session:
        return _follow_ids(session.get, task, on_page)


def four_threads(task: Task, on_page: OnPage) -> list[Record]:
    """Read four id ranges of the same length at once, each over its own connection: the practical limit."""
    with requests.Session() as session:
        newest = _page(session.get, task, "order by $id desc limit 1", ("$id",))
    largest = int(newest[0]["$id"]["value"]) if newest else 0
    bounds = [largest * part // THREADS for part in range(THREADS + 1)]

    def read(bound: tuple[int, int]) -> list[Record]:
        with requests.Session() as session:
            return _follow_ids(session.get, task, on_page, *bound)

    with ThreadPoolExecutor(THREADS) as pool:
        return [record for part in pool.map(read, pairwise(bounds)) for record in part]


def _follow_ids(get: Get, task: Task, on_page: OnPage, after: int = 0, to: int | None = None) -> list[Record]:
    records: list[Record] = []
    within = "" if to is None else f" and $id <= {to}"
    while after != to:
        page = _page(get, task, f"$id > {after}{within} order by $id asc limit {PAGE}", task.fields)
        records += page
        on_page()
        if len(page) < PAGE:
            break
        after = int(page[-1]["$id"]["value"])
    return records


def _page(get: Get, task: Task, query: str, fields: tuple[str, ...]) -> list[Record]:
    asked = {"app": task.app, "query": query, **{f"fields[{place}]": code for place, code in enumerate(fields)}}
    response = get(task.address("records"), params=asked, headers=task.headers, timeout=TIMEOUT)
    response.raise_for_status()
    page: list[Record] = json.loads(response.content)["records"]
    return page
