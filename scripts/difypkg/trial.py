"""A test of the built package: it is installed separately and started as by Dify and the marketplace's install test."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from dify_host import DifyHost, PluginFailure, ServerlessHost
from scripts.difypkg.archive import unpack

REFUSED_CREDENTIALS = {
    "kintone_domain": "kintone.example",
    "kintone_app_id": "1",
    "kintone_api_token": "t" * 40,
}
"""A host that the plugin must refuse without a request, so the test needs no network."""
REFUSED_PARAMETERS = {"kintone_domain": "kintone.example"}
"""The same host, refused by the tools that ask kintone; the others refuse the parameter, which they do not have."""
REFUSED = "INVALID_INPUT"
"""The code of the refusal."""

_ENVIRONMENT = {"PYTHONPATH": None, "PYTHONHOME": None, "VIRTUAL_ENV": None, "KINTONE_ALLOWED_ORIGINS": None}

type Report = Callable[[str], None]


class TrialError(Exception):
    """The package does not work; the message names the failed step."""


def try_package(package: Path, folder: Path, report: Report) -> None:
    """Unpack, install and start a package in an empty folder.

    Args:
        package: The .difypkg.
        folder: An empty folder outside the repository.
        report: Called with a line for each successful step.

    Raises:
        TrialError, HostViolation, PluginStopped, PluginTimedOut: A step failed.
    """
    plugin = folder / "plugin"
    unpack(package, plugin)
    report(f"unpacked into {plugin}")
    python = _install(plugin, folder / "venv")
    report("installed its own requirements.txt into a new virtual environment")
    _run_official_tool(plugin, folder, report)
    start_locally(plugin, python, report)
    start_serverless(plugin, python, report)


def _install(plugin: Path, environment: Path) -> str:
    _run([sys.executable, "-m", "venv", str(environment)], plugin)
    python = str(environment / "bin" / "python")
    quiet = ["-qq", "--disable-pip-version-check"]
    _run([python, "-m", "pip", "install", *quiet, "--requirement", "requirements.txt"], plugin)
    return python


def _run_official_tool(plugin: Path, folder: Path, report: Report) -> None:
    tool = os.environ.get("DIFY_CLI_PATH") or shutil.which("dify")
    if tool:
        _run([tool, "plugin", "package", str(plugin), "-o", str(folder / "official.difypkg")], folder)
        report("packaged again with Dify's own command-line tool")


def start_locally(plugin: Path, python: str, report: Report) -> None:
    """Start the plugin as Dify's daemon does; the provider and every tool must refuse a host."""
    with DifyHost(plugin, environment=_ENVIRONMENT, python=python) as host:
        error = _failure(host.validate, REFUSED_CREDENTIALS)
        expect_refusal(error, "refusing a credential")
        for tool in host.tools:
            error = _failure(host.invoke, tool, REFUSED_PARAMETERS, REFUSED_CREDENTIALS)
            expect_refusal(error, f"running {tool} with a host that is not a kintone site")
        name, version, count = host.manifest["name"], host.manifest["version"], len(host.tools)
    report(f"started as Dify's daemon starts it: {name} {version}, {count} tools, all answer")


def start_serverless(plugin: Path, python: str, report: Report) -> None:
    """Start the plugin as Dify's cloud does; the provider must refuse a credential."""
    with ServerlessHost(plugin, environment=_ENVIRONMENT, python=python) as host:
        status = host.get("/")
        if status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
            raise TrialError(f"in serverless mode GET / answers with {status} instead of 200 or 404")
        error = _failure(host.validate, REFUSED_CREDENTIALS)
        expect_refusal(error, "refusing a credential in serverless mode")
    report(f"started in serverless mode: answered after {host.ready_after:.1f} of 20 seconds")


def _failure(call: Callable[..., object], *arguments: object) -> PluginFailure | None:
    try:
        call(*arguments)
    except PluginFailure as failure:
        return failure
    return None


def expect_refusal(failure: PluginFailure | None, what: str) -> None:
    """Raise ``TrialError`` unless the plugin itself refused, with a message that Dify shows without additions."""
    if failure is None:
        raise TrialError(f"{what}: the plugin raised nothing")
    bare = failure.workflow_view == failure.credential_view == failure.message
    if failure.code != REFUSED or not bare:
        raise TrialError(f"{what}: {failure} instead of a bare line of {REFUSED}\n{failure.traceback}")


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - fixed commands
    if done.returncode:
        raise TrialError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
