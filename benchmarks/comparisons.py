"""The comparisons: readers, writers, file transfers."""

import itertools
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import requests

from benchmarks import BenchmarkError, cli_kintone
from benchmarks.characters import Answer, measure
from benchmarks.programs import (
    COLUMNS,
    DOWNLOADER,
    IMPORTER,
    KEY,
    TIMEOUT,
    UPLOADER,
    WRITER,
    Task,
    csv_lines,
    entries,
)
from benchmarks.runs import Attempt, Plugins, Run, run_in_turns, run_program
from benchmarks.scope import ENTRIES, FILE_BYTES, GROUPED_FIELDS, WRITE_LATENCY, Cell, Scope
from benchmarks.server import KintoneServer, Target
from dify_host import Outcome

UPSERT_TOOL = "kintone_upsert_records"
IMPORT_TOOL = "kintone_upsert_records with records_file"
LOOP_TOOL = "kintone_upsert_records with records_file in a Loop"
CLI = "cli-kintone"
UPLOAD_TOOL = "kintone_upload_file"
DOWNLOAD_TOOL = "kintone_download_file"
AGGREGATE_TOOL = "kintone_aggregate"
JSONL_MODE = "jsonl_file"
_FILE = "scan.bin"
_FIELD = "attachment"

type ReadResults = Mapping[Cell, Mapping[str, Run]]
type Aggregations = Mapping[str, Mapping[str, Run]]
"""For each field the runs of the aggregation and of the file, by program."""


def log_progress(text: str) -> None:
    """Print the progress to stderr; stdout contains only the tables."""
    print(f"· {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Runs the comparisons of plain programs and the plugin on one server."""

    server: KintoneServer
    plugins: Plugins
    scope: Scope

    def readers(self, targets: Mapping[int, Target]) -> ReadResults:
        """Measure every cell; `targets` contains an app for each number of records."""
        read_results = {}
        for cell in self.scope.cells:
            log_progress(f"{cell.title}, {cell.latency_ms} ms")
            target = targets[cell.records]
            programs: dict[str, Attempt] = {name: partial(self._read, name, cell, target) for name in cell.programs}
            modes = {mode: partial(self._query, mode, cell, target) for mode in cell.modes}
            read_results[cell] = self._compared(programs | modes, cell.latency_ms)
        return read_results

    def writers(self) -> Mapping[str, Run]:
        """Measure both writers; each run writes to a new app and inserts every entry."""
        log_progress(f"{ENTRIES:,} entries written, {WRITE_LATENCY} ms")
        prefixes = (f"N{number}-" for number in itertools.count())
        attempts = {WRITER: lambda: self._write(next(prefixes)), UPSERT_TOOL: lambda: self._upsert(next(prefixes))}
        return self._compared(attempts, WRITE_LATENCY)

    def imports(self) -> Mapping[str, Run]:
        """Measure the import of one CSV file into a new app."""
        log_progress(f"{self.scope.lines:,} lines imported, {WRITE_LATENCY} ms")
        attempts: dict[str, Attempt] = {IMPORTER: self._import_plainly, IMPORT_TOOL: self._import}
        command = cli_kintone.find_command()
        with tempfile.TemporaryDirectory(prefix="kintone-benchmark-") as folder:
            if command is not None:
                file = Path(folder) / "records.csv"
                file.write_bytes(b"".join(csv_lines(self.scope.lines)))
                attempts[CLI] = partial(self._import_by_command, command, file)
            return self._compared(attempts, WRITE_LATENCY)

    def loop_imports(self) -> Mapping[str, Run]:
        """Measure the import of one large CSV file by several calls, without latency; nothing where it is left out."""
        lines = self.scope.many_lines
        if not lines:
            return {}
        log_progress(f"{lines:,} lines imported by a Loop")
        return self._compared({LOOP_TOOL: self._import_in_calls}, 0)

    def transfers(self) -> Mapping[str, Run]:
        """Measure uploads and downloads of one large file, without latency."""
        log_progress(f"a file of {FILE_BYTES / 1e6:.0f} MB")
        with _stored_file(self.server) as (target, file, key):
            attempts = {
                UPLOADER: lambda: self._transfer(UPLOADER, target, source=self._served(file)["url"]),
                UPLOAD_TOOL: lambda: self._upload(target, file),
                DOWNLOADER: lambda: self._transfer(DOWNLOADER, target, file_key=key),
                DOWNLOAD_TOOL: lambda: self._download(target, key),
            }
            return self._compared(attempts, 0)

    def answers(self) -> Sequence[Answer]:
        """Measure how many characters a model reads of the answers, without latency."""
        log_progress("characters of the answers")
        self.server.set_latency(0)
        return measure(self.server, self.plugins.of("answers").host)

    def aggregations(self, records: int, target: Target) -> Aggregations:
        """Measure grouping by month and writing the same field to a file, without latency, for each type of date."""
        results = {}
        for field in GROUPED_FIELDS:
            log_progress(f"{records:,} records grouped by {field}")
            cell = Cell(records, 0, (field,), (), (JSONL_MODE,))
            attempts = {
                JSONL_MODE: partial(self._query, JSONL_MODE, cell, target),
                AGGREGATE_TOOL: partial(self._aggregate, field, records, target),
            }
            results[field] = self._compared(attempts, 0)
        return results

    def _compared(self, attempts: Mapping[str, Attempt], latency_ms: int) -> dict[str, Run]:
        self.server.set_latency(latency_ms)
        return run_in_turns(attempts, self.scope.rounds, self.scope.max_seconds, _log_run)

    def _read(self, name: str, cell: Cell, target: Target) -> Run:
        task = Task(self.server.url, target.app, target.token, cell.fields)
        return _require_count(name, run_program(name, task, self.server), cell.records)

    def _query(self, mode: str, cell: Cell, target: Target) -> Run:
        parameters = {"output_mode": mode, "fields": ", ".join(cell.fields)}
        run = self.plugins.of(mode).run("kintone_query", parameters, target, _records)
        return _require_count(mode, run, cell.records)

    def _aggregate(self, field: str, records: int, target: Target) -> Run:
        run = self.plugins.of(AGGREGATE_TOOL).run(AGGREGATE_TOOL, {"group_by": f"{field}:month"}, target, _records)
        return _require_count(AGGREGATE_TOOL, run, records)

    def _write(self, prefix: str) -> Run:
        target = self.server.create_seeded_app(1)
        task = Task(self.server.url, target.app, target.token, entries=ENTRIES, prefix=prefix)
        return _require_count(WRITER, run_program(WRITER, task, self.server), ENTRIES)

    def _upsert(self, prefix: str) -> Run:
        target = self.server.create_seeded_app(1)
        records = json.dumps({"records": list(entries(prefix, ENTRIES))}, ensure_ascii=False)
        run = self.plugins.of(UPSERT_TOOL).run(UPSERT_TOOL, {"records_data": records}, target, _inserted)
        return _require_count(UPSERT_TOOL, run, ENTRIES)

    def _import_plainly(self) -> Run:
        target = self._import_app()
        source = self._csv_file(IMPORT_TOOL, self.scope.lines)["url"]
        task = Task(self.server.url, target.app, target.token, source=source)
        return _require_count(IMPORTER, run_program(IMPORTER, task, self.server), self.scope.lines)

    def _import(self) -> Run:
        parameters = {"records_file": self._csv_file(IMPORT_TOOL, self.scope.lines), "update_key": KEY}
        run = self.plugins.of(IMPORT_TOOL).run(UPSERT_TOOL, parameters, self._import_app(), _inserted)
        return _require_count(IMPORT_TOOL, run, self.scope.lines)

    def _import_by_command(self, command: str, file: Path) -> Run:
        target = self._import_app()
        run = cli_kintone.import_file(command, self.server, target, file, self.scope.lines)
        self._require_stored(CLI, target, self.scope.lines)
        return run

    def _import_in_calls(self) -> Run:
        lines, target = self.scope.many_lines, self._import_app()

        def following(outcome: Outcome) -> dict[str, Any]:
            entry = int(outcome.variables["next_entry"])
            # Dify signs the link for each call; it is valid for five minutes.
            return {"first_entry": entry, "records_file": self._csv_file(LOOP_TOOL, lines)} if entry else {}

        parameters = {"records_file": self._csv_file(LOOP_TOOL, lines), "update_key": KEY, "stop_early": True}
        run = self.plugins.of(LOOP_TOOL).run(UPSERT_TOOL, parameters, target, _inserted, following)
        self._require_stored(LOOP_TOOL, target, lines)
        return _require_count(LOOP_TOOL, run, lines)

    def _require_stored(self, name: str, target: Target, count: int) -> None:
        task = Task(self.server.url, target.app, target.token)
        with _session(self.server, task) as session:
            asked = {"app": str(target.app), "query": "limit 1", "totalCount": "true"}
            stored = session.get(task.address("records"), params=asked, timeout=TIMEOUT).json()["totalCount"]
        if stored != str(count):
            raise BenchmarkError(f"{name} stored {stored} of {count:,} records")

    def _import_app(self) -> Target:
        return self.server.create(
            "Imports", {code: {"type": kind, "unique": code == KEY} for code, kind in COLUMNS.items()}
        )

    def _csv_file(self, work: str, lines: int) -> dict[str, Any]:
        host = self.plugins.of(work).host
        return host.serve("records.csv", lambda: csv_lines(lines), "text/csv", with_length=False)

    def _transfer(self, name: str, target: Target, *, source: str = "", file_key: str = "") -> Run:
        task = Task(self.server.url, target.app, target.token, source=source, file_key=file_key)
        return _require_count(name, run_program(name, task, self.server), FILE_BYTES)

    def _upload(self, target: Target, file: Path) -> Run:
        parameters = {"upload_file": [self._served(file)]}
        run = self.plugins.of(UPLOAD_TOOL).run(UPLOAD_TOOL, parameters, target, _uploaded)
        return _require_count(UPLOAD_TOOL, run, FILE_BYTES)

    def _download(self, target: Target, key: str) -> Run:
        run = self.plugins.of(DOWNLOAD_TOOL).run(DOWNLOAD_TOOL, {"file_key": key}, target, _downloaded)
        return _require_count(DOWNLOAD_TOOL, run, FILE_BYTES)

    def _served(self, file: Path) -> dict[str, Any]:
        return self.plugins.of(UPLOAD_TOOL).host.serve(_FILE, file, "application/octet-stream")


def _log_run(name: str, run: Run) -> None:
    print(f"    {name}: {run.usage.wall:.2f} s", file=sys.stderr, flush=True)


def _require_count(name: str, run: Run, count: int) -> Run:
    if run.usage.count != count:
        raise BenchmarkError(f"{name} transferred {run.usage.count:,} of {count:,} records, entries or bytes")
    return run


def _records(outcome: Outcome) -> int:
    return int(outcome.variables["record_count"])


def _inserted(outcome: Outcome) -> int:
    return int(outcome.variables["upsert_result"]["add"])


def _uploaded(outcome: Outcome) -> int:
    return sum(int(file["size"]) for file in outcome.variables["uploaded_files"])


def _downloaded(outcome: Outcome) -> int:
    return sum(len(file.content) for file in outcome.files)


@contextmanager
def _stored_file(server: KintoneServer) -> Iterator[tuple[Target, Path, str]]:
    """Create a file and attach it to a record of a new app; yield the app, the file and its file key."""
    server.set_latency(0)
    target = server.create("Files", {_FIELD: {"type": "FILE"}})
    with tempfile.TemporaryDirectory(prefix="kintone-benchmark-") as folder:
        file = Path(folder) / _FILE
        file.write_bytes(os.urandom(FILE_BYTES))
        yield target, file, _attached(server, target, file)


def _session(server: KintoneServer, task: Task) -> requests.Session:
    session = requests.Session()
    session.verify, session.trust_env = str(server.ca_file), False
    session.headers.update(task.headers)
    return session


def _attached(server: KintoneServer, target: Target, file: Path) -> str:
    task = Task(server.url, target.app, target.token)
    with _session(server, task) as session:
        parts = {"file": (_FILE, file.read_bytes(), "application/octet-stream")}
        key = session.post(task.address("file"), files=parts, timeout=TIMEOUT).json()["fileKey"]
        record = {"app": target.app, "record": {_FIELD: {"value": [{"fileKey": key}]}}}
        session.post(task.address("record"), json=record, timeout=TIMEOUT).raise_for_status()
        found = session.get(task.address("records"), params={"app": str(target.app)}, timeout=TIMEOUT).json()
    return str(found["records"][0][_FIELD]["value"][0]["fileKey"])
