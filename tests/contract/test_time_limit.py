"""A test that never ends fails under its name, whether it loops, waits or waits for another thread."""

import sys
from pathlib import Path

import pytest

from tests.contract.fake_programs import run_program

ROOT = Path(__file__).parents[2]
ENDLESS = """
import threading, time, pytest
pytestmark = pytest.mark.time_limit(0.2)

def spin():
    while True:
        pass

def nap():
    while True:
        time.sleep(0.01)

def test_spins(): spin()
def test_sleeps(): time.sleep(1000)
def test_other_thread_sleeps(): threading.Thread(target=nap, daemon=True).start(); threading.Event().wait()
def test_other_thread_spins(): threading.Thread(target=spin, daemon=True).start(); threading.Event().wait()

@pytest.fixture
def slow(): time.sleep(1000)

def test_setup(slow): pass

def test_is_fine(): pass
"""
LOOPS_IN_C = """
import time, pytest, tests.time_limit
tests.time_limit.LAST_SECONDS = 0.3
pytestmark = pytest.mark.time_limit(0.2)

@pytest.mark.parametrize("number", range(6))
def test_takes_a_moment(number): time.sleep(0.12)

def test_loops_in_c(): sum(range(10**15))
"""


def run(folder: Path, text: str) -> tuple[int, str]:
    """Run a file of tests; return the exit status and what was printed."""
    file = folder / "test_endless.py"
    file.write_text(text)
    plain = [
        "-c",
        str(ROOT / "pytest.ini"),
        "--rootdir",
        str(folder),
        "-p",
        "no:cacheprovider",
        "-p",
        "tests.time_limit",
        "-s",
    ]
    done = run_program([sys.executable, "-m", "pytest", *plain, file], PYTHONPATH=str(ROOT))
    return done.returncode, done.stdout + done.stderr


def test_endless_tests_fail(tmp_path: Path) -> None:
    """Each is named with the place where it hung, and the tests after it run."""
    status, printed = run(tmp_path, ENDLESS)

    assert status == 1
    assert "4 failed, 1 passed, 1 error" in printed
    for name in ("spins", "sleeps", "other_thread_sleeps", "other_thread_spins", "setup"):
        assert f"test_{name} did not end within 0.2 s" in printed
    assert "in nap" in printed


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="the loop in C is CPython's")
def test_loop_in_c_ends_the_run(tmp_path: Path) -> None:
    """What cannot be interrupted ends the process, with the traceback that names the test; those before it ran."""
    status, printed = run(tmp_path, LOOPS_IN_C)

    assert status == 1
    assert "in test_loops_in_c" in printed
