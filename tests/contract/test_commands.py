"""The commands that people type set themselves up once and do what the README says."""

import os
import shutil
from pathlib import Path

import pytest

from tests.contract.fake_programs import make_path_folder, run_program, write_program

ROOT = Path(__file__).parents[2]


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """Return a folder for PATH that has what a shell script needs, and no Python."""
    return make_path_folder(tmp_path / "bin")


@pytest.fixture
def tree(commands: Path, tmp_path: Path) -> Path:
    """Return a small repository whose Python writes down what it is asked to do."""
    folder = tmp_path / "tree"
    (folder / "scripts").mkdir(parents=True)
    for name in ("find-python", "set-up"):
        shutil.copy(ROOT / "scripts" / name, folder / "scripts" / name)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (folder / name).write_text("")
    inner = 'case "$*" in -c*) ;; *) echo "$*" >>log ;; esac'
    make = f"mkdir -p .venv/bin; printf '%s\\n' '#!/bin/sh' '{inner}' >.venv/bin/python"
    body = f'case "$1" in -c) echo "$0" ;; -m) echo "$*" >>log; {make}; chmod +x .venv/bin/python ;; esac'
    write_program(commands / "python3.12", body)
    return folder


def set_up(tree: Path, commands: Path) -> int:
    """Run scripts/set-up; return how many times it has installed the requirements so far."""
    done = run_program([tree / "scripts/set-up"], PATH=str(commands), HOME=str(commands.parent))
    assert done.returncode == 0
    return (tree / "log").read_text().count("-m pip install")


def test_set_up_happens_once(tree: Path, commands: Path) -> None:
    """The second time nothing is done."""
    assert set_up(tree, commands) == 1
    assert set_up(tree, commands) == 1


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_set_up_happens_again_when_requirements_change(tree: Path, commands: Path, name: str) -> None:
    """Other requirements, another environment."""
    set_up(tree, commands)
    (tree / name).write_text("requests\n")

    assert set_up(tree, commands) == 2


def test_set_up_happens_again_when_it_was_interrupted(tree: Path, commands: Path) -> None:
    """An environment that was never finished is made anew, with nothing of the old one left."""
    (tree / ".venv").mkdir()
    (tree / ".venv/half").write_text("")

    assert set_up(tree, commands) == 1
    assert not (tree / ".venv/half").exists()


def test_set_up_happens_again_when_the_tree_was_moved(tree: Path, commands: Path) -> None:
    """An environment that came along from another place is made anew."""
    set_up(tree, commands)
    moved = tree.rename(tree.with_name("moved"))

    assert set_up(moved, commands) == 2


def test_set_up_happens_again_when_its_python_is_gone(tree: Path, commands: Path) -> None:
    """An environment whose Python was uninstalled is made anew."""
    set_up(tree, commands)
    (tree / ".venv/bin/python").unlink()

    assert set_up(tree, commands) == 2


def run_make(*words: str) -> str:
    """Return what make prints when it is told so much in the repository."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("this machine has no make")
    done = run_program([make, "--no-print-directory", "-C", ROOT, *words], PATH=os.environ["PATH"])
    assert done.returncode == 0
    return done.stdout


@pytest.mark.parametrize("target", ["demo", "test", "check", "bench", "package", "format", "audit", "setup", "clean"])
def test_makefile_explains_each_target(target: str) -> None:
    """`make` without a target lists every command."""
    assert f"make {target} " in run_make()


@pytest.mark.parametrize(
    ("target", "programs"),
    [
        ("demo", ["demo"]),
        ("test", ["scripts.test"]),
        ("check", ["ruff format --check", "ruff check", "mypy", "scripts.test"]),
        ("bench", ["benchmarks"]),
        ("package", ["scripts.package"]),
    ],
)
def test_makefile_sets_up_before_it_runs(target: str, programs: list[str]) -> None:
    """Each command makes sure of its environment first and then runs its programs in order."""
    plan = run_make("-n", target)

    steps = ["scripts/set-up", *(f".venv/bin/python -m {program}" for program in programs)]
    assert sorted(steps, key=plan.index) == steps


def test_types_are_checked_in_every_folder_of_code() -> None:
    """No folder with Python in it escapes the type checker."""
    checked = (ROOT / "Makefile").read_text().partition("CODE =")[2].partition("\n")[0]
    folders = {path.parent.name for path in ROOT.glob("[!.]*/*.py")} - {"build"}

    assert folders <= set(checked.strip(" $()").split())


@pytest.mark.parametrize(("failing", "made"), [("", ["check", "demo", "package"]), ("demo", ["check", "demo"])])
def test_ci_checks_then_shows_then_packages(commands: Path, tmp_path: Path, failing: str, made: list[str]) -> None:
    """.ci/run makes check, demo and package in this order and stops at the first that fails."""
    log = tmp_path / "made"
    write_program(commands / "make", f'echo "$1" >>"{log}"; [ "$1" != "{failing}" ]')

    done = run_program([commands / "bash", ROOT / ".ci/run"], PATH=str(commands))

    assert log.read_text().split() == made
    assert (done.returncode == 0) is (not failing)


@pytest.mark.parametrize("path", [".ci/run", "scripts/find-python", "scripts/set-up", "scripts/audit"])
def test_programs_can_be_executed(path: str) -> None:
    """Each program of the repository may be run as it is."""
    assert os.access(ROOT / path, os.X_OK)
