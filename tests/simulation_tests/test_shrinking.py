"""The shortest scenario that shows a violation, and what a campaign counts and tells."""

import pytest

from simulation.campaign import Campaign, tell
from simulation.drawing import STRATA, draw
from simulation.faults import CATALOGUE, KINDS, OTHER, field_type, is_sensible
from simulation.scenario import Scenario
from simulation.shrinking import shrink
from simulation.tally import Tally
from tests.simulation_tests.careful_client import CarefulClient


def test_scenario_when_it_is_shrunken() -> None:
    """What is not needed for the violation goes: here all but one entry with rows and one trouble."""
    scenario = next(
        drawn
        for drawn in map(draw, range(1_000))
        if len(drawn.entries) > 3
        and len(drawn.troubles) > 1
        and drawn.acts
        and any(each.rows for each in drawn.entries)
    )

    def shows(candidate: Scenario) -> bool:
        return any(entry.rows for entry in candidate.entries) and bool(candidate.troubles)

    smallest = shrink(scenario, shows)

    assert (len(smallest.entries), len(smallest.troubles), len(smallest.acts)) == (1, 1, 0)
    assert len(smallest.records) == 1


def test_campaign_when_a_promise_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    """The seed, the shortest scenario and the trace are told, and the scenario still shows the violation."""
    campaign = Campaign(CarefulClient("calls a 5xx unsaved"))

    cases = (campaign.try_seed(seed) for seed in range(500) if len(draw(seed).troubles) > 1)
    # What one fault does not show keeps those that it needs.
    case = next(case for case in cases if case is not None and len(case.scenario.troubles) == 1)
    tell(case)

    assert case.violations
    told = capsys.readouterr().out
    assert f"SEED {case.seed}" in told
    assert case.run.trace() in told


def test_tally_when_runs_are_counted() -> None:
    """Each request counts under its kind and the fault that met it."""
    campaign = Campaign(CarefulClient())
    tally: Tally = campaign.tally
    for seed in range(50):
        campaign.try_seed(seed)

    assert tally.runs == 50
    assert sum(tally.met.values()) > 100
    assert all(kind in tally.table() for kind in ("bulkRequest", "cursor"))
    assert tally.thin(1)


def test_pairs_when_they_are_drawn() -> None:
    """Every fault is drawn for every kind of request that it can meet."""
    wanted = {(kind, column) for kind in KINDS for column in CATALOGUE if is_sensible(kind, column)}

    assert set(STRATA) == wanted


def test_kind_when_a_request_is_named() -> None:
    """Requests are told apart by method and path, in a guest space too."""
    assert field_type("PUT", "/k/v1/records.json") == "PUT records"
    assert field_type("GET", "/k/guest/3/v1/app/form/fields.json") == "GET form"
    assert field_type("DELETE", "/k/v1/records/cursor.json") == "DELETE cursor"
    assert field_type("POST", "/k/v1/bulkRequest.json") == "bulkRequest"
    assert field_type("DELETE", "/k/v1/records.json") == OTHER
