"""A Python is found wherever people have one, and where there is none they hear what to install."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.fake_programs import (
    PYTHON_3_11,
    PYTHON_3_12,
    WITHOUT_VENV,
    make_path_folder,
    run_program,
    write_program,
    write_python,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """Return a folder for PATH that has what a shell script needs, and no Python."""
    return make_path_folder(tmp_path / "bin")


def find_python(commands: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/find-python with nothing but the given commands and environment."""
    given = {"PATH": str(commands), "HOME": str(commands.parent), **environment}
    return run_program([commands / "sh", ROOT / "scripts/find-python"], **given)


def test_python_is_found_among_older_ones(commands: Path) -> None:
    """python3 is too old, python3.12 is not."""
    write_python(commands / "python3", PYTHON_3_11)
    newer = write_python(commands / "python3.12", PYTHON_3_12)

    assert find_python(commands).stdout.strip() == newer


def test_python_3_is_enough_when_it_is_new(commands: Path) -> None:
    """A machine that has only python3 will do."""
    only = write_python(commands / "python3", PYTHON_3_12)

    assert find_python(commands).stdout.strip() == only


def test_named_python_comes_first(commands: Path, tmp_path: Path) -> None:
    """PYTHON names the one to use, by path or by name."""
    write_python(commands / "python3.12", PYTHON_3_12)
    named = write_python(tmp_path / "elsewhere" / "my python", PYTHON_3_12)

    assert find_python(commands, PYTHON=named).stdout.strip() == named


def test_named_python_is_passed_over_with_a_word_when_it_is_too_old(commands: Path) -> None:
    """An unusable PYTHON is told, and another one is found."""
    old = write_python(commands / "python3.11", PYTHON_3_11)
    newer = write_python(commands / "python3.12", PYTHON_3_12)

    found = find_python(commands, PYTHON=old)

    assert found.stdout.strip() == newer
    assert f"PYTHON={old} is no Python 3.12" in found.stderr


def test_python_is_found_behind_a_shim_that_fails(commands: Path, tmp_path: Path) -> None:
    """A shim of pyenv for a version that is not switched on is passed over for the version's own program."""
    for name in ("python3.12", "python3", "python"):
        write_program(commands / name, 'echo "pyenv: $0: command not found" >&2; exit 127')
    hidden = write_python(tmp_path / ".pyenv/versions/3.13.0/bin/python3", PYTHON_3_12)
    write_python(tmp_path / ".pyenv/versions/3.11.7/bin/python3", PYTHON_3_11)

    found = find_python(commands)

    assert (found.stdout.strip(), found.stderr) == (hidden, "")


def test_python_is_found_under_the_root_that_pyenv_names(commands: Path, tmp_path: Path) -> None:
    """PYENV_ROOT moves the folder of versions."""
    moved = write_python(tmp_path / "opt/pyenv/versions/3.12.1/bin/python3", PYTHON_3_12)

    assert find_python(commands, PYENV_ROOT=str(tmp_path / "opt/pyenv")).stdout.strip() == moved


def test_python_is_found_by_asking_uv(commands: Path, tmp_path: Path) -> None:
    """The Python that uv knows will do."""
    known = write_python(tmp_path / "somewhere/python3", PYTHON_3_12)
    write_program(commands / "uv", f"[ \"$1 $2 $3\" = 'python find >=3.12' ] && echo '{known}'")

    assert find_python(commands).stdout.strip() == known


def test_python_is_found_where_uv_keeps_its_own(commands: Path, tmp_path: Path) -> None:
    """A Python that uv installed is found without uv."""
    kept = write_python(tmp_path / ".local/share/uv/python/cpython-3.12.9-linux/bin/python3", PYTHON_3_12)

    assert find_python(commands).stdout.strip() == kept


def test_advice_is_given_when_there_is_no_python(commands: Path) -> None:
    """Without a usable Python the command fails and says what to install."""
    write_python(commands / "python3", PYTHON_3_11)

    found = find_python(commands)

    assert (found.returncode, found.stdout) == (1, "")
    assert "No Python 3.12 or newer was found" in found.stderr
    assert all(word in found.stderr for word in ("apt-get", "brew", "pyenv install", "uv python install", "PYTHON="))


def test_advice_names_the_package_when_only_venv_is_missing(commands: Path) -> None:
    """A Python without ensurepip, as Debian ships it, is named together with the package that it lacks."""
    bare = write_python(commands / "python3", WITHOUT_VENV)

    found = find_python(commands)

    assert found.returncode == 1
    assert f"{bare} is Python 3.12" in found.stderr
    assert "apt-get install python3.12-venv" in found.stderr


def test_python_of_a_virtual_environment_leads_to_its_base(commands: Path) -> None:
    """The Python that is printed is not one inside a virtual environment, which may be made anew."""
    found = find_python(commands, PYTHON=sys.executable).stdout.strip()

    assert not Path(found).is_relative_to(ROOT / ".venv")
    assert Path(found).exists()
