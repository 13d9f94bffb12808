"""The plain programs, each in a new process: `python -m benchmarks.programs NAME`.

The first line of standard input is the task as JSON. The program warms up with a small request, prints READY, waits
for a second line, does its work and prints its usage as JSON.
"""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import batched, pairwise
from typing import Any, TextIO

import requests

from benchmarks.meter import Meter

BARE = "bare loop"
KEEP_ALIVE = "keep-alive loop"
LIMIT = "four threads"
WRITER = "keep-alive upsert loop"
IMPORTER = "keep-alive import loop"
UPLOADER = "buffered upload"
DOWNLOADER = "buffered download"

READY = "ready"
TIMEOUT = 120.0  # seconds for one request
PAGE = 500
THREADS = 4
BATCH = 100  # the maximum number of records in one request to kintone
RANKS = ("High", "Middle", "Low")
KEY = "code"
COLUMNS = {
    KEY: "SINGLE_LINE_TEXT",
    **{f"text_{number}": "SINGLE_LINE_TEXT" for number in range(1, 9)},
    "number_1": "NUMBER",
    "day": "DATE",
    "rank": "SINGLE_LINE_TEXT",
}
"""The columns of an imported file, and the types of their fields."""

type Record = dict[str, Any]
type Get = Callable[..., requests.Response]
type OnPage = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Task:
    """The task of a program, sent to it as JSON.

    Attributes:
        url: Scheme, host and port of kintone.
        app: The app.
        token: An API token of the app.
        fields: Field codes to read; empty for all.
        entries: Number of entries to write.
        prefix: Prefix of the keys of the written entries.
        source: URL of the file to upload or import.
        file_key: Key of the file to download.
    """

    url: str
    app: int
    token: str
    fields: tuple[str, ...] = ()
    entries: int = 0
    prefix: str = ""
    source: str = ""
    file_key: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """The authentication header."""
        return {"X-Cybozu-API-Token": self.token}

    def address(self, api: str) -> str:
        """Return the URL of an API."""
        return f"{self.url}/k/v1/{api}.json"


def bare_loop(task: Task, on_page: OnPage) -> list[Record]:
    """Read with one `requests.get` per page and no session: a new connection each time."""
    return _follow_ids(requests.get, task, on_page)


def keep_alive_loop(task: Task, on_page: OnPage) -> list[Record]:
    """Read one page after another over one connection."""
    with requests.Session() as session:
        return _follow_ids(session.get, task, on_page)


def four_threads(task: Task, on_page: OnPage) -> list[Record]:
    """Read four id ranges of equal length concurrently, each over its own connection: the practical limit."""
    with requests.Session() as session:
        newest = _page(session.get, task, "order by $id desc limit 1", ("$id",))
    largest = int(newest[0]["$id"]["value"]) if newest else 0
    bounds = [largest * part // THREADS for part in range(THREADS + 1)]

    def read(bound: tuple[int, int]) -> list[Record]:
        with requests.Session() as session:
            return _follow_ids(session.get, task, on_page, *bound)

    with ThreadPoolExecutor(THREADS) as pool:
        return [record for part in pool.map(read, pairwise(bounds)) for record in part]


def upsert_loop(task: Task, on_page: OnPage) -> int:
    """Write with one upsert request per 100 entries over one connection; return the number of written records."""
    written = 0
    with requests.Session() as session:
        for batch in batched(entries(task.prefix, task.entries), BATCH):
            body = {"app": task.app, "upsert": True, "records": batch}
            response = session.put(task.address("records"), json=body, headers=task.headers, timeout=TIMEOUT)
            response.raise_for_status()
            written += len(response.json()["records"])
            on_page()
    return written


def import_loop(task: Task, on_page: OnPage) -> int:
    """Read a CSV file into memory, write its lines as `upsert_loop` does, and return their number."""
    source = requests.get(task.source, timeout=TIMEOUT)
    source.raise_for_status()
    written = 0
    with requests.Session() as session:
        for batch in batched(csv.DictReader(io.StringIO(source.content.decode())), BATCH):
            body = {"app": task.app, "upsert": True, "records": [_keyed(row) for row in batch]}
            response = session.put(task.address("records"), json=body, headers=task.headers, timeout=TIMEOUT)
            response.raise_for_status()
            written += len(response.json()["records"])
            on_page()
    return written


def _keyed(row: dict[str, str]) -> dict[str, Any]:
    record = {code: {"value": value} for code, value in row.items() if code != KEY}
    return {"updateKey": {"field": KEY, "value": row[KEY]}, "record": record}


def csv_lines(count: int) -> Iterator[bytes]:
    """Yield a CSV file of 12 columns, a thousand lines at a time."""
    yield f"{','.join(COLUMNS)}\n".encode()
    for numbers in batched(range(count), 1_000):
        yield "".join(f"K{number:06},{_cells(number)}\n" for number in numbers).encode()


def _cells(number: int) -> str:
    texts = ",".join(f"値 {number}-{place}" for place in range(len(COLUMNS) - 4))
    return f"{texts},{number},2026-{number % 12 + 1:02}-{number % 28 + 1:02},{RANKS[number % len(RANKS)]}"


def upload(task: Task, on_page: OnPage) -> int:
    """Download a file into memory, upload it to kintone and return its size in bytes."""
    source = requests.get(task.source, timeout=TIMEOUT)
    source.raise_for_status()
    on_page()
    parts = {"file": ("scan.bin", source.content, "application/octet-stream")}
    response = requests.post(task.address("file"), files=parts, headers=task.headers, timeout=TIMEOUT)
    response.raise_for_status()
    return len(source.content) if response.json()["fileKey"] else 0


def download(task: Task, on_page: OnPage) -> int:
    """Download a file from kintone into memory and return its size in bytes."""
    asked = {"fileKey": task.file_key}
    response = requests.get(task.address("file"), params=asked, headers=task.headers, timeout=TIMEOUT)
    response.raise_for_status()
    on_page()
    return len(response.content)


def entries(prefix: str, count: int) -> Iterator[dict[str, Any]]:
    """Yield entries to insert, in the format that both kintone and the plugin accept."""
    for number in range(count):
        record = {
            "text_1": {"value": f"値 {number}"},
            "number_1": {"value": str(number)},
            "rank": {"value": RANKS[number % len(RANKS)]},
            "day": {"value": f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}"},
        }
        yield {"updateKey": {"field": "code", "value": f"{prefix}{number:06}"}, "record": record}


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
    asked = {"app": task.app, "query": query, **{f"fields[{index}]": code for index, code in enumerate(fields)}}
    response = get(task.address("records"), params=asked, headers=task.headers, timeout=TIMEOUT)
    response.raise_for_status()
    page: list[Record] = json.loads(response.content)["records"]
    return page


def _counted(read: Callable[[Task, OnPage], list[Record]]) -> Callable[[Task, OnPage], int]:
    return lambda task, on_page: len(read(task, on_page))


PROGRAMS: dict[str, Callable[[Task, OnPage], int]] = {
    BARE: _counted(bare_loop),
    KEEP_ALIVE: _counted(keep_alive_loop),
    LIMIT: _counted(four_threads),
    WRITER: upsert_loop,
    IMPORTER: import_loop,
    UPLOADER: upload,
    DOWNLOADER: download,
}


def main(name: str, stdin: TextIO, stdout: TextIO) -> None:
    """Run one program once."""
    task = _read_task(stdin.readline())
    asked = {"app": str(task.app), "query": "limit 1"}
    requests.get(task.address("records"), params=asked, headers=task.headers, timeout=TIMEOUT).raise_for_status()
    meter = Meter()
    print(READY, file=stdout, flush=True)
    stdin.readline()
    meter.start()
    count = PROGRAMS[name](task, meter.page)
    print(json.dumps(asdict(meter.stop(count))), file=stdout, flush=True)


def _read_task(line: str) -> Task:
    task = json.loads(line)
    return Task(**{**task, "fields": tuple(task["fields"])})


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin, sys.stdout)
