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

# The mistakes of a client, the rule that must detect each, and a seed that currently shows it.
MISTAKES = {
    "fails always": ("failures", 1),
    "forgets open tries": ("messages", 1),
    "repeats blindly": ("writes", 5),
    "repeats refusals": ("time", 15),
    "overruns": ("time", 2),
    "calls a 5xx unsaved": ("messages", 5),
    "leaves revision out": ("writes", 180),
    "upserts by id": ("writes", 79),
    "writes what nobody asked for": ("writes", 7),
    "empties what is not given": ("writes", 29),
    "leaves cursors": ("time", 3),
    "loses a record": ("reads", 318),
    "tells a record twice": ("reads", 318),
    "goes on after failures": ("time", 177),
    "says nothing": ("messages", 8),
    "says too much": ("messages", 1),
    "tells its token": ("messages", 1),
    "says all may have been saved": ("messages", 21),
    "is off by one": ("messages", 79),
    "blames the wrong entry": ("messages", 539),
    "counts all as updates": ("messages", 4),
    "tells results backwards": ("messages", 90),
    "waits for ever": ("messages", 0),
    "loses saved rows": ("writes", 12),
    "inserts by upsert": ("writes", 730),
    "never merges": ("failures", 730),
    "adds what is missing": ("writes", 468),
    "hides rows that go": ("messages", 99),
    "loses comments": ("reads", 503),
    "deletes whatever is found": ("writes", 144),
    "counts the total": ("writes", 413),
    "calls unknown deletions unsaved": ("messages", 1),
    "moves one by one": ("writes", 2),
    "guesses the status": ("messages", 188),
}


def test_oracle_when_a_client_keeps_its_promises() -> None:
    """The reference client breaks no rule under any fault."""
    client = ReferenceClient()

    broken = {seed: found for seed in SEEDS if (found := judge(run_scenario(generate_scenario(seed), client)))}

    assert broken == {}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_oracle_when_a_client_makes_a_mistake(mistake: str) -> None:
    """Each mistake is detected by the rule that it breaks."""
    client = ReferenceClient(mistake)
    rule, revealing = MISTAKES[mistake]

    seeds = itertools.chain([revealing], range(3_000))
    caught = (found for seed in seeds for found in judge(run_scenario(generate_scenario(seed), client)))

    assert any(found.rule == rule for found in caught)


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
