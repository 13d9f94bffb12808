"""scripts/find-python finds a usable Python, or says what to install."""

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
def home(tmp_path: Path) -> Path:
    """Return a home folder with a Python that is too old and a pyenv shim that fails."""
    write_python(make_path_folder(tmp_path / "bin") / "python3", PYTHON_3_11)
    write_program(tmp_path / "bin/python", 'echo "pyenv: $0: command not found" >&2; exit 127')
    return tmp_path


def find_python(home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/find-python with this home folder and nothing else on PATH."""
    given = {"PATH": str(home / "bin"), "HOME": str(home), **environment}
    return run_program([home / "bin/sh", ROOT / "scripts/find-python"], **given)


@pytest.mark.parametrize(
    "place",
    [
        "bin/python3",
        "bin/python3.12",
        ".pyenv/versions/3.13.0/bin/python3",
        "opt/pyenv/versions/3.12.1/bin/python3",
        ".local/share/uv/python/cpython-3.12.9-linux/bin/python3",
        "known to uv/python3",
    ],
)
def test_python_is_found(home: Path, place: str) -> None:
    """A Python is found on PATH, in the folders of pyenv and uv, or by running uv."""
    asked = f"[ \"$1 $2 $3\" = 'python find >=3.12' ] && echo '{home}/known to uv/python3'"
    write_program(home / "bin/uv", asked)
    usable = write_python(home / place, PYTHON_3_12)

    found = find_python(home, PYENV_ROOT=str(home / "opt/pyenv"))

    assert (found.stdout.strip(), found.stderr) == (usable, "")


def test_named_python_comes_first(home: Path) -> None:
    """PYTHON names the Python to use; if it is too old, a warning names it and another one is found."""
    other = write_python(home / "bin/python3.12", PYTHON_3_12)
    named = write_python(home / "my python", PYTHON_3_12)

    assert find_python(home, PYTHON=named).stdout.strip() == named

    found = find_python(home, PYTHON=str(home / "bin/python3"))
    assert found.stdout.strip() == other
    assert f"PYTHON={home}/bin/python3" in found.stderr


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        (PYTHON_3_11, ["apt-get", "brew", "pyenv install", "uv python install", "PYTHON="]),
        (WITHOUT_VENV, ["bin/python3 is Python 3.12", "apt-get install python3.12-venv"]),
    ],
)
def test_advice_is_given_when_there_is_no_python(home: Path, kind: str, advice: list[str]) -> None:
    """Without a usable Python the command fails and says what to install; if only venv is missing, only that."""
    write_python(home / "bin/python3", kind)

    found = find_python(home)

    assert (found.returncode, found.stdout) == (1, "")
    assert [word for word in advice if word not in found.stderr] == []


def test_python_of_a_virtual_environment_is_replaced_by_its_base(home: Path) -> None:
    """For a Python of a virtual environment the Python that it was created from is printed."""
    found = Path(find_python(home, PYTHON=sys.executable).stdout.strip())

    assert found.exists()
    assert not found.is_relative_to(ROOT / ".venv")
