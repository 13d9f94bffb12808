"""`python -m scripts.mutation`: mutates the plugin's code, one place at a time, and lists the mutants that tests miss.

Own code since mutmut (3.8, tried) changes bodies of functions only and not the patterns and limits that hold most rules
of redaction and hosts, ends with an error under this repository's pytest.ini, and cannot reach the plugin's processes
once it has forked; cosmic-ray (8.7, tried) starts a pytest, and with it Dify's SDK, for each mutant, and runs the same
tests for each. Here each mutant is run in a fork, with the tests that run its lines, closest first.
"""

import argparse
import hashlib
import itertools
import json
import random
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from scripts.mutation.lines import PRODUCT
from scripts.mutation.mutants import Mutant, mutants_of
from scripts.mutation.workers import Seen, Worker, spread
from simulation.mutants.__main__ import copy_of_tree

ROOT = Path(__file__).resolve().parents[2]
EVERY = (
    "kintone/access/credentials.py", "kintone/access/settings.py", "kintone/access/redaction.py",
    "kintone/access/sites.py", "tools/access.py", "tools/failures.py", "tools/dify_files/addresses.py",
)  # fmt: skip
"""Modules that read secrets or check hosts: every mutant of these is run."""
SAMPLED = (
    "kintone/deadline.py", "kintone/error_codes.py", "kintone/execution.py", "kintone/ledger.py", "kintone/limiter.py",
    "kintone/reading", "kintone/records", "kintone/replies.py", "kintone/retry.py", "kintone/writing",
)  # fmt: skip
SAMPLE = 400
TESTS = ("unit", "facts", "contract", "wire", "network", "hostile")
SAME = Path(__file__).with_name("same.toml")
LINES = ROOT / "build/mutation-lines.json"
REPORT = ROOT / "build/mutants.txt"
KILLERS = ROOT / "build/mutants.json"
SECONDS = 30.0
"""Seconds of the tests that are run for a mutant, and again of those that start the plugin; leaving tests out can only
make more mutants survive."""
RECORDING_SECONDS = 900.0

type Same = dict[str, Any]
"""``where`` (module and function), ``why``, and ``mutants``: changes as the report shows them."""


def files_of_tests(folder: Path, names: Sequence[str]) -> list[Path]:
    """Return the files of tests in folders, and those that are named themselves."""
    found = (folder.glob(name if name.endswith(".py") else f"{name}/**/test_*.py") for name in names)
    return [path for paths in found for path in sorted(paths)]


def lines_of(workers: Sequence[Worker], names: Sequence[str], seconds: float) -> Seen:
    """Return which tests run which lines; only files of tests that changed are run again, all when the product did."""
    root = workers[0].tree
    product = _digest(*(path for name in PRODUCT for path in sorted((root / name).rglob("*.py"))))
    files = {str(path.relative_to(root)): _digest(path) for path in files_of_tests(root / "tests", names)}
    kept = json.loads(LINES.read_text()) if LINES.exists() else {}
    kept = {file: record for file, record in kept.items() if record["product"] == product}
    missing = [file for file, digest in files.items() if kept.get(file, {}).get("digest") != digest]
    records = spread(missing, workers, lambda worker, file: worker.record(file, RECORDING_SECONDS))
    for file, record in zip(missing, records, strict=True):
        if "tests" in record:
            kept[file] = {**record, "product": product, "digest": files[file]}
    LINES.parent.mkdir(exist_ok=True)
    LINES.write_text(json.dumps(kept))
    return Seen.of({file: kept[file] for file in files if file in kept}, seconds)


def _digest(*paths: Path) -> str:
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


def mutants_in(paths: Sequence[str]) -> list[Mutant]:
    """Return all mutants of modules and folders."""
    found = [path for name in paths for path in (sorted((ROOT / name).rglob("*.py")) or [ROOT / name])]
    return [each for path in found for each in mutants_of(path.read_text(), str(path.relative_to(ROOT)))]


def sample(mutants: list[Mutant], size: int, seed: int) -> list[Mutant]:
    """Return so many mutants, evenly spread over modules and the lines of each."""
    if size >= len(mutants) or not mutants:
        return mutants
    step = len(mutants) / size
    start = random.Random(seed).random() * step  # noqa: S311 - so that the sample can be drawn again
    return [mutants[int(start + place * step)] for place in range(size)]


def named(mutants: Sequence[Mutant]) -> dict[str, Mutant]:
    """Return mutants by a name that stays when lines move; one that stands there twice has a number."""
    names: dict[str, Mutant] = {}
    for mutant in mutants:
        name, number = f"{place_of(mutant)}: {change_of(mutant)}", 1
        while name in names:
            number += 1
            name = f"{place_of(mutant)}: {change_of(mutant)} #{number}"
        names[name] = mutant
    return names


def place_of(mutant: Mutant) -> str:
    """Return module and function of a mutant."""
    return f"{mutant.module} {mutant.function}".strip()


def change_of(mutant: Mutant) -> str:
    """Return what a mutant changes."""
    return f"{mutant.old}  →  {mutant.new}"


def reasons_of(mutants: dict[str, Mutant], known: Sequence[Same]) -> dict[str, str]:
    """Return the reasons of the known equivalent mutants, which change no behaviour."""
    reasons = {(entry["where"], change): entry["why"] for entry in known for change in entry["mutants"]}
    found = {name: reasons.get((place_of(mutant), change_of(mutant))) for name, mutant in mutants.items()}
    return {name: why for name, why in found.items() if why is not None}


def report(killers: dict[str, str], mutants: dict[str, Mutant], known: Sequence[Same]) -> tuple[float, str]:
    """Return the share of the mutants that are killed, and a report: figures, then the survivors."""
    alike = reasons_of(mutants, known)
    alive = [name for name, by in killers.items() if not by and name not in alike]
    equal = [name for name, by in killers.items() if not by and name in alike]
    changing = Counter(mutants[name].module for name in killers if name not in equal)
    left = Counter(mutants[name].module for name in alive)
    share = 1 - left.total() / max(1, changing.total())
    lines = [f"{module}: {count - left[module]} of {count} noticed" for module, count in changing.items()]
    lines += [f"{changing.total() - left.total()} of {changing.total()} noticed, {share:.1%}", "", "noticed by no test"]
    lines += [str(mutants[name]) for name in alive]
    lines += ["", "change no behaviour", *(f"{mutants[name]} ({alike[name]})" for name in equal)]
    lines += ["", "said to change no behaviour, but noticed"]
    lines += [f"{mutants[name]} by {by}" for name, by in killers.items() if by and name in alike]
    return share, "\n".join(lines) + "\n\n"


def tried(mutants: dict[str, Mutant], workers: Sequence[Worker], seen: Seen, before: dict[str, str]) -> dict[str, str]:
    """Return the test that kills each mutant; results of earlier runs are reused."""
    count = itertools.count(1)

    def killer(worker: Worker, name: str) -> str:
        by = before[name] if name in before else worker.killer(mutants[name], seen)
        place = next(count)
        if not by or place % 50 == 0:
            sys.stderr.write(f"{time.strftime('%H:%M')} {place} of {len(mutants)}: {mutants[name]} | {by}\n")
        return by

    killers = dict(zip(mutants, spread(list(mutants), workers, killer), strict=True))
    by = set(killers.values())
    module = next(iter(mutants.values())).module
    failed = workers[0].run(
        module,
        (ROOT / module).read_text(),
        [test for tests in seen.tests.values() for test in tests if test.name in by],
    )
    if failed:
        raise RuntimeError(f"{failed} fails without a mutant too")
    return killers


def main() -> int:
    """Run the mutants; return 1 when too few are killed."""
    parser = argparse.ArgumentParser(prog="scripts.mutation", description=__doc__)
    parser.add_argument("paths", nargs="*", help="modules or folders; without, those of the two tables")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="try so many of them, or of the second table")
    parser.add_argument("--every", action="store_true", help="try every mutant of the paths")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--tests", nargs="*", default=TESTS, help="folders or files below tests/ that are asked")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of tests that are asked about one")
    parser.add_argument(
        "--again", action="store_true", help="only those that nobody noticed the last time and that have no reason"
    )
    chosen = parser.parse_args()
    before = json.loads(KILLERS.read_text()) if chosen.again else {}
    every = EVERY if not chosen.paths else chosen.paths if chosen.every else ()
    sampled = SAMPLED if not chosen.paths else () if chosen.every else chosen.paths
    groups = [(named(mutants_in(every)), 0.95), (named(sample(mutants_in(sampled), chosen.sample, chosen.seed)), 0.9)]
    status, texts = 0, []
    known = tomllib.loads(SAME.read_text())["same"]
    with ExitStack() as stack:
        folders = [stack.enter_context(tempfile.TemporaryDirectory(prefix="mutation-")) for _ in range(chosen.jobs)]
        workers = [Worker(copy_of_tree(Path(folder))) for folder in folders]
        for worker in workers:
            stack.callback(worker.stop)
        seen = lines_of(workers, chosen.tests, chosen.seconds)
        for mutants, least in groups:
            if mutants:
                alike = reasons_of(mutants, known)
                killers = tried(
                    mutants, workers, seen, {name: by for name, by in before.items() if by or name in alike}
                )
                share, text = report(killers, mutants, known)
                before |= killers
                status |= share < least
                texts.append(text)
    KILLERS.write_text(json.dumps(before, indent=1, ensure_ascii=False))
    REPORT.write_text("".join(texts))
    sys.stdout.write("".join(texts))
    return status


if __name__ == "__main__":
    sys.exit(main())
