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

# What a client does wrong, and the rule that must catch it.
MISTAKES = {
    "fails always": "failing",
    "forgets open tries": "words",
    "repeats blindly": "writes",
    "repeats refusals": "time",
    "overruns": "time",
    "calls a 5xx unsaved": "words",
    "leaves revision out": "writes",
    "upserts by id": "writes",
    "writes what nobody asked for": "writes",
    "empties what is not given": "writes",
    "leaves cursors": "time",
    "loses a record": "reading",
    "tells a record twice": "reading",
    "goes on after failures": "time",
    "says nothing": "words",
    "says too much": "words",
    "tells its token": "words",
    "says all may have been saved": "words",
    "is off by one": "words",
    "blames the wrong entry": "words",
    "counts all as updates": "words",
    "tells results backwards": "words",
    "waits for ever": "words",
    "loses saved rows": "writes",
    "inserts by upsert": "writes",
    "never merges": "failing",
}

# Where to look first: the seeds that show the mistakes as scenarios are drawn today.
TELLING = (0, 1, 5, 7, 10, 19, 22, 27, 28, 132, 200, 210, 419, 693)


def test_oracle_when_a_client_keeps_its_promises() -> None:
    """A careful client breaks none of the rules, whatever goes wrong."""
    client = CarefulClient()

    broken = {seed: found for seed in SEEDS if (found := judge(play(draw(seed), client)))}

    assert broken == {}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_oracle_when_a_client_makes_a_mistake(mistake: str) -> None:
    """Each mistake is caught, and by the rule that it breaks."""
    client = CarefulClient(mistake)

    seeds = itertools.chain(TELLING, range(3_000))
    caught = (found for seed in seeds for found in judge(play(draw(seed), client)))

    assert any(found.rule == MISTAKES[mistake] for found in caught)


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
