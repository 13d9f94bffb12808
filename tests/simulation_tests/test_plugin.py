"""A part of the simulation: the real tools under faults, in virtual time and over real sockets."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulation.campaign import Campaign
from simulation.oracle import judge
from simulation.plugin import PluginClient

ROOT = Path(__file__).resolve().parents[2]
SEEDS = range(150)
TRACED = 20
OVER_SOCKETS = (4, 6, 11, 47, 90)


def test_plugin_when_anything_goes_wrong() -> None:
    """No promise is broken in some scenarios; `make simulate` runs thousands."""
    campaign = Campaign(PluginClient())

    broken = {failing.seed: failing.violations for seed in SEEDS if (failing := campaign.try_seed(seed)) is not None}

    assert broken == {}


@pytest.mark.parametrize("seed", OVER_SOCKETS)
def test_plugin_when_sockets_are_real(seed: int) -> None:
    """The same scenarios break no promise over real sockets with a gateway."""
    campaign = Campaign(real_sockets=True)

    run = campaign.run_scenario(campaign.generate_scenario(seed))

    assert judge(run) == [], run.trace()


def test_trace_when_the_seed_is_the_same() -> None:
    """The same seeds give the same traces in another process with another hash seed."""
    campaign = Campaign(PluginClient())
    traces = "".join(campaign.run_scenario(campaign.generate_scenario(seed)).trace() for seed in range(TRACED))

    assert _digest("1") == hashlib.sha256(traces.encode()).hexdigest()


def test_trace_when_it_is_played_again() -> None:
    """The same scenario gives the same trace twice in a process."""
    campaign = Campaign(PluginClient())

    for seed in range(20):
        scenario = campaign.generate_scenario(seed)
        assert campaign.run_scenario(scenario).trace() == campaign.run_scenario(scenario).trace()


def _digest(hash_seed: str) -> str:
    command = [sys.executable, "-m", "simulation", "--seeds", str(TRACED), "--digest"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - our own command
    return done.stdout.strip()
