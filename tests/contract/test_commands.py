"""The Makefile, the set-up script and continuous integration."""

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
    """Return a folder for PATH that has what a shell script needs, without Python."""
    return make_path_folder(tmp_path / "bin")


@pytest.fixture
def tree(commands: Path, tmp_path: Path) -> Path:
    """Return a small repository with a fake Python that logs its arguments."""
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
    """Run scripts/set-up; return how often it has installed the requirements so far."""
    finished = run_program([tree / "scripts/set-up"], PATH=str(commands), HOME=str(commands.parent))
    assert finished.returncode == 0
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
def test_set_up_is_repeated_when_needed(tree: Path, commands: Path, change: str, times: int) -> None:
    """Set-up runs again only when requirements changed, it was interrupted or its Python is missing."""
    set_up(tree, commands)
    (tree / ".venv/old").write_text("")
    run_program([commands / "sh", "-c", f"cd '{tree}' && {change}"], PATH=str(commands))

    assert set_up(tree, commands) == times
    assert (tree / ".venv/old").exists() is (times == 1)


def test_set_up_is_repeated_when_the_tree_was_moved(tree: Path, commands: Path) -> None:
    """A virtual environment that was moved with its repository is created again."""
    set_up(tree, commands)

    assert set_up(tree.rename(tree.with_name("moved")), commands) == 2


def run_make(*words: str) -> str:
    """Run make in the repository with these arguments and return its output."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("this machine has no make")
    finished = run_program([make, "--no-print-directory", "-C", ROOT, *words], PATH=os.environ["PATH"])
    assert finished.returncode == 0
    return finished.stdout


def test_makefile_explains_each_target() -> None:
    """`make` without a target lists every target."""
    listed = run_make()

    assert [target for target in TARGETS if f"make {target} " not in listed] == []


def test_makefile_sets_up_before_it_runs() -> None:
    """Each target that uses the virtual environment runs scripts/set-up first."""
    lines = {target: run_make("-n", target).splitlines() for target in TARGETS}
    running = {target: output for target, output in lines.items() if any(".venv/bin/python" in line for line in output)}

    assert running
    assert [target for target, output in running.items() if output[0] != "scripts/set-up"] == []


def test_types_are_checked_in_every_folder_of_code() -> None:
    """The type checker is given every folder with Python files."""
    checked = (ROOT / "Makefile").read_text().partition("CODE =")[2].partition("\n")[0]
    folders = {path.parent.name for path in ROOT.glob("[!.]*/*.py")} - {"build"}

    assert folders <= set(checked.strip(" $()").split())


@pytest.mark.parametrize(("failing", "targets_run"), [("", ["check", "demo", "package"]), ("demo", ["check", "demo"])])
def test_ci_runs_check_demo_and_package(commands: Path, tmp_path: Path, failing: str, targets_run: list[str]) -> None:
    """.ci/run makes check, demo and package in this order and stops at the first that fails."""
    log = tmp_path / "made"
    write_program(commands / "make", f'echo "$1" >>"{log}"; [ "$1" != "{failing}" ]')

    finished = run_program([commands / "bash", ROOT / ".ci/run"], PATH=str(commands))

    assert log.read_text().split() == targets_run
    assert (finished.returncode == 0) is (not failing)


def test_programs_can_be_executed() -> None:
    """Each script of the repository has permission to be executed."""
    programs = (".ci/run", "scripts/find-python", "scripts/set-up", "scripts/audit")

    assert [program for program in programs if not os.access(ROOT / program, os.X_OK)] == []
