"""`make test` runs every test once, in halves of about equal time, and fails when anything does."""

import pytest

from scripts.test import DEFAULT_SECONDS, HALVES, NO_TESTS, SECONDS, Counts, files_of_tests, share_out, verdict

GOOD = Counts(passed=5, failed=0, skipped=0)
NONE = Counts(passed=0, failed=0, skipped=0)


def test_every_file_is_in_one_half() -> None:
    """No file is left out and none runs twice, new ones included."""
    files = [*files_of_tests(), "tests/unit/test_new.py"]

    halves = share_out(files)

    assert len(halves) == HALVES
    assert sorted(file for half in halves for file in half) == sorted(files)


def test_halves_take_about_equally_long() -> None:
    """By what is known of the files, no half takes much longer than the other."""
    loads = [sum(SECONDS.get(file, DEFAULT_SECONDS) for file in half) for half in share_out(files_of_tests())]

    assert max(loads) - min(loads) <= 1


def test_slow_files_exist() -> None:
    """No file that was renamed or removed is still counted."""
    assert set(SECONDS) <= set(files_of_tests())


@pytest.mark.parametrize(
    ("statuses", "counts", "are_chosen", "status"),
    [
        ([0, 0], GOOD, False, 0),
        ([0, 1], GOOD, False, 1),
        ([2, 0], GOOD, True, 1),
        ([0, -9], GOOD, True, 1),
        ([0, NO_TESTS], GOOD, False, 1),
        ([NO_TESTS, 0], GOOD, True, 0),
        ([NO_TESTS, NO_TESTS], NONE, True, 1),
    ],
)
def test_verdict(statuses: list[int], counts: Counts, *, are_chosen: bool, status: int) -> None:
    """Both halves must succeed; only who chose tests may leave one of them without any."""
    assert verdict(statuses, counts, are_chosen=are_chosen) == status
