"""The report in Markdown: tables, goals and the machine."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.agent_tasks.player import Transcript
from benchmarks.characters import MAX_RATIO_TO_CSV, RECORDS, Answer
from benchmarks.comparisons import (
    AGGREGATE_TOOL,
    CLI,
    DOWNLOAD_TOOL,
    IMPORT_TOOL,
    JSONL_MODE,
    LOOP_TOOL,
    UPLOAD_TOOL,
    UPSERT_TOOL,
    Aggregations,
    ReadResults,
)
from benchmarks.machine import machine
from benchmarks.markdown import NO_VALUE, megabytes, number, table
from benchmarks.programs import BARE, DOWNLOADER, IMPORTER, KEEP_ALIVE, LIMIT, UPLOADER, WRITER
from benchmarks.runs import (
    Run,
    cpu_per_thousand,
    cpu_ratio,
    cpu_ratio_to_limit,
    megabytes_per_second,
    memory_without_file,
    ratio_to_limit,
    ratio_to_possible,
    speedup_over_bare,
)
from benchmarks.scope import ENTRIES, FILE_BYTES, GROUPED_FIELDS, MANY_LINES, MIDDLE, MODES, WRITE_LATENCY, Cell

type Value = Callable[[Run, Mapping[str, Run]], float | None]

MAX_LINE_BYTES = 5_242_880
MAX_WRITE_REQUESTS = 7
MAX_HEARTBEAT_GAP = 15.0
MAX_AGGREGATION_RATIO = 1.0
"""Wall time of an aggregation divided by that of a file of the same field, read in the same comparison."""
MAX_AGGREGATION_MEMORY = 40 * 1024 * 1024
MIN_IMPORT_SPEEDUP = 3.0
"""How many times faster than a request per 100 lines a file is imported."""
MAX_IMPORT_MEMORY = 64 * 1024 * 1024
MAX_DOWNLOAD_CPU = 1 / 0.6
"""CPU time of a download divided by that of `requests`. The wall time is that of the host, which decodes each chunk."""

NAMES = {
    BARE: "a request per page, no session",
    KEEP_ALIVE: "one request after another, kept alive",
    LIMIT: "four threads over id ranges (practical limit)",
    WRITER: "a request per 100 entries, kept alive",
    UPSERT_TOOL: "**plugin** `kintone_upsert_records`",
    IMPORTER: "a CSV file, a request per 100 lines, kept alive",
    IMPORT_TOOL: "a CSV file, **plugin** `kintone_upsert_records`",
    CLI: "a CSV file, `cli-kintone record import`, without its start",
    LOOP_TOOL: "a CSV file, **plugin** `kintone_upsert_records` in a Loop",
    UPLOADER: "upload, `requests`, whole file in memory",
    UPLOAD_TOOL: "upload, **plugin** `kintone_upload_file`",
    DOWNLOADER: "download, `requests`, whole file in memory",
    DOWNLOAD_TOOL: "download, **plugin** `kintone_download_file`",
}

DETAILS = (
    "Reader",
    "Records",
    "Fields",
    "Latency ms",
    "Wall s",
    "÷ limit",
    "÷ max(limit, own CPU)",
    "Times faster than bare",
    "First page s",
    "Requests",
    "Connections",
    "CPU s",
    "CPU s per 1,000",
    "Memory MB",
    "File MB",
    "Longest line kB",
)

NO_CLI = " (cli-kintone is not installed here)"
LOOP_TITLE = f"Importing {MANY_LINES:,} lines by several calls, no latency:"

METHOD = """\
Local kintone over HTTPS in its own process; every request takes the latency longer, every new connection twice the
latency; answers are compressed. All programs warmed up, run in turn; the fastest run counts, for memory the largest.
In parentheses: wall time divided by that of the practical limit, and how many times faster than a request per page
without a session. CPU and memory (over the idle process) are those of the program; the plugin also writes everything
to its standard output, where Dify reads it."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal for every large read.

    Attributes:
        text: Description with a placeholder for the bound.
        bound: The maximum, or the minimum with `at_least`.
        value: Returns the value of a run, given all runs of its cell; None if it was not measured.
        at_least: Whether the bound is a minimum.
        with_latency: Whether the goal applies only to reads with latency.
    """

    text: str
    bound: float
    value: Value
    at_least: bool = False
    with_latency: bool = False


GOALS = (
    Goal(
        "wall time at most {:g} times the larger of the practical limit and the plugin's own CPU",
        1.2,
        ratio_to_possible,
    ),
    Goal("at least {:g} times faster than the bare loop", 4.0, speedup_over_bare, at_least=True, with_latency=True),
    Goal("CPU seconds per 1,000 records under {:g}", 0.06, lambda run, _: cpu_per_thousand(run)),
    Goal("memory over the idle process under {:g} MB, without the file", 40.0, lambda run, _: _megabytes(run)),
    Goal("CPU at most {:g} times that of the practical limit, which only parses", 0.9, cpu_ratio_to_limit),
)


@dataclass(frozen=True, slots=True)
class Report:
    """All measurements."""

    read_results: ReadResults
    aggregations: Aggregations
    writing: Mapping[str, Run]
    imports: Mapping[str, Run]
    files: Mapping[str, Run]
    answers: Sequence[Answer]
    tasks: Mapping[Transcript, int]
    heartbeat_gap: float
    loop_imports: Mapping[str, Run] = field(default_factory=dict)

    def summary(self) -> str:
        """Return the tables of the comparisons."""
        return "\n\n".join(
            [
                f"Measured on {machine()}.\n\n{METHOD}",
                reading_table(self.read_results),
                "Grouping by month, and the same field as a file, no latency:",
                aggregation_table(self.aggregations),
                f"Writing {ENTRIES:,} new entries, {WRITE_LATENCY} ms:",
                writing_table(self.writing),
                f"Importing a file of 12 columns, {WRITE_LATENCY} ms{'' if CLI in self.imports else NO_CLI}:",
                writing_table(self.imports),
                *([LOOP_TITLE, writing_table(self.loop_imports)] if self.loop_imports else []),
                f"A file of {FILE_BYTES / 1e6:.0f} MB, no latency:",
                file_table(self.files),
                f"Characters that a model reads; {RECORDS} records of 12 fields have CSV with their codes beside them:",
                character_table(self.answers),
                "Characters that a model reads in the answers of everyday tasks (benchmarks/agent_tasks/reading):",
                task_table(self.tasks),
            ]
        )

    def full_text(self) -> str:
        """Return the tables, the goals and all numbers."""
        aims = "\n".join(self.goal_results())
        return "\n\n".join(
            ["# Benchmark", self.summary(), "## Goals", aims, "## All numbers", f"{detail_table(self.read_results)}\n"]
        )

    def goal_results(self) -> Iterator[str]:
        """Yield a line for each goal with its worst value."""
        for goal in GOALS:
            values = list(_values(goal, self.read_results))
            if values:
                worst, where = min(values) if goal.at_least else max(values)
                holds = worst >= goal.bound if goal.at_least else worst <= goal.bound
                yield _line(goal.text.format(goal.bound), f"{worst:.3g} ({where})", holds=holds)
        yield from self._aggregation_goals()
        yield from self._import_goals()
        if ratio := cpu_ratio(self.files, DOWNLOAD_TOOL, DOWNLOADER):
            text = f"a download takes at most {MAX_DOWNLOAD_CPU:.2f} times the CPU of requests"
            yield _line(text, number(ratio), holds=ratio <= MAX_DOWNLOAD_CPU)
        ratio = max((answer.ratio or 0.0 for answer in self.answers), default=0.0)
        text = f"{RECORDS} records take at most {MAX_RATIO_TO_CSV:g} times the characters of CSV with their codes"
        yield _line(text, number(ratio), holds=ratio <= MAX_RATIO_TO_CSV)
        yield from self._task_goals()
        groups = [self.writing, *self.read_results.values(), *self.aggregations.values()]
        runs = [run for group in groups for run in group.values()]
        longest, gap = max((run.longest_line or 0 for run in runs), default=0), self.heartbeat_gap
        text = f"no line on stdout over {MAX_LINE_BYTES:,} bytes"
        yield _line(text, f"longest {longest:,}", holds=longest <= MAX_LINE_BYTES)
        yield _line(
            f"a heartbeat every {MAX_HEARTBEAT_GAP:g} s", f"longest gap {gap:.1f} s", holds=gap <= MAX_HEARTBEAT_GAP
        )
        if UPSERT_TOOL in self.writing:
            requests = self.writing[UPSERT_TOOL].request_counts.requests
            text = f"10,000 entries written with at most {MAX_WRITE_REQUESTS} requests"
            yield _line(text, f"{requests}", holds=requests <= MAX_WRITE_REQUESTS)

    def _aggregation_goals(self) -> Iterator[str]:
        for code, runs in self.aggregations.items():
            kind, ratio = GROUPED_FIELDS[code], ratio_to_file(runs)
            text = f"grouping by month of a {kind} takes at most {MAX_AGGREGATION_RATIO:g} times as long as its file"
            yield _line(text, number(ratio), holds=ratio <= MAX_AGGREGATION_RATIO)
            memory = runs[AGGREGATE_TOOL].usage.memory or 0
            text = f"grouping by month of a {kind} takes at most {megabytes(MAX_AGGREGATION_MEMORY)} MB"
            yield _line(text, megabytes(memory), holds=memory <= MAX_AGGREGATION_MEMORY)

    def _import_goals(self) -> Iterator[str]:
        if IMPORT_TOOL not in self.imports or IMPORTER not in self.imports:
            return
        plugin = self.imports[IMPORT_TOOL].usage
        speedup = self.imports[IMPORTER].usage.wall / plugin.wall
        text = f"{plugin.count:,} lines are imported at least {MIN_IMPORT_SPEEDUP:g} times faster than 100 per request"
        yield _line(text, number(speedup), holds=speedup >= MIN_IMPORT_SPEEDUP)
        for usage in (plugin, *(run.usage for run in self.loop_imports.values())):
            text = f"{usage.count:,} lines are imported with at most {megabytes(MAX_IMPORT_MEMORY)} MB"
            yield _line(text, megabytes(usage.memory), holds=(usage.memory or 0) <= MAX_IMPORT_MEMORY)

    def _task_goals(self) -> Iterator[str]:
        for task, characters in self.tasks.items():
            if task.max_characters is not None:
                text = f"the task {task.name} takes at most {task.max_characters:,} characters"
                yield _line(text, f"{characters:,}", holds=characters <= task.max_characters)


def _values(goal: Goal, read_results: ReadResults) -> Iterator[tuple[float, str]]:
    for cell, runs in read_results.items():
        if cell.records < MIDDLE or (goal.with_latency and not cell.latency_ms):
            continue
        for mode in MODES:
            if mode in runs and (value := goal.value(runs[mode], runs)) is not None:
                yield value, _where(cell, mode)


def _where(cell: Cell, mode: str) -> str:
    return f"{mode}, {cell.title}, {cell.latency_ms} ms"


def _megabytes(run: Run) -> float | None:
    memory = memory_without_file(run)
    return None if memory is None else memory / 1e6


def _line(text: str, value: str, *, holds: bool) -> str:
    return f"* {'met' if holds else '**missed**'}: {text}; {value}"


def name(program: str) -> str:
    """Return the name of a program in the tables."""
    return NAMES.get(program, f"**plugin** `{program}`")


def reading_table(read_results: ReadResults) -> str:
    """Return the table of the readers: one row per reader and size, one column per latency."""
    latencies = sorted({cell.latency_ms for cell in read_results})
    head = ["Reader", *(f"{latency} ms" for latency in latencies)]
    head += ["CPU s per 1,000", "Memory MB", "Requests", "Connections", "Longest line kB"]
    rows: list[list[str]] = []
    for title, cells in _by_title(read_results).items():
        rows.append([f"**{title}**", *("" for _ in head[1:])])
        programs = dict.fromkeys(program for cell in cells.values() for program in read_results[cell])
        rows += [_row(program, [cells.get(latency) for latency in latencies], read_results) for program in programs]
    return table(head, rows)


def detail_table(read_results: ReadResults) -> str:
    """Return the table of all numbers: one row per reader, size and latency."""
    return table(DETAILS, [list(_details(cell, runs, each)) for cell, runs in read_results.items() for each in runs])


def ratio_to_file(runs: Mapping[str, Run]) -> float:
    """Return the wall time of an aggregation divided by that of the file of the same field."""
    return runs[AGGREGATE_TOOL].usage.wall / runs[JSONL_MODE].usage.wall


def aggregation_table(aggregations: Aggregations) -> str:
    """Return the table of the aggregations, each after the file of the same field."""
    head = ("Type and program", "Records", "Wall s", "÷ file", "CPU s", "Memory MB", "Requests")
    rows = [
        [
            f"{GROUPED_FIELDS[field]}, {name(program)}",
            f"{run.usage.count:,}",
            number(run.usage.wall),
            number(run.usage.wall / runs[JSONL_MODE].usage.wall),
            number(run.usage.cpu),
            megabytes(run.usage.memory),
            f"{run.request_counts.requests:,}",
        ]
        for field, runs in aggregations.items()
        for program, run in runs.items()
    ]
    return table(head, rows)


def writing_table(runs: Mapping[str, Run]) -> str:
    """Return the table of the writers."""
    head = ("Writer", "Wall s", "Requests", "Connections", "CPU s", "Memory MB", "Longest line kB")
    return table(head, [[name(program), number(run.usage.wall), *_common(run)] for program, run in runs.items()])


def file_table(runs: Mapping[str, Run]) -> str:
    """Return the table of the file transfers."""
    head = ("Transfer", "MB/s", "Wall s", "CPU s", "Memory MB")
    return table(
        head,
        [
            [
                name(program),
                number(megabytes_per_second(run)),
                number(run.usage.wall),
                number(run.usage.cpu),
                megabytes(run.usage.memory),
            ]
            for program, run in runs.items()
        ],
    )


def character_table(answers: Sequence[Answer]) -> str:
    """Return the table of the characters of each answer."""
    head = ("Tool and answer", "Characters", "÷ CSV with codes", "Where the agent also reads JSON")
    rows = [[each.title, f"{each.characters:,}", number(each.ratio), f"{each.unmarked:,}"] for each in answers]
    return table(head, rows)


def task_table(tasks: Mapping[Transcript, int]) -> str:
    """Return the table of the characters of each task."""
    rows = [[task.task, str(len(task.calls)), f"{characters:,}"] for task, characters in tasks.items()]
    return table(("Task", "Calls", "Characters"), rows)


def _by_title(read_results: ReadResults) -> dict[str, dict[int, Cell]]:
    found: dict[str, dict[int, Cell]] = {}
    for cell in read_results:
        found.setdefault(cell.title, {})[cell.latency_ms] = cell
    return found


def _row(program: str, cells: list[Cell | None], read_results: ReadResults) -> list[str]:
    groups = [read_results[cell] if cell else {} for cell in cells]
    runs = [runs[program] for runs in groups if program in runs]
    cpu = [value for run in runs if (value := cpu_per_thousand(run)) is not None]
    memory = [run.usage.memory for run in runs if run.usage.memory is not None]
    lines = [run.longest_line for run in runs if run.longest_line is not None]
    return [
        name(program),
        *(_wall(program, runs) for runs in groups),
        f"{max(cpu):.3f}" if cpu else NO_VALUE,
        megabytes(max(memory, default=None)),
        f"{max(run.request_counts.requests for run in runs):,}",
        f"{max(run.request_counts.connections for run in runs):,}",
        number(max(lines) / 1e3) if lines else NO_VALUE,
    ]


def _wall(program: str, runs: Mapping[str, Run]) -> str:
    run = runs.get(program)
    if run is None:
        return NO_VALUE
    limit, bare = ratio_to_limit(run, runs), speedup_over_bare(run, runs)
    beside = [number(limit)] if limit is not None else []
    beside += [number(bare, "x")] if bare is not None else []
    return f"{number(run.usage.wall, ' s')} ({', '.join(beside)})"


def _details(cell: Cell, runs: Mapping[str, Run], program: str) -> Iterator[str]:
    run = runs[program]
    per_thousand = cpu_per_thousand(run)
    yield name(program)
    yield f"{cell.records:,}"
    yield str(len(cell.fields) or 20)
    yield str(cell.latency_ms)
    yield number(run.usage.wall)
    yield number(ratio_to_limit(run, runs))
    yield number(ratio_to_possible(run, runs))
    yield number(speedup_over_bare(run, runs))
    yield number(run.usage.first_page)
    yield f"{run.request_counts.requests:,}"
    yield f"{run.request_counts.connections:,}"
    yield number(run.usage.cpu)
    yield NO_VALUE if per_thousand is None else f"{per_thousand:.3f}"
    yield megabytes(run.usage.memory)
    yield megabytes(run.file_bytes or None)
    yield NO_VALUE if run.longest_line is None else number(run.longest_line / 1e3)


def _common(run: Run) -> list[str]:
    line = NO_VALUE if run.longest_line is None else number(run.longest_line / 1e3)
    counts = [f"{run.request_counts.requests:,}", f"{run.request_counts.connections:,}"]
    return [*counts, number(run.usage.cpu), megabytes(run.usage.memory), line]
