"""Each odd value of the table is stored as it was meant, or refused with nothing written, whichever way it is sent."""

from collections.abc import Iterator

import pytest

from local_kintone import LocalKintone
from tests.facts.odd_rows import Row
from tests.facts.odd_values import ROWS
from tests.facts.trying import Bench


@pytest.fixture(scope="module")
def bench(kintone: LocalKintone) -> Bench:
    """Return the apps of the table."""
    return Bench(kintone)


FORMS = sorted({row.form.name for row in ROWS})


@pytest.mark.parametrize("name", FORMS)
def test_values_are_stored_as_meant_or_refused(bench: Bench, name: str) -> None:
    """Afterwards kintone holds what the facts allow for each value, or the call failed and nothing was written.

    One test for all rows of a form: there are thousands of rows, and each mistake names its own.
    """
    rows = [(number, row) for number, row in enumerate(ROWS) if row.form.name == name]
    wrong = [line for number, row in rows for line in _mistakes(bench, row, number)]

    assert not wrong, "\n".join(wrong)


def _mistakes(bench: Bench, row: Row, number: int) -> Iterator[str]:
    for mistake in bench.mistakes(row, number):
        yield f"{mistake}, because of {row.because.place}: {row.because.says}"
