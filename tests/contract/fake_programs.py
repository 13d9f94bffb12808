"""Programs that pretend: interpreters of other versions, a make that only takes notes."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PYTHON_3_12 = "import sys; sys.version_info = (3, 12, 9); exec(sys.argv[1])"
PYTHON_3_11 = "import sys; sys.version_info = (3, 11, 9); exec(sys.argv[1])"
WITHOUT_VENV = "import sys; sys.modules['ensurepip'] = None; sys.version_info = (3, 12, 9); exec(sys.argv[1])"
_PLACE = "import sys; sys._base_executable = {path!r}; "
_NEEDED = ("bash", "cat", "chmod", "cksum", "dirname", "mkdir", "rm", "sh")


def make_path_folder(folder: Path) -> Path:
    """Make a folder for PATH that has what a shell script needs, and no Python."""
    folder.mkdir()
    for name in _NEEDED:
        (folder / name).symlink_to(str(shutil.which(name)))
    return folder


def write_program(path: Path, text: str) -> Path:
    """Write an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def write_python(path: Path, kind: str) -> str:
    """Write an interpreter that pretends to be of some kind and to live at its own path; return the path."""
    prelude = _PLACE.format(path=str(path))
    write_program(path, f'exec \'{sys.executable}\' -c "{prelude}{kind}" "$2"')
    return str(path)


def run_program(command: Sequence[str | Path], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing but the given environment; return its output and exit status."""
    words = [str(word) for word in command]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
