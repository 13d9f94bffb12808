"""The comparison of file transfers: the plugin beside programs that hold the whole file in memory."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from benchmarks import progress
from benchmarks.children import run_program
from benchmarks.contestants import DOWNLOADER, UPLOADER
from benchmarks.failures import BenchmarkError
from benchmarks.ours import Plugins
from benchmarks.rounds import Attempt, Run, alternate
from benchmarks.scope import FILE_BYTES, Scope
from benchmarks.server import KintoneServer, Target
from benchmarks.tasks import TIMEOUT, Task

UPLOAD_TOOL = "kintone_upload_file"
DOWNLOAD_TOOL = "kintone_download_file"
NAME = "scan.bin"
FIELD = "attachment"


@dataclass(frozen=True, slots=True)
class _Transfer:
    server: KintoneServer
    plugins: Plugins
    target: Target
    file: Path
    file_key: str

    def attempts(self) -> dict[str, Attempt]:
        return {
            UPLOADER: self._plain_upload,
            UPLOAD_TOOL: self._our_upload,
            DOWNLOADER: self._plain_download,
            DOWNLOAD_TOOL: self._our_download,
        }

    def _plain_upload(self) -> Run:
        return self._plain(UPLOADER, source=self._served()["url"])

    def _plain_download(self) -> Run:
        return self._plain(DOWNLOADER, file_key=self.file_key)

    def _our_upload(self) -> Run:
        called = self.plugins.of(UPLOAD_TOOL).measured(UPLOAD_TOOL, {"upload_file": [self._served()]}, self.target)
        usage = called.usage.moved(sum(int(file["size"]) for file in called.outcome.variables["uploaded_files"]))
        return _checked(UPLOAD_TOOL, Run(usage, self.server.served(), called.outcome.longest_line))

    def _our_download(self) -> Run:
        called = self.plugins.of(DOWNLOAD_TOOL).measured(DOWNLOAD_TOOL, {"file_key": self.file_key}, self.target)
        usage = called.usage.moved(sum(len(file.content) for file in called.outcome.files))
        return _checked(DOWNLOAD_TOOL, Run(usage, self.server.served(), called.outcome.longest_line))

    def _plain(self, name: str, *, source: str = "", file_key: str = "") -> Run:
        task = Task(self.server.url, self.target.app, self.target.token, source=source, file_key=file_key)
        return _checked(name, Run(run_program(name, task, self.server), self.server.served()))

    def _served(self) -> dict[str, Any]:
        return self.plugins.of(UPLOAD_TOOL).host.serve(NAME, self.file, "application/octet-stream")


def measure_files(server: KintoneServer, plugins: Plugins, scope: Scope) -> dict[str, Run]:
    """Measure uploads and downloads of one large file, without latency."""
    progress.heading(f"a file of {FILE_BYTES / 1e6:.0f} MB")
    server.set_latency(0)
    target = server.create("Files", {FIELD: {"type": "FILE"}})
    with tempfile.TemporaryDirectory(prefix="kintone-benchmark-") as folder:
        file = Path(folder) / NAME
        file.write_bytes(os.urandom(FILE_BYTES))
        transfer = _Transfer(server, plugins, target, file, _attached(server, target, file))
        return alternate(transfer.attempts(), scope.rounds, scope.patience, progress.ran)


def _attached(server: KintoneServer, target: Target, file: Path) -> str:
    """Attach the file to a new record and return the key under which it can be downloaded."""
    task = Task(server.url, target.app, target.token)
    with requests.Session() as session:
        session.verify, session.trust_env = str(server.ca_file), False
        session.headers.update(task.headers)
        parts = {"file": (NAME, file.read_bytes(), "application/octet-stream")}
        key = session.post(task.address("file"), files=parts, timeout=TIMEOUT).json()["fileKey"]
        record = {"app": target.app, "record": {FIELD: {"value": [{"fileKey": key}]}}}
        session.post(task.address("record"), json=record, timeout=TIMEOUT).raise_for_status()
        found = session.get(task.address("records"), params={"app": str(target.app)}, timeout=TIMEOUT).json()
    return str(found["records"][0][FIELD]["value"][0]["fileKey"])


def _checked(name: str, run: Run) -> Run:
    if run.usage.count != FILE_BYTES:
        raise BenchmarkError(f"{name} moved {run.usage.count:,} of {FILE_BYTES:,} bytes")
    return run
