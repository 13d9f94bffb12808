"""The benchmark's programs, calculations and tables; no test measures time."""

import io
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks import BenchmarkError, cli_kintone, programs, runs, scope
from benchmarks.characters import Answer, csv_with_codes
from benchmarks.comparisons import CLI, DOWNLOAD_TOOL, IMPORT_TOOL, LOOP_TOOL
from benchmarks.markdown import megabytes, number, table
from benchmarks.meter import Usage
from benchmarks.programs import BARE, COLUMNS, DOWNLOADER, IMPORTER, KEEP_ALIVE, LIMIT, OnPage, Record, Task, csv_lines
from benchmarks.report import (
    Report,
    aggregation_table,
    character_table,
    detail_table,
    file_table,
    reading_table,
    writing_table,
)
from benchmarks.runs import Run, run_in_turns
from benchmarks.scope import Cell
from benchmarks.server import KintoneServer, RequestCounts, Target
from dify_host import Outcome
from local_kintone import LocalKintone

READERS = (programs.bare_loop, programs.keep_alive_loop, programs.four_threads)

type Read = Callable[[Task, OnPage], list[Record]]


@pytest.fixture
def kintone() -> Iterator[LocalKintone]:
    """Run a local kintone whose app of twenty fields has 1,203 records with gaps between their ids."""
    with LocalKintone(seed="wide", records=1203, gaps=7) as running:
        yield running


def task_for(kintone: LocalKintone, **given: object) -> Task:
    """Return a task on the app."""
    return Task(**{"url": kintone.url, "app": 1, "token": kintone.token(1, "view", "add", "edit"), **given})  # type: ignore[arg-type]


def run_of(wall: float, *, cpu: float | None = 1.0, memory: int | None = 10_000_000, count: int = 10_000) -> Run:
    """Return a run."""
    return Run(Usage(wall, cpu, memory, 0.25, count), RequestCounts(21, 4), longest_line=787_000, file_bytes=0)


def nothing() -> None:
    """Ignore a page."""


@pytest.mark.parametrize("read", READERS)
def test_plain_reader_when_ids_have_gaps(kintone: LocalKintone, read: Read) -> None:
    """Every plain reader returns every record once, in the order of the ids, with all fields."""
    assert read(task_for(kintone), nothing) == kintone.records(1)


@pytest.mark.parametrize("read", READERS)
def test_plain_reader_when_fields_are_named(kintone: LocalKintone, read: Read) -> None:
    """Every plain reader returns the fields it was asked for and reports each page."""
    pages: list[int] = []
    records = read(task_for(kintone, fields=("$id", "code")), lambda: pages.append(1))

    assert len(records) == 1203
    assert all(set(record) == {"$id", "code"} for record in records)
    assert len(pages) >= 3


@pytest.mark.parametrize("read", READERS)
def test_plain_reader_when_the_app_is_empty(kintone: LocalKintone, read: Read) -> None:
    """An app without records is read without an error."""
    app = kintone.create_app("Empty", {"code": {"type": "SINGLE_LINE_TEXT"}})

    assert read(task_for(kintone, app=app, token=kintone.token(app, "view")), nothing) == []


@pytest.mark.parametrize(("read", "connections"), [*zip(READERS, (3, 1, 5), strict=True)])
def test_plain_reader_when_connections_are_counted(kintone: LocalKintone, read: Read, connections: int) -> None:
    """The bare loop connects for each page, the keep-alive loop once, each thread once, after one for the last id."""
    kintone.reset()
    read(task_for(kintone), nothing)

    assert kintone.stats.connections == connections


def test_plain_writer_when_entries_are_new(kintone: LocalKintone) -> None:
    """The plain writer inserts each entry, a hundred per request."""
    kintone.reset()
    written = programs.upsert_loop(task_for(kintone, entries=230, prefix="N-"), nothing)

    assert written == 230
    assert len(kintone.records(1)) == 1203 + 230
    assert kintone.stats.by_api == {"PUT records": 3}


def test_plain_file_programs_when_a_file_is_transferred(kintone: LocalKintone) -> None:
    """The plain programs transfer a whole file from an address to kintone and back, and return its size."""
    app = kintone.create_app("Files", {"attachment": {"type": "FILE"}})
    key = kintone.site.files.upload("a.bin", "application/octet-stream", b"x" * 5000)
    [number] = kintone.add_records(app, [{}])
    record_key = _attach(kintone, app, key)
    task = task_for(kintone, app=app, token=kintone.token(app, "view", "add"), file_key=record_key)
    address = f"{kintone.url}/_local/apps"

    assert number == 1
    assert programs.download(task, nothing) == 5000
    assert programs.upload(task_for(kintone, source=address), nothing) > 0


def _attach(kintone: LocalKintone, app: int, key: str) -> str:
    attached = kintone.site.files.attach(key, app)
    assert attached is not None
    return attached[0]


def test_contestant_when_it_runs_alone(kintone: LocalKintone) -> None:
    """A contestant process reports when it is ready, and then what it used."""
    given = io.StringIO(f"{json.dumps(asdict(task_for(kintone, fields=('$id',))))}\n\n")
    output = io.StringIO()

    programs.main(KEEP_ALIVE, given, output)

    ready, answer = output.getvalue().splitlines()
    assert ready == programs.READY
    assert Usage(**json.loads(answer)).count == 1203


def test_alternate_when_a_program_is_slow() -> None:
    """Programs run in turn; the fastest run counts, with the most memory of all; a slow one does not run again."""
    order: list[str] = []
    walls = {"slow": iter([9.0]), "quick": iter([2.0, 1.0, 3.0])}
    memory = iter([5, 7, 9])

    def attempt(name: str) -> Run:
        order.append(name)
        return run_of(next(walls[name]), memory=next(memory) if name == "quick" else None)

    attempts = {name: (lambda name=name: attempt(name)) for name in walls}
    chosen = run_in_turns(attempts, 3, 5.0, lambda *_: None)

    assert order == ["slow", "quick", "quick", "quick"]
    assert (chosen["quick"].usage.wall, chosen["quick"].usage.memory) == (1.0, 9)
    assert chosen["slow"].usage.memory is None


def test_ratios_when_all_were_measured() -> None:
    """Ratios compare with the practical limit, the program's own CPU time and the bare loop."""
    ours = run_of(1.2, cpu=1.0)
    others = {BARE: run_of(4.0), LIMIT: run_of(0.8), "json_stream": ours}

    assert runs.ratio_to_limit(ours, others) == pytest.approx(1.5)
    assert runs.ratio_to_possible(ours, others) == pytest.approx(1.2)
    assert runs.speedup_over_bare(ours, others) == pytest.approx(10 / 3)
    assert runs.cpu_per_thousand(ours) == pytest.approx(0.1)
    assert runs.megabytes_per_second(run_of(2.0, count=40_000_000)) == pytest.approx(20.0)


def test_ratios_when_others_were_not_measured() -> None:
    """A program that was not measured gives no ratio."""
    run = run_of(1.0, cpu=None, memory=None)

    assert runs.ratio_to_limit(run, {}) is None
    assert runs.ratio_to_possible(run, {}) is None
    assert runs.speedup_over_bare(run, {}) is None
    assert runs.cpu_per_thousand(run) is None
    assert runs.memory_without_file(run) is None


def test_reading_table_when_a_reader_was_left_out() -> None:
    """A reader has a row per size and a column per latency; what was not measured is a dash."""
    read_results = {
        Cell(10_000, 0, (), (), ()): {BARE: run_of(2.0), LIMIT: run_of(0.5), "json_stream": run_of(1.0)},
        Cell(10_000, 50, (), (), ()): {LIMIT: run_of(0.75), "json_stream": run_of(0.9)},
    }
    lines = reading_table(read_results).splitlines()

    assert lines[0].startswith("| Reader | 0 ms | 50 ms |")
    assert lines[2].startswith("| **10,000 records of 20 fields** |")
    assert "| 2.00 s (4.00, 1.00x) | - |" in lines[3]
    assert "| 1.00 s (2.00, 2.00x) | 0.90 s (1.20) | 0.100 | 10.0 | 21 | 4 | 787 |" in lines[5]


def test_every_table_when_built() -> None:
    """Every row of every table has as many cells as its head."""
    read_results = {
        Cell(500, 0, ("$id",), (), ()): {LIMIT: run_of(1.0), "csv_file": run_of(2.0, cpu=None, memory=None)}
    }
    others = {"a": run_of(1.0), "b": Run(Usage(1.0, None, None, None, 0), RequestCounts(0, 0))}

    for text in (reading_table(read_results), detail_table(read_results), writing_table(others), file_table(others)):
        assert len({line.count("|") for line in text.splitlines()}) == 1


def test_verdicts_when_an_aim_is_missed() -> None:
    """Each target is shown with its worst value and whether it is met; small reads do not count."""
    group = {BARE: run_of(4.0), LIMIT: run_of(0.8), "json_stream": run_of(1.6, cpu=0.5)}
    read_results = {Cell(10_000, 50, (), (), ()): group, Cell(500, 50, (), (), ()): group}
    lines = list(Report(read_results, {}, {}, {}, {}, (), {}, 16.0).goal_results())

    assert lines[0].startswith("* **missed**: wall time at most 1.2 times")
    assert lines[0].endswith("2 (json_stream, 10,000 records of 20 fields, 50 ms)")
    assert lines[1].startswith("* **missed**: at least 4 times faster")
    assert lines[2].startswith("* met: CPU seconds")
    assert lines[3].startswith("* met: memory")
    assert lines[-1].startswith("* **missed**: a heartbeat")


@pytest.mark.parametrize(
    ("wall", "memory", "time_goal", "memory_goal"),
    [(2.0, 41_943_040, "met", "met"), (2.1, 41_943_041, "**missed**", "**missed**")],
)
def test_goals_when_an_aggregation_is_measured(wall: float, memory: int, time_goal: str, memory_goal: str) -> None:
    """An aggregation may take as long as the file of the same field, and 40 MiB."""
    runs = {"jsonl_file": run_of(2.0), "kintone_aggregate": run_of(wall, memory=memory)}
    goals = [
        line for line in Report({}, {"moment": runs}, {}, {}, {}, (), {}, 1.0).goal_results() if "DATETIME" in line
    ]

    assert [goal.partition(":")[0] for goal in goals] == [f"* {time_goal}", f"* {memory_goal}"]
    row = aggregation_table({"moment": runs}).splitlines()[-1]
    assert f"{wall / 2:.2f}" in row


@pytest.mark.parametrize(
    ("wall", "memory", "time_goal", "memory_goal"),
    [(2.0, 67_108_864, "met", "met"), (2.1, 67_108_865, "**missed**", "**missed**")],
)
def test_goals_when_an_import_is_measured(wall: float, memory: int, time_goal: str, memory_goal: str) -> None:
    """A file is imported three times as fast as by a request per 100 lines, with 64 MiB."""
    runs = {IMPORTER: run_of(6.0), IMPORT_TOOL: run_of(wall, memory=memory)}
    goals = [line for line in Report({}, {}, {}, runs, {}, (), {}, 1.0).goal_results() if "imported" in line]

    assert [goal.partition(":")[0] for goal in goals] == [f"* {time_goal}", f"* {memory_goal}"]


@pytest.mark.parametrize(("memory", "verdict"), [(67_108_864, "met"), (67_108_865, "**missed**")])
def test_goal_when_a_loop_imports_many_lines(memory: int, verdict: str) -> None:
    """The memory of one call holds for a file of several as well, and the table shows it."""
    imports = {IMPORTER: run_of(6.0), IMPORT_TOOL: run_of(2.0, memory=1)}
    report = Report({}, {}, {}, imports, {}, (), {}, 1.0, {LOOP_TOOL: run_of(60.0, memory=memory)})
    goals = [line for line in report.goal_results() if "imported with" in line]

    assert [goal.partition(":")[0] for goal in goals] == ["* met", f"* {verdict}"]
    assert "in a Loop | 60.0 |" in report.summary()


@pytest.mark.parametrize("others", [{}, {CLI: 9.0}], ids=["not installed", "installed"])
def test_report_when_the_command_line_tool_may_be_missing(others: dict[str, float]) -> None:
    """A reader learns why its row is not there."""
    imports = {IMPORTER: run_of(6.0), IMPORT_TOOL: run_of(2.0), **{name: run_of(wall) for name, wall in others.items()}}
    summary = Report({}, {}, {}, imports, {}, (), {}, 1.0).summary()

    assert ("cli-kintone is not installed" in summary) is not bool(others)
    assert ("`cli-kintone record import`" in summary) is bool(others)


def test_command_line_tool_is_measured_without_its_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The others are warm as well; its output does not get into the tables, and a failure is one of the benchmark."""
    command, calls = tmp_path / "cli-kintone", tmp_path / "calls"
    command.write_text(f'#!/bin/sh\necho "$@" >> {calls}\necho noise\n[ "$1" = --version ] || exit $STATUS\n')
    command.chmod(0o755)
    monkeypatch.setattr(cli_kintone, "PLACES", str(tmp_path))
    monkeypatch.setenv("STATUS", "0")
    found = cli_kintone.find_command()
    server = FakeServer(tmp_path / "ca.pem")

    assert found == str(command)
    run = cli_kintone.import_file(found, server, Target(7, "secret"), tmp_path / "records.csv", 20)

    assert run.usage.count == 20
    version, imported = calls.read_text().splitlines()
    assert version == "--version"
    assert f"--app 7 --api-token secret --file-path {tmp_path / 'records.csv'} --update-key code" in imported
    monkeypatch.setenv("STATUS", "3")
    with pytest.raises(BenchmarkError, match="3"):
        cli_kintone.import_file(found, server, Target(7, "secret"), tmp_path / "records.csv", 20)


class FakeHost:
    """A plugin that answers each call with the next of some outcomes."""

    def __init__(self, *outcomes: dict[str, int]) -> None:
        """Take the variables of the outcomes; the first is that of the warm-up."""
        self.pid = os.getpid()
        self.calls: list[Any] = []
        self._outcomes = iter([{}, *outcomes])

    def invoke(self, _tool: str, parameters: object, _credentials: object, **_options: object) -> SimpleNamespace:
        """Note the parameters and return the outcome."""
        self.calls.append(parameters)
        variables = next(self._outcomes)
        return SimpleNamespace(variables=variables, files=(), longest_line=len(self.calls), first_message_after=1.0)


def test_run_of_several_calls_counts_them_all(tmp_path: Path) -> None:
    """Each call has the parameters of the first but for those that change; the longest line of any call counts."""
    host: Any = FakeHost({"saved": 20, "next": 21}, {"saved": 5, "next": 0})
    plugin = runs.Plugin(host, FakeServer(tmp_path / "ca.pem"), Target(1, "secret"))

    def following(outcome: Outcome) -> dict[str, Any]:
        return {"first_entry": outcome.variables["next"]} if outcome.variables["next"] else {}

    run = plugin.run("tool", {"a": 1}, Target(7, "secret"), lambda outcome: int(outcome.variables["saved"]), following)

    assert host.calls[1:] == [{"a": 1}, {"a": 1, "first_entry": 21}]
    assert (run.usage.count, run.longest_line) == (25, 3)


class FakeServer(KintoneServer):
    """A server that does not run."""

    def __init__(self, ca_file: Path) -> None:
        """Take where its certificate would be."""
        self.ca_file = ca_file
        self.url = "https://127.0.0.1:1"

    def reset(self) -> None:
        """Do nothing."""

    def request_counts(self) -> RequestCounts:
        """Return that nothing was counted."""
        return RequestCounts(0, 0)


def test_imported_file_has_a_line_for_each_record() -> None:
    """Each has a key of its own and a cell for each column."""
    header, *lines = b"".join(csv_lines(1_500)).decode().splitlines()

    assert header.split(",") == list(COLUMNS)
    assert len(COLUMNS) == 12
    assert {len(line.split(",")) for line in lines} == {12}
    assert len({line.split(",")[0] for line in lines}) == 1_500


@pytest.mark.parametrize(("characters", "verdict"), [(230, "met"), (232, "**missed**")])
def test_goal_when_characters_are_counted(characters: int, verdict: str) -> None:
    """The worst answer with records counts; others have no ratio."""
    answers = [Answer("query", characters, 900, 200), Answer("query", 150, 900, 200), Answer("count", 5_000, 5_000)]
    (goal,) = (line for line in Report({}, {}, {}, {}, {}, answers, {}, 1.0).goal_results() if "characters" in line)
    rows = character_table(answers).splitlines()[2:]

    assert goal.startswith(f"* {verdict}: ")
    assert rows[0] == f"| query | {characters} | {characters / 200:.2f} | 900 |"
    assert rows[2] == "| count | 5,000 | - | 5,000 |"


def test_csv_has_the_codes_before_each_record() -> None:
    """A separator in a value is quoted, as a spreadsheet does."""
    rows = [{"a": "x, y", "b": ""}, {"a": "1\n2", "b": "z"}]

    assert csv_with_codes(rows) == 'a,b\n"x, y",\na,b\n"1\n2",z\n'


def test_scopes_when_compared() -> None:
    """The usual run leaves out readers that take minutes, never the practical limit; the full run leaves out none."""
    assert all(LIMIT in cell.programs for cell in scope.usual().cells)
    assert sum(BARE not in cell.programs for cell in scope.usual().cells) == 1
    assert all(cell.programs == (BARE, KEEP_ALIVE, LIMIT) for cell in scope.full().cells)
    assert len(scope.quick().cells) == 1


def test_numbers_when_written() -> None:
    """Numbers keep about three digits; None is a dash."""
    assert [number(value) for value in (0.123, 12.34, 1234.5, None)] == ["0.12", "12.3", "1,234", "-"]
    assert (megabytes(1_500_000), megabytes(None)) == ("1.50", "-")
    assert table(("a", "b"), [("x", "1")]) == "| a | b |\n| --- | ---: |\n| x | 1 |"


@pytest.mark.parametrize(("cpu", "verdict"), [(1.8, "met"), (1.9, "**missed**")])
def test_goal_when_cpu_is_compared_with_the_practical_limit(cpu: float, verdict: str) -> None:
    """The plugin's CPU time is divided by that of four threads which read the same records."""
    cell = Cell(10_000, 0, (), (LIMIT,), ("json_stream",))
    results = {cell: {LIMIT: run_of(1.0, cpu=2.0), "json_stream": run_of(1.0, cpu=cpu)}}

    (goal,) = (line for line in Report(results, {}, {}, {}, {}, (), {}, 1.0).goal_results() if "only parses" in line)

    assert goal.startswith(f"* {verdict}: ")


@pytest.mark.parametrize(("cpu", "verdict"), [(1.6, "met"), (1.7, "**missed**")])
def test_goal_when_a_download_is_measured(cpu: float, verdict: str) -> None:
    """The plugin's CPU time is divided by that of the plain program; without one of the two there is no goal."""
    both = {DOWNLOADER: run_of(1.0, cpu=1.0), DOWNLOAD_TOOL: run_of(1.0, cpu=cpu)}

    def goals(files: dict[str, Run]) -> list[str]:
        return [line for line in Report({}, {}, {}, {}, files, (), {}, 1.0).goal_results() if "download" in line]

    assert [line.partition(":")[0] for line in goals(both)] == [f"* {verdict}"]
    assert not goals({DOWNLOADER: both[DOWNLOADER]})
    assert not goals({DOWNLOAD_TOOL: both[DOWNLOAD_TOOL]})
