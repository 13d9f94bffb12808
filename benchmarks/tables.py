"""The tables of the benchmark, in Markdown."""

from collections.abc import Iterator, Mapping

from benchmarks.contestants import BARE, DOWNLOADER, KEEP_ALIVE, LIMIT, UPLOADER, WRITER
from benchmarks.files import DOWNLOAD_TOOL, UPLOAD_TOOL
from benchmarks.markdown import NOTHING, megabytes, number, table
from benchmarks.ratios import cpu_per_thousand, faster_than_bare, megabytes_per_second, over_limit, over_possible
from benchmarks.reading import Readings
from benchmarks.rounds import Run
from benchmarks.scope import Cell
from benchmarks.writing import OURS

NAMES = {
    BARE: "a request per page, no session",
    KEEP_ALIVE: "one request after another, kept alive",
    LIMIT: "four threads over id ranges (practical limit)",
    WRITER: "a request per 100 entries, kept alive",
    OURS: "**plugin** `kintone_upsert_records`",
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


def name(program: str) -> str:
    """Return how a program is called in the tables."""
    return NAMES.get(program, f"**plugin** `{program}`")


def reading_table(readings: Readings) -> str:
    """Return one table: a row per reader and size, a column per latency."""
    latencies = sorted({cell.latency_ms for cell in readings})
    head = ["Reader", *(f"{latency} ms" for latency in latencies)]
    head += ["CPU s per 1,000", "Memory MB", "Requests", "Connections", "Longest line kB"]
    rows: list[list[str]] = []
    for title, cells in _by_title(readings).items():
        rows.append([f"**{title}**", *("" for _ in head[1:])])
        programs = dict.fromkeys(program for cell in cells.values() for program in readings[cell])
        rows += [_row(program, [cells.get(latency) for latency in latencies], readings) for program in programs]
    return table(head, rows)


def detail_table(readings: Readings) -> str:
    """Return one table with a row for each reader, size and latency, and every number."""
    return table(DETAILS, [list(_details(cell, runs, each)) for cell, runs in readings.items() for each in runs])


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


def _by_title(readings: Readings) -> dict[str, dict[int, Cell]]:
    found: dict[str, dict[int, Cell]] = {}
    for cell in readings:
        found.setdefault(cell.title, {})[cell.latency_ms] = cell
    return found


def _row(program: str, cells: list[Cell | None], readings: Readings) -> list[str]:
    groups = [readings[cell] if cell else {} for cell in cells]
    runs = [runs[program] for runs in groups if program in runs]
    cpu = [value for run in runs if (value := cpu_per_thousand(run)) is not None]
    memory = [run.usage.memory for run in runs if run.usage.memory is not None]
    lines = [run.longest_line for run in runs if run.longest_line is not None]
    return [
        name(program),
        *(_wall(program, runs) for runs in groups),
        f"{max(cpu):.3f}" if cpu else NOTHING,
        megabytes(max(memory, default=None)),
        f"{max(run.served.requests for run in runs):,}",
        f"{max(run.served.connections for run in runs):,}",
        number(max(lines) / 1e3) if lines else NOTHING,
    ]


def _wall(program: str, runs: Mapping[str, Run]) -> str:
    run = runs.get(program)
    if run is None:
        return NOTHING
    limit, bare = over_limit(run, runs), faster_than_bare(run, runs)
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
    yield number(over_limit(run, runs))
    yield number(over_possible(run, runs))
    yield number(faster_than_bare(run, runs))
    yield number(run.usage.first_page)
    yield f"{run.served.requests:,}"
    yield f"{run.served.connections:,}"
    yield number(run.usage.cpu)
    yield NOTHING if per_thousand is None else f"{per_thousand:.3f}"
    yield megabytes(run.usage.memory)
    yield megabytes(run.file_bytes or None)
    yield NOTHING if run.longest_line is None else number(run.longest_line / 1e3)


def _common(run: Run) -> list[str]:
    line = NOTHING if run.longest_line is None else number(run.longest_line / 1e3)
    counts = [f"{run.served.requests:,}", f"{run.served.connections:,}"]
    return [*counts, number(run.usage.cpu), megabytes(run.usage.memory), line]
