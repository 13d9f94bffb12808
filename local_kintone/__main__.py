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
  POST   /_local/certificates              {"name", "state", "intermediate", "password"}: a client certificate
  GET    /_local/records?app=1&query=...   an app's records
  POST   /_local/records                   {"app", "records": [{"code": value}]}; the values are not checked
  POST   /_local/seed                      {"seed", "records", "gaps"}
  POST   /_local/failures                  {"api": "records", "status": 503, "times": 2, ...}
  GET    /_local/failures                  the active failures with all their attributes
  DELETE /_local/failures                  removes all failures
  POST   /_local/latency                   {"request": 0.05, "connect": 0.1}, in seconds
  GET    /_local/requests                  the latest requests; DELETE clears them and resets the statistics
  GET    /_local/stats                     requests, connections, maximum concurrency, live cursors
  POST   /_local/settings                  {"like_limit": 5, "cursor_limit": 10, "concurrency_limit": 100,
                                           "basic_auth": ["user", "password"], "allowed_addresses": ["192.0.2.0/24"],
                                           "maintenance": true, ...}
If the handshake demands a client certificate, it does so for the control paths too.
"""


PFX_PASSWORD = "local"  # noqa: S105 - of certificates that a server on this machine alone accepts


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
    parser.add_argument(
        "--certificate-host", action="append", default=[], help="with --https, a further host name of the certificate"
    )
    parser.add_argument("--tls", choices=("1.2", "1.3"), help="with --https, speak only this version")
    parser.add_argument(
        "--client-certificates",
        choices=("none", "required", "asked"),
        default="none",
        help="with --https, demand a client certificate: by the handshake (required), or by an answer (asked)",
    )
    parser.add_argument("--client-certificate-file", type=Path, help="write a client certificate with its key here")
    parser.add_argument("--basic-auth", metavar="USER:PASSWORD", help="ask for Basic authentication")
    parser.add_argument(
        "--allow", action="append", metavar="ADDRESS", help="limit the site to this IP address or network"
    )
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
    settings = Settings(gzip=not given.no_gzip, allowed_addresses=given.allow)
    if given.basic_auth:
        user, _, password = given.basic_auth.partition(":")
        settings.basic_auth = (user, password)
    with LocalKintone(
        https=given.https,
        ca_file=given.ca_file,
        client_certificates=given.client_certificates,
        tls_version=given.tls,
        hosts=given.certificate_host,
        port=given.port,
        seed=given.seed,
        records=given.records,
        gaps=given.gaps,
        database=given.database,
        settings=settings,
    ) as kintone:
        kintone.latency(given.latency_ms / 1000, given.connect_latency_ms / 1000)
        sys.stdout.write(introduction(kintone, given.client_certificate_file))
        sys.stdout.flush()
        if given.port_file is not None:
            given.port_file.write_text(f"{kintone.port}\n")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


def introduction(kintone: LocalKintone, certificate_file: Path | None = None) -> str:
    """Return the instructions for using the server: address, app ids, tokens, what unlocks it, a curl command.

    A client certificate is written to the file if the server demands one, by default beside the authority's.
    """
    lines = [f"local kintone listens on {kintone.url}"]
    curl = ["curl"]
    if kintone.ca_file is not None:
        lines.append(f"certificate authority: {kintone.ca_file}")
        curl.append(f"--cacert '{kintone.ca_file}'")
    first = ""
    for number, app in kintone.apps.items():
        token = kintone.token(number)
        space = "" if app.guest_space is None else f" (guest space {app.guest_space})"
        lines.append(f"app {number} {app.name}{space}: token {token}")
        first = first or f"-H 'X-Cybozu-API-Token: {token}' '{kintone.url}/k/v1/records.json?app={number}'"
    unlocking = [*_basic_auth(kintone, curl), *_client_certificate(kintone, certificate_file, curl)]
    if first:
        lines += ["", "try:", f"  {' '.join([*curl, first])}"]
    lines += [
        "",
        f"in Dify: add {kintone.url} to KINTONE_ALLOWED_ORIGINS and enter it as the domain;",
        "separate the tokens of an app and of its lookup app by a comma",
    ]
    if kintone.ca_file is not None:
        lines.append(f"set REQUESTS_CA_BUNDLE={kintone.ca_file} for the plugin, which then trusts the certificate")
    lines += [*unlocking, ""]
    return "\n".join(lines)


def _basic_auth(kintone: LocalKintone, curl: list[str]) -> list[str]:
    if kintone.settings.basic_auth is None:
        return []
    user, password = kintone.settings.basic_auth
    curl.append(f"-u '{user}:{password}'")
    return [f"Basic authentication: user {user}, password {password}"]


def _client_certificate(kintone: LocalKintone, path: Path | None, curl: list[str]) -> list[str]:
    if kintone.ca_file is None or kintone.site.client_authority.demand == "none":
        return []
    certificate = kintone.client_certificate()
    path = path or kintone.ca_file.with_name("client.pem")
    path.write_text(certificate.pem, encoding="ascii")
    curl.append(f"--cert '{path}'")
    return [
        f"client certificate: the text of {path}, or this line with the password {PFX_PASSWORD}:",
        certificate.pfx(PFX_PASSWORD),
    ]


if __name__ == "__main__":
    sys.exit(main())
