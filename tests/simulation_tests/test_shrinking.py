"""Shrinking of scenarios, and the statistics and output of a campaign."""

import pytest

from simulation.campaign import Campaign, print_case
from simulation.fault_statistics import FaultStatistics
from simulation.faults import CATALOGUE, OTHER, REQUEST_KINDS, is_applicable, request_kind
from simulation.scenario import Scenario
from simulation.scenario_generator import STRATA, generate_scenario
from simulation.shrinking import shrink
from tests.simulation_tests.reference_client import ReferenceClient


def test_scenario_when_it_is_shrunken() -> None:
    """Everything that the violation does not need is removed: here all except one entry with rows and one fault."""
    scenario = next(
        drawn
        for drawn in map(generate_scenario, range(1_000))
        if len(drawn.entries) > 3
        and len(drawn.injected_faults) > 1
        and drawn.competing_writes
        and any(each.rows for each in drawn.entries)
    )

    def reproduces(candidate: Scenario) -> bool:
        return any(entry.rows for entry in candidate.entries) and bool(candidate.injected_faults)

    smallest = shrink(scenario, reproduces)

    assert (len(smallest.entries), len(smallest.injected_faults), len(smallest.competing_writes)) == (1, 1, 0)
    assert len(smallest.records) == 1


def test_campaign_when_a_promise_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    """The seed, the smallest scenario and its trace are printed, and the scenario still shows the violation."""
    campaign = Campaign(ReferenceClient("calls a 5xx unsaved"))

    cases = (campaign.try_seed(seed) for seed in range(500) if len(generate_scenario(seed).injected_faults) > 1)
    # A violation that needs several faults keeps them.
    failing = next(failing for failing in cases if failing is not None and len(failing.scenario.injected_faults) == 1)
    print_case(failing)

    assert failing.violations
    printed = capsys.readouterr().out
    assert f"SEED {failing.seed}" in printed
    assert failing.run.trace() in printed


def test_statistics_when_runs_are_counted() -> None:
    """Each request is counted by its kind and its fault."""
    campaign = Campaign(ReferenceClient())
    statistics: FaultStatistics = campaign.statistics
    for seed in range(50):
        campaign.try_seed(seed)

    assert statistics.runs == 50
    assert sum(statistics.counts.values()) > 100
    assert all(kind in statistics.table() for kind in ("bulkRequest", "cursor"))
    assert statistics.rare_pairs(1)


def test_pairs_when_they_are_drawn() -> None:
    """Every fault is generated for every applicable kind of request."""
    wanted = {(kind, column) for kind in REQUEST_KINDS for column in CATALOGUE if is_applicable(kind, column)}

    assert set(STRATA) == wanted


def test_kind_when_a_request_is_named() -> None:
    """The kind of a request follows from its method and path, also in a guest space."""
    assert request_kind("PUT", "/k/v1/records.json") == "PUT records"
    assert request_kind("GET", "/k/guest/3/v1/app/form/fields.json") == "GET form"
    assert request_kind("DELETE", "/k/v1/records/cursor.json") == "DELETE cursor"
    assert request_kind("POST", "/k/v1/bulkRequest.json") == "bulkRequest"
    assert request_kind("DELETE", "/k/v1/records.json") == "DELETE records"
    assert request_kind("PUT", "/k/v1/records/status.json") == "PUT status"
    assert request_kind("GET", "/k/v1/app/status.json") == "GET form"
    assert request_kind("POST", "/k/v1/record/comment.json") == "POST comment"
    assert request_kind("DELETE", "/k/v1/record/comment.json") == OTHER
