"""The oracle accepts a correct client and detects every mistake by its rule."""

import ast
import itertools
from pathlib import Path

import pytest

from simulation.oracle import judge
from simulation.runner import run_scenario
from simulation.scenario_generator import generate_scenario
from tests.simulation_tests.reference_client import ReferenceClient

ROOT = Path(__file__).resolve().parents[2]
SEEDS = range(250)

# The mistakes of a client and the rule that must detect each.
MISTAKES = {
    "fails always": "failures",
    "forgets open tries": "messages",
    "repeats blindly": "writes",
    "repeats refusals": "time",
    "overruns": "time",
    "calls a 5xx unsaved": "messages",
    "leaves revision out": "writes",
    "upserts by id": "writes",
    "writes what nobody asked for": "writes",
    "empties what is not given": "writes",
    "leaves cursors": "time",
    "loses a record": "reads",
    "tells a record twice": "reads",
    "goes on after failures": "time",
    "says nothing": "messages",
    "says too much": "messages",
    "tells its token": "messages",
    "says all may have been saved": "messages",
    "is off by one": "messages",
    "blames the wrong entry": "messages",
    "counts all as updates": "messages",
    "tells results backwards": "messages",
    "waits for ever": "messages",
    "loses saved rows": "writes",
    "inserts by upsert": "writes",
    "never merges": "failures",
}

# Seeds that currently show the mistakes; they are tried first.
REVEALING_SEEDS = (0, 1, 5, 7, 10, 19, 22, 27, 28, 132, 200, 210, 419, 693)


def test_oracle_when_a_client_keeps_its_promises() -> None:
    """The reference client breaks no rule under any fault."""
    client = ReferenceClient()

    broken = {seed: found for seed in SEEDS if (found := judge(run_scenario(generate_scenario(seed), client)))}

    assert broken == {}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_oracle_when_a_client_makes_a_mistake(mistake: str) -> None:
    """Each mistake is detected by the rule that it breaks."""
    client = ReferenceClient(mistake)

    seeds = itertools.chain(REVEALING_SEEDS, range(3_000))
    caught = (found for seed in seeds for found in judge(run_scenario(generate_scenario(seed), client)))

    assert any(found.rule == MISTAKES[mistake] for found in caught)


def test_simulation_when_its_imports_are_read() -> None:
    """Only the drivers import the plugin; oracle, scenarios and the simulated kintone do not."""
    drivers = {"plugin.py", "engine.py", "sockets.py"}
    for path in sorted((ROOT / "simulation").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        tops = {name.partition(".")[0] for name in names}
        if path.name not in drivers:
            assert not tops & {"kintone", "tools", "provider", "dify_plugin"}, path
