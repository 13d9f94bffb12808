"""What is measured: how many records, at which latency, by which readers, how often."""

from dataclasses import dataclass, replace

from benchmarks.contestants import BARE, KEEP_ALIVE, LIMIT

# Milliseconds that each request takes longer; a new connection takes twice as many.
LATENCIES = (0, 50, 200)

FOUR_FIELDS = ("$id", "code", "text_1", "number_1")
SMALL, MIDDLE, LARGE = 500, 10_000, 100_000
FILE_MODES = ("csv_file", "jsonl_file")
MODES = ("json_stream", *FILE_MODES)
# The last two answer with all records at once, which Dify takes for a few thousand records only.
WHOLE_MODES = (*MODES, "both", "flattened_json")

ENTRIES = 10_000
WRITE_LATENCY = 50
FILE_BYTES = 40_000_000


@dataclass(frozen=True, slots=True)
class Cell:
    """One comparison: every reader named reads the same records at the same latency; no fields means all twenty."""

    records: int
    latency_ms: int
    fields: tuple[str, ...]
    programs: tuple[str, ...]
    modes: tuple[str, ...]

    @property
    def title(self) -> str:
        """What is read."""
        return f"{self.records:,} records of {len(self.fields) or 20} fields"


@dataclass(frozen=True, slots=True)
class Scope:
    """The whole run.

    Attributes:
        cells: The comparisons of readers.
        rounds: How often each program runs at most.
        patience: Seconds after which a program does not run again in the same comparison.
    """

    cells: tuple[Cell, ...]
    rounds: int
    patience: float


def quick() -> Scope:
    """About a minute."""
    return Scope((Cell(MIDDLE, 50, (), (BARE, KEEP_ALIVE, LIMIT), MODES),), rounds=3, patience=4.0)


def usual() -> Scope:
    """Under six minutes: without what takes longest and says least."""
    shortened = (_shortened(cell) for cell in full().cells)
    return Scope(tuple(cell for cell in shortened if cell.programs), rounds=3, patience=3.0)


def full() -> Scope:
    """Everything, three times."""
    return Scope(tuple(_cells()), rounds=3, patience=600.0)


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
