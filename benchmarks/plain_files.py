"""Moving a file as people write it: the whole file is in memory."""

import requests

from benchmarks.tasks import TIMEOUT, OnPage, Task


def upload(task: Task, on_page: OnPage) -> int:
    """Fetch the file, send it to kintone and return its size in bytes."""
    source = requests.get(task.source, timeout=TIMEOUT)
    source.raise_for_status()
    on_page()
    parts = {"file": ("scan.bin", source.content, "application/octet-stream")}
    response = requests.post(task.address("file"), files=parts, headers=task.headers, timeout=TIMEOUT)
    response.raise_for_status()
    return len(source.content) if response.json()["fileKey"] else 0


def download(task: Task, on_page: OnPage) -> int:
    """Fetch the file from kintone and return its size in bytes."""
    asked = {"fileKey": task.file_key}
    response = requests.get(task.address("file"), params=asked, headers=task.headers, timeout=TIMEOUT)
    response.raise_for_status()
    on_page()
    return len(response.content)
