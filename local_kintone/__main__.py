"""The command line: start a server, print how to use it, serve until interrupted."""

from __future__ import annotations

import argparse
import logging
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from local_kintone.local import LocalKintone
from local_kintone.seeds import NAMES
from local_kintone.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

EPILOG = """\
Control while it runs (JSON in, JSON out):
  GET    /_local/apps                      apps and their tokens
  POST   /_local/apps                      {"name", "properties", "guest_space", "code", "process", "comments"}
  POST   /_local/tokens                    {"app", "permissions": ["view", "add", "edit", "delete", "manage"]}
  GET    /_local/records?app=1&query=...   an app's records
  POST   /_local/records                   {"app", "records": [{"code": value}]}; the values are not checked
  POST   /_local/seed                      {"seed", "records", "gaps"}
  POST   /_local/failures                  {"api": "records", "status": 503, "times": 2, ...}
  GET    /_local/failures                  the active failures with all their attributes
  DELETE /_local/failures                  removes all failures
  POST   /_local/latency                   {"request": 0.05, "connect": 0.1}, in seconds
  GET    /_local/requests                  the latest requests; DELETE clears them and resets the statistics
  GET    /_local/stats                     requests, connections, maximum concurrency, live cursors
  POST   /_local/settings                  {"like_limit": 5, "cursor_limit": 10, "concurrency_limit": 100, ...}
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local_kintone",
        description="A local kintone server for tests, demos and benchmarks.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8787, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--https", action="store_true", help="use TLS with a generated certificate (needs trustme)")
    parser.add_argument("--ca-file", type=Path, help="write the certificate authority here, for REQUESTS_CA_BUNDLE")
    parser.add_argument("--seed", choices=NAMES, default="demo", help="the apps to create at start (demo)")
    parser.add_argument(
        "--records", type=int, default=0, help="number of records that the seeds orders and wide create"
    )
    parser.add_argument("--gaps", type=int, default=0, help="with the seed wide, leave out every n-th id")
    parser.add_argument("--latency-ms", type=float, default=0, help="milliseconds added to every request")
    parser.add_argument(
        "--connect-latency-ms", type=float, default=0, help="milliseconds added to every new connection"
    )
    parser.add_argument(
        "--database", default=":memory:", help="SQLite file that stores everything; the default is memory"
    )
    parser.add_argument("--port-file", type=Path, help="write the port to this file when the server listens")
    parser.add_argument("--no-gzip", action="store_true", help="never compress answers")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until it is interrupted; returns the exit status."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
    with LocalKintone(
        https=given.https,
        ca_file=given.ca_file,
        port=given.port,
        seed=given.seed,
        records=given.records,
        gaps=given.gaps,
        database=given.database,
        settings=Settings(gzip=not given.no_gzip),
    ) as kintone:
        kintone.latency(given.latency_ms / 1000, given.connect_latency_ms / 1000)
        sys.stdout.write(introduction(kintone))
        sys.stdout.flush()
        if given.port_file is not None:
            given.port_file.write_text(f"{kintone.port}\n")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


def introduction(kintone: LocalKintone) -> str:
    """Return the instructions for using the server: address, app ids, tokens, a curl command."""
    lines = [f"local kintone listens on {kintone.url}"]
    if kintone.ca_file is not None:
        lines.append(f"certificate authority: {kintone.ca_file}")
    first = ""
    for number, app in kintone.apps.items():
        token = kintone.token(number)
        space = "" if app.guest_space is None else f" (guest space {app.guest_space})"
        lines.append(f"app {number} {app.name}{space}: token {token}")
        first = first or f"curl -H 'X-Cybozu-API-Token: {token}' '{kintone.url}/k/v1/records.json?app={number}'"
    if first:
        lines += ["", "try:", f"  {first}"]
    lines += [
        "",
        f"in Dify: add {kintone.url} to KINTONE_ALLOWED_ORIGINS and enter it as the domain;",
        "separate the tokens of an app and of its lookup app by a comma",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
