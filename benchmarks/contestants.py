"""The plain programs, each in a fresh process: `python -m benchmarks.contestants NAME`.

Standard input has the task as one line of JSON. The program makes itself ready with a small request, says so, waits
for a second line, does its work and writes what it used as JSON.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import TextIO

import requests

from benchmarks import plain_files, plain_readers, plain_writer
from benchmarks.meter import Meter
from benchmarks.tasks import TIMEOUT, OnPage, Task

BARE = "bare loop"
KEEP_ALIVE = "keep-alive loop"
LIMIT = "four threads"
WRITER = "keep-alive upsert loop"
UPLOADER = "buffered upload"
DOWNLOADER = "buffered download"

READY = "ready"


def _counted(read: Callable[[Task, OnPage], list[plain_readers.Record]]) -> Callable[[Task, OnPage], int]:
    return lambda task, on_page: len(read(task, on_page))


PROGRAMS: dict[str, Callable[[Task, OnPage], int]] = {
    BARE: _counted(plain_readers.bare_loop),
    KEEP_ALIVE: _counted(plain_readers.keep_alive_loop),
    LIMIT: _counted(plain_readers.four_threads),
    WRITER: plain_writer.upsert_loop,
    UPLOADER: plain_files.upload,
    DOWNLOADER: plain_files.download,
}


def main(name: str, given: TextIO, told: TextIO) -> None:
    """Run one program once."""
    task = read_task(given.readline())
    asked = {"app": str(task.app), "query": "limit 1"}
    requests.get(task.address("records"), params=asked, headers=task.headers, timeout=TIMEOUT).raise_for_status()
    meter = Meter()
    print(READY, file=told, flush=True)
    given.readline()
    meter.start()
    count = PROGRAMS[name](task, meter.page)
    print(json.dumps(asdict(meter.stop(count))), file=told, flush=True)


def read_task(line: str) -> Task:
    """Return the task in a line of JSON."""
    task = json.loads(line)
    return Task(**{**task, "fields": tuple(task["fields"])})


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin, sys.stdout)
