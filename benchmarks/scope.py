"""The scope of a benchmark: numbers of records, latencies, readers and rounds."""

from dataclasses import dataclass, replace

from benchmarks.programs import BARE, KEEP_ALIVE, LIMIT

# Milliseconds added to each request; twice as many are added to a new connection.
LATENCIES = (0, 50, 200)

FOUR_FIELDS = ("$id", "code", "text_1", "number_1")
SMALL, MIDDLE, LARGE = 500, 10_000, 100_000
FILE_MODES = ("csv_file", "jsonl_file")
MODES = ("json_stream", *FILE_MODES)
# The last two return all records in one message, which Dify accepts only for a few thousand records.
WHOLE_MODES = (*MODES, "both", "flattened_json")

# Fields of the seeded app to group by month, and their types.
GROUPED_FIELDS = {"day": "DATE", "moment": "DATETIME"}

ENTRIES = 10_000
WRITE_LATENCY = 50
FILE_BYTES = 40_000_000
MANY_LINES, LINES, FEW_LINES = 300_000, 100_000, 10_000
"""Lines of an imported file."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One comparison: all readers read the same records at the same latency; no fields means all twenty."""

    records: int
    latency_ms: int
    fields: tuple[str, ...]
    programs: tuple[str, ...]
    modes: tuple[str, ...]

    @property
    def title(self) -> str:
        """A description of the records."""
        return f"{self.records:,} records of {len(self.fields) or 20} fields"


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of a benchmark.

    Attributes:
        cells: The comparisons of readers.
        rounds: Maximum number of runs of each program.
        max_seconds: Total seconds after which a program is not run again in the same comparison.
        lines: Lines of the file that is imported.
        many_lines: Lines of a file that several calls import, as in a Loop node; 0 leaves that out.
    """

    cells: tuple[Cell, ...]
    rounds: int
    max_seconds: float
    lines: int = LINES
    many_lines: int = 0


def quick() -> Scope:
    """Return a scope of about a minute."""
    return Scope((Cell(MIDDLE, 50, (), (BARE, KEEP_ALIVE, LIMIT), MODES),), rounds=3, max_seconds=4.0, lines=FEW_LINES)


def usual() -> Scope:
    """Return a scope of under six minutes, without the slowest and least informative comparisons."""
    shortened = (_shortened(cell) for cell in full().cells)
    return Scope(tuple(cell for cell in shortened if cell.programs), rounds=3, max_seconds=3.0)


def full() -> Scope:
    """Return a scope with all comparisons, three rounds each."""
    return Scope(tuple(_cells()), rounds=3, max_seconds=600.0, many_lines=MANY_LINES)


def _cells() -> list[Cell]:
    programs = (BARE, KEEP_ALIVE, LIMIT)
    sizes: list[tuple[int, tuple[str, ...], tuple[str, ...]]] = [
        (SMALL, (), WHOLE_MODES),
        (MIDDLE, (), MODES),
        (LARGE, (), ("json_stream",)),
        (LARGE, FOUR_FIELDS, FILE_MODES),
    ]
    return [Cell(records, ms, fields, programs, modes) for records, fields, modes in sizes for ms in LATENCIES]


def _shortened(cell: Cell) -> Cell:
    if cell.records < LARGE:
        return cell
    if cell.latency_ms < LATENCIES[-1]:
        return replace(cell, programs=(BARE, LIMIT))
    return replace(cell, programs=() if cell.fields else (LIMIT,))
