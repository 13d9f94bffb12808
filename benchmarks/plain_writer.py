"""A writer as people write it: one upsert request per 100 entries over one connection."""

from itertools import batched

import requests

from benchmarks.entries import entries
from benchmarks.tasks import TIMEOUT, OnPage, Task

BATCH = 100
"""The most records that kintone takes in one request."""


def upsert_loop(task: Task, on_page: OnPage) -> int:
    """Write the entries and return how many kintone answered for."""
    written = 0
    with requests.Session() as session:
        for batch in batched(entries(task.prefix, task.entries), BATCH):
            body = {"app": task.app, "upsert": True, "records": batch}
            response = session.put(task.address("records"), json=body, headers=task.headers, timeout=TIMEOUT)
            response.raise_for_status()
            written += len(response.json()["records"])
            on_page()
    return written
