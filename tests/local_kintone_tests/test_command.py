"""The server as a separate program, controlled over its control paths."""

from __future__ import annotations

import base64
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from cryptography.hazmat.primitives.serialization import pkcs12

from local_kintone.__main__ import main
from tests.local_kintone_tests.api import SECONDS, Api, code_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
START_SECONDS = 30


class Program:
    """A running server and its control paths."""

    def __init__(self, folder: Path, *options: str) -> None:
        """Start the server with further options and wait for its port."""
        port_file = folder / "port"
        arguments = ["--port", "0", "--seed", "demo", "--port-file", str(port_file), *options]
        # A process that a shell starts in the background ignores SIGINT, and its child processes inherit that.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            self.process = subprocess.Popen(  # noqa: S603 - this interpreter and fixed arguments
                [sys.executable, "-m", "local_kintone", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
            )
        finally:
            signal.signal(signal.SIGINT, before)
        deadline = time.monotonic() + START_SECONDS
        while not (port_file.exists() and port_file.read_text().strip()):
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)
        scheme = "https" if "--https" in options else "http"
        self.url = f"{scheme}://127.0.0.1:{port_file.read_text().strip()}"

    def control(self, method: str, name: str, body: object = None, **query: str) -> Any:  # noqa: ANN401 - JSON
        """Call a control path and return its JSON."""
        answer = requests.request(method, f"{self.url}/_local/{name}", json=body, params=query, timeout=SECONDS)
        return answer.json()

    def stop(self) -> str:
        """Interrupt the server and return its output."""
        self.process.send_signal(signal.SIGINT)
        try:
            printed, _ = self.process.communicate(timeout=SECONDS)
        finally:
            self.process.kill()
        return str(printed)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Run one server for all tests here."""
    running = Program(tmp_path_factory.mktemp("program"))
    yield running
    running.stop()


@pytest.fixture
def client(program: Program) -> Api:
    """Call the first app with a token from the control path."""
    token = program.control("POST", "tokens", {"app": 1, "permissions": ["view", "add"]})["token"]
    return Api(program.url, token)


def test_failures_and_latency_are_switched_over_http(program: Program, client: Api) -> None:
    """A failure is posted, applied, listed and cleared; an invalid one is answered with a message."""
    program.control("POST", "failures", {"api": "app", "status": 503, "times": 9})
    assert client.get("app", id=1).status_code == 503
    assert program.control("GET", "failures")["failures"][0]["hits"] == 1
    program.control("DELETE", "failures")
    assert client.get("app", id=1).ok
    assert "nosuch" in program.control("POST", "failures", {"nosuch": 1})["message"]
    assert program.control("POST", "latency", {"request": 0.01}) == {"request": 0.01, "connect": 0.0}
    assert program.control("POST", "latency", {"request": 0})["request"] == 0


def test_requests_and_stats_are_read_over_http(program: Program, client: Api) -> None:
    """Control requests are neither logged nor counted; DELETE clears the log."""
    program.control("DELETE", "requests")
    client.get("app", id=1)
    (received,) = program.control("GET", "requests")["requests"]
    assert (received["method"], received["path"], received["query"]) == ("GET", "/k/v1/app.json", "id=1")
    assert received["headers"]["X-Cybozu-API-Token"]
    stats = program.control("GET", "stats")
    assert stats["by_api"] == {"GET app": 1}
    assert (stats["requests"], stats["connections"]) == (1, 1)


def test_apps_records_and_seeds_are_made_over_http(program: Program) -> None:
    """Apps, records and seeds can be added while the server runs."""
    app = program.control("POST", "apps", {"name": "New", "properties": {"a": {"type": "NUMBER"}}})["app"]
    assert program.control("POST", "records", {"app": app, "records": [{"a": "1"}, {"a": "2"}]})["ids"] == [1, 2]
    found = program.control("GET", "records", app=str(app), query="a > 1")["records"]
    assert [record["a"]["value"] for record in found] == ["2"]
    (wide,) = program.control("POST", "seed", {"seed": "wide", "records": 20, "gaps": 5})["apps"]
    records = program.control("GET", "records", app=str(wide))["records"]
    assert len(records) == 20
    assert "5" not in {record["$id"]["value"] for record in records}
    assert program.control("GET", "apps")[str(wide)]["name"] == "Wide"


def test_settings_are_changed_over_http(program: Program, client: Api) -> None:
    """Limits can be changed while the server runs."""
    program.control("POST", "settings", {"concurrency_limit": 0})
    assert code_of(client.get("app", id=1)) == (429, "GAIA_TO04")
    assert program.control("POST", "settings", {"concurrency_limit": 100})["concurrency_limit"] == 100
    assert "known" in program.control("GET", "nosuch")


def test_program_prints_how_to_use_it_and_ends_on_interrupt(tmp_path: Path) -> None:
    """It prints the address, app ids, tokens and a curl command; an interrupt ends it with status 0."""
    program = Program(tmp_path)
    printed = program.stop()
    assert program.process.returncode == 0
    assert program.url in printed
    assert "app 1 Orders: token local1x" in printed
    assert "curl -H 'X-Cybozu-API-Token: " in printed


def test_a_printed_command_unlocks_a_locked_server(tmp_path: Path) -> None:
    """What is printed for curl holds authority, password and certificate; without one of them nothing is answered."""
    options = ("--https", "--tls", "1.2", "--client-certificates", "asked", "--basic-auth", "営業:pa:ss")
    certificate, authority = tmp_path / "me.pem", tmp_path / "ca.pem"
    files = ("--ca-file", str(authority), "--client-certificate-file", str(certificate))
    program = Program(tmp_path, *options, *files, "--certificate-host", "example.s.cybozu.com")
    url = f"{program.url}/k/v1/app.json?id=1"
    refused = requests.get(url, verify=str(authority), timeout=SECONDS)
    bundle = requests.post(f"{program.url}/_local/certificates", json={"name": "x"}, verify=str(authority), timeout=9)
    printed = program.stop()
    command = next(shlex.split(line) for line in printed.splitlines() if line.startswith("  curl "))

    assert refused.status_code == 400
    assert command[command.index("--cacert") + 1] == str(authority)
    assert command[command.index("--cert") + 1] == str(certificate)
    assert command[command.index("-u") + 1] == "営業:pa:ss"
    assert "PRIVATE KEY" in certificate.read_text()
    assert bundle.json()["pem"].count("-----BEGIN") == 2
    packed = next(line for line in printed.splitlines() if line.startswith("MII"))
    assert pkcs12.load_key_and_certificates(base64.b64decode(packed), b"local")[0] is not None
    assert "REQUESTS_CA_BUNDLE=" in printed


def test_a_printed_command_unlocks_a_server_with_a_password(tmp_path: Path) -> None:
    """Basic authentication alone: the printed user and password let in, and an allowed address needs neither."""
    program = Program(tmp_path, "--basic-auth", "user:pa:ss", "--allow", "203.0.113.0/24")
    url = f"{program.url}/k/v1/app.json?id=1"
    answers = [requests.get(url, auth=auth, timeout=SECONDS) for auth in (None, ("user", "pa:ss"))]
    program.control("POST", "settings", {"allowed_addresses": ["127.0.0.1"]})
    answers.append(requests.get(url, timeout=SECONDS))
    printed = program.stop()

    assert ["WWW-Authenticate" in answer.headers for answer in answers] == [True, False, False]
    assert [code_of(answer) for answer in answers[1:]] == [(401, "CB_AU01")] * 2
    assert "-u 'user:pa:ss'" in printed
    assert "--cert " not in printed


def test_help_documents_the_control_paths(capsys: pytest.CaptureFixture[str]) -> None:
    """--help names every option and control path."""
    with pytest.raises(SystemExit):
        main(["--help"])
    printed = capsys.readouterr().out
    for name in ("--https", "--ca-file", "--basic-auth", "--port-file", "--latency-ms", "/_local/failures"):
        assert name in printed
