"""``python -m fuzz --minutes 60``: tries all targets in turn and prints how many inputs were tried."""

import argparse
import sys
import traceback

from fuzz.runs import Tally, run_for
from fuzz.targets import TARGETS


def main() -> int:
    """Run; return 1 when a reader did anything but read or refuse."""
    options = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    options.add_argument("--minutes", type=float, default=60.0, help="for all targets together (60)")
    options.add_argument("--only", choices=sorted(TARGETS), help="one target alone")
    given = options.parse_args()
    chosen = [given.only] if given.only else list(TARGETS)
    finds = 0
    total = 0
    for name in chosen:
        tally = Tally()
        try:
            run_for(TARGETS[name], tally, given.minutes * 60 / len(chosen))
        except Exception:  # noqa: BLE001 - whatever a reader raises is what is looked for
            finds += 1
            _tell(f"{name}: FOUND after {tally.tried:,} inputs\n{traceback.format_exc()}")
        total += tally.tried
        _tell(
            f"{name:16} {tally.tried:>12,} inputs, {tally.taken:>12,} taken, slowest {tally.slowest * 1000:8.1f} ms"
            f"  {tally.slowest_input[:60]}"
        )
    _tell(f"{total:,} inputs, {finds} finds")
    return 1 if finds else 0


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
