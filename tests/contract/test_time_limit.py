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

def test_threads_are_busy():
    for work in (spin, nap):
        threading.Thread(target=work, daemon=True).start()
    threading.Event().wait()

@pytest.fixture
def slow(): time.sleep(1000)

def test_setup(slow): pass

@pytest.fixture
def clinging():
    yield
    time.sleep(1000)

def test_teardown(clinging): pass

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
LOOPS_IN_C_AFTER_A_FAILURE = """
import pytest, tests.time_limit
tests.time_limit.LAST_SECONDS, tests.time_limit.EARLY = 0.5, 1
pytestmark = pytest.mark.time_limit(0.2)

def test_fails(): raise AssertionError

def test_loops_in_c(): sum(range(10**15))
"""
LEAVES_A_THREAD = """
import threading, tests.time_limit
tests.time_limit.LAST_SECONDS = 0.3

def test_leaves_a_thread(): threading.Thread(target=threading.Event().wait).start()
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
    # What is printed must not be lost when the process is ended.
    done = run_program([sys.executable, "-m", "pytest", *plain, file], PYTHONPATH=str(ROOT), PYTHONUNBUFFERED="1")
    return done.returncode, done.stdout + done.stderr


def test_endless_tests_fail(tmp_path: Path) -> None:
    """Each is named with the place where it hung, and the tests after it run."""
    status, printed = run(tmp_path, ENDLESS)

    assert status == 1
    assert "5 failed, 2 passed, 2 errors" in printed
    for name in (
        "spins",
        "sleeps",
        "other_thread_sleeps",
        "other_thread_spins",
        "threads_are_busy",
        "setup",
        "teardown",
    ):
        assert f"test_{name} did not end within 0.2 s" in printed
    assert "in nap" in printed


@pytest.mark.parametrize("text", [LOOPS_IN_C, LOOPS_IN_C_AFTER_A_FAILURE])
def test_loop_in_c_ends_the_run(tmp_path: Path, text: str) -> None:
    """What cannot be interrupted ends the process, with the traceback that names the test; those before it ran."""
    status, printed = run(tmp_path, text)

    assert status == 1
    assert "in test_loops_in_c" in printed


def test_thread_left_behind_ends_the_run(tmp_path: Path) -> None:
    """A thread that never ends does not keep the process alive after the tests."""
    status, printed = run(tmp_path, LEAVES_A_THREAD)

    assert status == 1
    assert "1 passed" in printed
    assert "Timeout" in printed
