"""Runs all tests and tells which lines of the plugin none of them runs: `make coverage`.

The lines that run in the plugin's own processes count too. Every Python that the tests start measures itself, since
coverage.py leaves a ``.pth`` file in the virtual environment that begins to when `COVERAGE_PROCESS_START` is set; a
plugin's process writes down what it ran when it is told to end (`scripts/soft_end.py`).
"""

import os
import shutil
import sys
from pathlib import Path

import coverage

from scripts import test

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "coverage"
SETTINGS = ROOT / "scripts" / "coverage.ini"


def measuring(folder: Path) -> dict[str, str]:
    """Return the environment in which a Python measures what it runs of the plugin and leaves that in a folder."""
    return {
        "PLUGIN_FOLDER": str(ROOT),
        "COVERAGE_FILE": str(folder / "data"),
        "COVERAGE_PROCESS_START": str(SETTINGS),
        "PYTEST_ADDOPTS": "-p scripts.soft_end",
    }


def main(arguments: list[str]) -> int:
    """Run the tests and print the totals and the lines that nothing ran; return the exit status of the tests."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    os.environ.update(measuring(FOLDER))
    status = test.main(arguments)
    measured = coverage.Coverage(config_file=str(SETTINGS))
    measured.combine()
    measured.report()
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
