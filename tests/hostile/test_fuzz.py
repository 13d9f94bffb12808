"""Some inputs for each target of ``python -m fuzz``."""

import pytest

from fuzz.runs import Tally, run
from fuzz.targets import TARGETS

INPUTS = {"entries": 300}
OTHERWISE = 150
"""Enough for some to be taken; few random entries can be."""


@pytest.mark.parametrize("name", TARGETS)
def test_reader_when_its_input_is_random(name: str) -> None:
    """No reader does anything but read or refuse, and some inputs of either kind are tried."""
    tally = Tally()

    inputs = INPUTS.get(name, OTHERWISE)
    run(TARGETS[name], tally, inputs, seeded=True)

    assert tally.tried >= inputs
    assert tally.taken > 0
