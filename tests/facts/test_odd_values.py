"""Each odd value of the table is stored as it was meant, or refused with nothing written, whichever way it is sent."""

import pytest

from local_kintone import LocalKintone
from tests.facts.odd_rows import Row
from tests.facts.odd_values import ROWS
from tests.facts.trying import Bench


@pytest.fixture(scope="module")
def bench(kintone: LocalKintone) -> Bench:
    """Return the apps of the table."""
    return Bench(kintone)


def _name(row: Row) -> str:
    return f"{row.form.name}: {row.value!r:.60}".encode("ascii", "backslashreplace").decode()


@pytest.mark.parametrize(("number", "row"), [pytest.param(*each, id=_name(each[1])) for each in enumerate(ROWS)])
def test_value_is_stored_as_meant_or_refused(bench: Bench, number: int, row: Row) -> None:
    """Afterwards kintone holds what the facts allow for this value, or the call failed and nothing was written."""
    mistakes = list(bench.mistakes(row, number))

    assert not mistakes, "\n".join([*mistakes, f"because of {row.because.place}: {row.because.says}"])
