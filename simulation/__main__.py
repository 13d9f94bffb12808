"""`python -m simulation --seeds 10000`: plays so many scenarios with the plugin and tells every broken promise."""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from typing import TYPE_CHECKING

from simulation.campaign import LEAST_HITS, Campaign, found_in, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

FEW = 10_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Play and print; returns 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="how many scenarios")
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="play this one alone and print its trace")
    parser.add_argument("--real-sockets", action="store_true", help="over real sockets, with a gateway in between")
    parser.add_argument("--most", type=int, default=5, help="stop after so many violations")
    parser.add_argument("--digest", action="store_true", help="print nothing but a digest of all traces")
    parser.add_argument("--quiet", action="store_true", help="no statistics")
    chosen = parser.parse_args(arguments)
    campaign = Campaign(real_sockets=chosen.real_sockets)
    if chosen.seed is not None:
        run = campaign.play(campaign.draw(chosen.seed))
        broken = found_in(run)
        print(run.trace())
        print("\n".join(f"{each.rule}: {each.what}" for each in broken) or "no promise is broken")
        return int(bool(broken))
    if chosen.digest:
        digest = hashlib.sha256()
        for seed in range(chosen.start, chosen.start + chosen.seeds):
            digest.update(campaign.play(campaign.draw(seed)).trace().encode())
        print(digest.hexdigest())
        return 0
    began = time.monotonic()
    broken_seeds = 0
    for seed in range(chosen.start, chosen.start + chosen.seeds):
        case = campaign.try_seed(seed)
        if case is None:
            continue
        broken_seeds += 1
        tell(case)
        if broken_seeds >= chosen.most:
            break
    seconds = time.monotonic() - began
    tally = campaign.tally
    if not chosen.quiet:
        print(tally.table())
        print(tally.summary())
        if chosen.seeds >= FEW and not chosen.real_sockets:
            print("\n".join(f"too seldom: {each}" for each in tally.thin(LEAST_HITS)))
    print(f"{tally.runs} scenarios in {seconds:.1f} s ({tally.runs / seconds:.0f} a second), {broken_seeds} violations")
    return int(bool(broken_seeds))


if __name__ == "__main__":
    sys.exit(main())
