"""`--shuffle` changes only the order of tests."""

from itertools import groupby

from tests.shuffle import shuffled

TESTS = [f"tests/test_{file}.py::test_{number}[a::b]" for file in "abcdef" for number in range(9)]


def _files(nodeids: list[str]) -> list[str]:
    return [name for name, _ in groupby(nodeid.partition("::")[0] for nodeid in nodeids)]


def test_order_is_changed_within_and_between_files() -> None:
    """Files and the tests of each file are reordered; each test runs once, and those of a file stay together."""
    order = shuffled(TESTS, 1)

    assert sorted(order) == sorted(TESTS)
    assert len(_files(order)) == len(_files(TESTS))
    assert _files(order) != _files(TESTS)
    assert all(
        [test for test in order if file in test] != [test for test in TESTS if file in test] for file in _files(TESTS)
    )


def test_order_depends_on_the_seed() -> None:
    """The order is the same for the same seed, and different for another one."""
    assert shuffled(TESTS, 7) == shuffled(TESTS, 7)
    assert shuffled(TESTS, 7) != shuffled(TESTS, 8)
