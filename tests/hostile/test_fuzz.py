"""Some inputs for each target of ``python -m fuzz``."""

import pytest

from fuzz.runs import InputStatistics, run
from fuzz.targets import TARGETS

INPUTS = {"entries": 300}
OTHERWISE = 150
"""Enough for some to be taken; few random entries can be."""


@pytest.mark.parametrize("name", TARGETS)
def test_reader_when_its_input_is_random(name: str) -> None:
    """No reader does anything but read or refuse, and some inputs of either kind are tried."""
    statistics = InputStatistics()

    inputs = INPUTS.get(name, OTHERWISE)
    run(TARGETS[name], statistics, inputs, seeded=True)

    assert statistics.tried >= inputs
    assert statistics.accepted > 0
