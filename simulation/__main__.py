"""`python -m simulation --seeds 10000`: runs random scenarios with the plugin and reports every broken promise."""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from typing import TYPE_CHECKING

from simulation.campaign import MIN_HITS, Campaign, print_case
from simulation.oracle import judge

if TYPE_CHECKING:
    from collections.abc import Sequence

MIN_SEEDS_FOR_COVERAGE = 10_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the scenarios and print the results; return 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="number of scenarios")
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="run only this seed and print its trace")
    parser.add_argument("--real-sockets", action="store_true", help="use real sockets and a gateway")
    parser.add_argument("--max-violations", type=int, default=5, help="stop after this number of violations")
    parser.add_argument("--digest", action="store_true", help="print only a digest of all traces")
    parser.add_argument("--quiet", action="store_true", help="print no statistics")
    chosen = parser.parse_args(arguments)
    campaign = Campaign(real_sockets=chosen.real_sockets)
    if chosen.seed is not None:
        run = campaign.run_scenario(campaign.generate_scenario(chosen.seed))
        broken = judge(run)
        print(run.trace())
        print("\n".join(f"{each.rule}: {each.what}" for each in broken) or "no promise is broken")
        return int(bool(broken))
    if chosen.digest:
        digest = hashlib.sha256()
        for seed in range(chosen.start, chosen.start + chosen.seeds):
            digest.update(campaign.run_scenario(campaign.generate_scenario(seed)).trace().encode())
        print(digest.hexdigest())
        return 0
    began = time.monotonic()
    broken_seeds = 0
    for seed in range(chosen.start, chosen.start + chosen.seeds):
        failing = campaign.try_seed(seed)
        if failing is None:
            continue
        broken_seeds += 1
        print_case(failing)
        if broken_seeds >= chosen.max_violations:
            break
    seconds = time.monotonic() - began
    statistics = campaign.statistics
    if not chosen.quiet:
        print(statistics.table())
        print(statistics.summary())
        if chosen.seeds >= MIN_SEEDS_FOR_COVERAGE and not chosen.real_sockets:
            print("\n".join(f"too rare: {each}" for each in statistics.rare_pairs(MIN_HITS)))
    summary = f"{statistics.runs} scenarios in {seconds:.1f} s ({statistics.runs / seconds:.0f} per second)"
    print(f"{summary}, {broken_seeds} violations")
    return int(bool(broken_seeds))


if __name__ == "__main__":
    sys.exit(main())
