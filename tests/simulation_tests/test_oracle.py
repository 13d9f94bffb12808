"""The oracle: a client that keeps its promises passes, and every lie and every mistake is caught by its rule."""

import ast
import itertools
from pathlib import Path

import pytest

from simulation.drawing import draw
from simulation.oracle import judge
from simulation.playing import play
from tests.simulation_tests.careful_client import CarefulClient

ROOT = Path(__file__).resolve().parents[2]
SEEDS = range(250)

# What a client does wrong, the rule that must catch it, and the seed that shows it as scenarios are drawn today.
MISTAKES = {
    "fails always": ("failing", 0),
    "forgets open tries": ("words", 1),
    "repeats blindly": ("writes", 1),
    "repeats refusals": ("time", 8),
    "overruns": ("time", 10),
    "calls a 5xx unsaved": ("words", 5),
    "leaves revision out": ("writes", 355),
    "upserts by id": ("writes", 345),
    "writes what nobody asked for": ("writes", 2),
    "empties what is not given": ("writes", 2),
    "leaves cursors": ("time", 6),
    "loses a record": ("reading", 51),
    "tells a record twice": ("reading", 51),
    "goes on after failures": ("time", 76),
    "says nothing": ("words", 2),
    "says too much": ("words", 1),
    "tells its token": ("words", 1),
    "says all may have been saved": ("words", 17),
    "is off by one": ("words", 67),
    "blames the wrong entry": ("words", 61),
    "counts all as updates": ("words", 0),
    "tells results backwards": ("words", 0),
    "waits for ever": ("words", 0),
    "loses saved rows": ("writes", 33),
    "inserts by upsert": ("writes", 68),
    "never merges": ("failing", 68),
}


def test_oracle_when_a_client_keeps_its_promises() -> None:
    """A careful client breaks none of the rules, whatever goes wrong."""
    client = CarefulClient()

    broken = {seed: found for seed in SEEDS if (found := judge(play(draw(seed), client)))}

    assert broken == {}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_oracle_when_a_client_makes_a_mistake(mistake: str) -> None:
    """Each mistake is caught, and by the rule that it breaks."""
    client = CarefulClient(mistake)
    rule, telling = MISTAKES[mistake]

    seeds = itertools.chain([telling], range(3_000))
    caught = (found for seed in seeds for found in judge(play(draw(seed), client)))

    assert any(found.rule == rule for found in caught)


def test_simulation_when_its_imports_are_read() -> None:
    """Only the drivers know the plugin; oracle, scenarios and kintone's side know nothing of its code."""
    drivers = {"plugin.py", "engine.py", "sockets.py"}
    for path in sorted((ROOT / "simulation").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        tops = {name.partition(".")[0] for name in names}
        if path.name not in drivers:
            assert not tops & {"kintone", "tools", "provider", "dify_plugin"}, path
