"""`--shuffle` changes the order of tests and nothing else."""

from itertools import groupby

from tests.shuffle import shuffled

TESTS = [f"tests/test_{file}.py::test_{number}[a::b]" for file in "abcdef" for number in range(9)]


def _files(nodeids: list[str]) -> list[str]:
    return [name for name, _ in groupby(nodeid.partition("::")[0] for nodeid in nodeids)]


def test_order_when_it_is_another() -> None:
    """Every test runs once, files and the tests within each stand in another order, and no file is torn apart."""
    order = shuffled(TESTS, 1)

    assert sorted(order) == sorted(TESTS)
    assert len(_files(order)) == len(_files(TESTS))
    assert _files(order) != _files(TESTS)
    assert all(
        [test for test in order if file in test] != [test for test in TESTS if file in test] for file in _files(TESTS)
    )


def test_order_when_the_number_is_the_same() -> None:
    """It is the same again, and another for another number."""
    assert shuffled(TESTS, 7) == shuffled(TESTS, 7)
    assert shuffled(TESTS, 7) != shuffled(TESTS, 8)
