"""A few random inputs for each target of ``python -m fuzz``."""

import pytest

from fuzz.runs import InputStatistics, run
from fuzz.targets import TARGETS

INPUTS = {"entries": 300}
"""Targets that need more inputs, since few random ones are valid."""
DEFAULT_INPUTS = 150


@pytest.mark.parametrize("name", TARGETS)
def test_parser_with_random_input(name: str) -> None:
    """A parser accepts or refuses random input without another error, and accepts some of it."""
    statistics = InputStatistics()

    inputs = INPUTS.get(name, DEFAULT_INPUTS)
    run(TARGETS[name], statistics, inputs, seeded=True)

    assert statistics.tried >= inputs
    assert statistics.accepted > 0
