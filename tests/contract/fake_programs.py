"""Fake programs for PATH: Python interpreters of other versions, and shell scripts."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PYTHON_3_12 = "import sys; sys.version_info = (3, 12, 9); exec(sys.argv[1])"
PYTHON_3_11 = "import sys; sys.version_info = (3, 11, 9); exec(sys.argv[1])"
WITHOUT_VENV = "import sys; sys.modules['ensurepip'] = None; sys.version_info = (3, 12, 9); exec(sys.argv[1])"
_SET_EXECUTABLE = "import sys; sys._base_executable = {path!r}; "
_SHELL_COMMANDS = ("bash", "cat", "chmod", "cksum", "dirname", "mkdir", "rm", "sh")


def make_path_folder(folder: Path) -> Path:
    """Make a folder for PATH that has what a shell script needs, without Python."""
    folder.mkdir()
    for name in _SHELL_COMMANDS:
        (folder / name).symlink_to(str(shutil.which(name)))
    return folder


def write_program(path: Path, text: str) -> Path:
    """Write an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def write_python(path: Path, kind: str) -> str:
    """Write a fake interpreter of the given kind that reports this path as its own; return the path."""
    prelude = _SET_EXECUTABLE.format(path=str(path))
    write_program(path, f'exec \'{sys.executable}\' -c "{prelude}{kind}" "$2"')
    return str(path)


def run_program(command: Sequence[str | Path], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with the given environment only; return its output and exit status."""
    words = [str(word) for word in command]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
