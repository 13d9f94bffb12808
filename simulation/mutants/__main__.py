"""`python -m simulation.mutants`: applies each patch to a copy of the tree and reports which mistakes are detected.

A patch is a unified diff. Its first line describes the mistake: "Mistake: …". An optional second line "Test: path"
names the test that must detect it; the default is the simulation.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PATCHES = Path(__file__).parent / "patches"
SEEDS = 10_000
PROMISE_BROKEN = 1
MAX_SECONDS = 900


class Mutant(NamedTuple):
    """A mutant: its patch, a description of the mistake, and the test that must detect it (blank: the simulation)."""

    path: Path
    mistake: str
    test: str


class Verdict(NamedTuple):
    """The result for a mutant: "killed", "survived" or "broken" (the patch or the run itself fails)."""

    result: str
    how: str


def read(path: Path) -> Mutant:
    """Read the header of a patch."""
    lines = path.read_text(encoding="utf-8").splitlines()
    mistake = lines[0].removeprefix("Mistake: ")
    test = next((line.removeprefix("Test: ") for line in lines[1:3] if line.startswith("Test: ")), "")
    return Mutant(path, mistake, test)


def copy_of_tree(folder: Path) -> Path:
    """Copy the tracked and the new files of the working tree."""
    listed = _run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], ROOT).stdout.splitlines()
    target = folder / "tree"
    for name in listed:
        source = ROOT / name
        if source.is_file() and not source.is_symlink():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    return target


def judge(mutant: Mutant, seeds: int) -> Verdict:
    """Apply a mutant to a fresh copy and run its test or the simulation."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        tree = copy_of_tree(Path(folder))
        applied = _run(["git", "apply", "-C1", str(mutant.path)], tree)
        if applied.returncode:
            return Verdict("broken", applied.stderr.strip().splitlines()[0])
        if mutant.test:
            done = _run([sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", mutant.test], tree)
        else:
            done = _run(
                [sys.executable, "-m", "simulation", "--seeds", str(seeds), "--max-violations", "1", "--quiet"], tree
            )
    if done.returncode == PROMISE_BROKEN and "Traceback" not in done.stderr:
        return Verdict("killed", _first_violation(done.stdout))
    if done.returncode == 0:
        return Verdict("survived", "")
    return Verdict("broken", (done.stderr.strip().splitlines() or ["no message"])[-1])


def _first_violation(printed: str) -> str:
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    index = next((index for index, line in enumerate(lines) if line.startswith("SEED")), None)
    if index is not None:
        return f"{lines[index]}, {lines[index + 1][:160]}"
    return next((line[:160] for line in lines if line.startswith("FAILED")), "")


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - git, and the current Python
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=MAX_SECONDS
    )


def main() -> int:
    """Run all mutants, or those whose file names contain a given word; return 1 if one is not killed."""
    parser = argparse.ArgumentParser(prog="simulation.mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="only patches whose names contain one of these")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    chosen = parser.parse_args()
    paths = [path for path in sorted(PATCHES.glob("*.patch")) if _is_chosen(path, chosen.words)]
    killed = 0
    for path in paths:
        mutant = read(path)
        began = time.monotonic()
        verdict = judge(mutant, chosen.seeds)
        killed += verdict.result == "killed"
        print(f"{verdict.result:<9} {path.stem}: {mutant.mistake} ({time.monotonic() - began:.0f} s)")
        if verdict.how:
            print(f"{'':<9} {verdict.how}", flush=True)
    print(f"{killed} of {len(paths)} mistakes are detected")
    return int(killed < len(paths))


def _is_chosen(path: Path, words: list[str]) -> bool:
    return not words or any(result in path.stem for result in words)


if __name__ == "__main__":
    sys.exit(main())
