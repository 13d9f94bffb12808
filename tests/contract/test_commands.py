"""The commands that people type set themselves up once and do what the README says."""

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.contract.fake_programs import make_path_folder, run_program, write_program

ROOT = Path(__file__).parents[2]
TARGETS = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)


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


@pytest.mark.parametrize(
    ("change", "times"),
    [
        (":", 1),
        ("echo requests >requirements.txt", 2),
        ("echo requests >requirements-dev.txt", 2),
        ("rm .venv/set-up", 2),
        ("rm .venv/bin/python", 2),
    ],
    ids=["nothing", "requirements", "requirements-dev", "interrupted", "uninstalled"],
)
def test_set_up_happens_again_when_needed(tree: Path, commands: Path, change: str, times: int) -> None:
    """Once is enough, unless requirements changed, the set-up was interrupted or the Python is gone."""
    set_up(tree, commands)
    (tree / ".venv/old").write_text("")
    run_program([commands / "sh", "-c", f"cd '{tree}' && {change}"], PATH=str(commands))

    assert set_up(tree, commands) == times
    assert (tree / ".venv/old").exists() is (times == 1)


def test_set_up_happens_again_when_the_tree_was_moved(tree: Path, commands: Path) -> None:
    """An environment that came along from another place is made anew."""
    set_up(tree, commands)

    assert set_up(tree.rename(tree.with_name("moved")), commands) == 2


def run_make(*words: str) -> str:
    """Return what make prints when it is told so much in the repository."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("this machine has no make")
    done = run_program([make, "--no-print-directory", "-C", ROOT, *words], PATH=os.environ["PATH"])
    assert done.returncode == 0
    return done.stdout


def test_makefile_explains_each_target() -> None:
    """`make` without a target lists every command."""
    listed = run_make()

    assert [target for target in TARGETS if f"make {target} " not in listed] == []


def test_makefile_sets_up_before_it_runs() -> None:
    """Each command that runs a Python of the environment makes sure of the environment first."""
    lines = {target: run_make("-n", target).splitlines() for target in TARGETS}
    running = {target: told for target, told in lines.items() if any(".venv/bin/python" in line for line in told)}

    assert running
    assert [target for target, told in running.items() if told[0] != "scripts/set-up"] == []


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


def test_programs_can_be_executed() -> None:
    """Each program of the repository may be run as it is."""
    programs = (".ci/run", "scripts/find-python", "scripts/set-up", "scripts/audit")

    assert [program for program in programs if not os.access(ROOT / program, os.X_OK)] == []
