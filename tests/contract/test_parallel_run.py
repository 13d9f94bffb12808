"""`make test` runs each test file in one of several processes of similar duration; it fails when one of them fails."""

import pytest

from scripts.test import DEFAULT_SECONDS, NO_TESTS, PROCESSES, SECONDS, Counts, files_of_tests, share_out, verdict

GOOD = Counts(passed=5, failed=0, skipped=0)
NONE = Counts(passed=0, failed=0, skipped=0)


def test_every_file_is_in_one_share() -> None:
    """Each test file, new ones included, is in one share only."""
    files = [*files_of_tests(), "tests/unit/test_new.py"]

    shares = share_out(files)

    assert len(shares) == PROCESSES
    assert sorted(file for share in shares for file in share) == sorted(files)


def test_shares_have_similar_durations() -> None:
    """The listed durations of the shares differ by at most a second."""
    loads = [sum(SECONDS.get(file, DEFAULT_SECONDS) for file in share) for share in share_out(files_of_tests())]

    assert max(loads) - min(loads) <= 1


def test_slow_files_exist() -> None:
    """Every file with a listed duration exists."""
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
    """All processes must pass; one without tests is accepted only if tests were selected."""
    assert verdict(statuses, counts, are_chosen=are_chosen) == status
