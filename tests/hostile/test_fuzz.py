"""A few hundred inputs for each target of ``python -m fuzz``."""

import pytest

from fuzz.runs import InputStatistics, run
from fuzz.targets import TARGETS

INPUTS = 300


@pytest.mark.parametrize("name", TARGETS)
def test_reader_when_its_input_is_random(name: str) -> None:
    """No reader does anything but read or refuse, and some inputs of either kind are tried."""
    statistics = InputStatistics()

    run(TARGETS[name], statistics, INPUTS, seeded=True)

    assert statistics.tried >= INPUTS
    assert statistics.accepted > 0
