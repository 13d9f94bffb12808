"""Runs the plugin's real tools in this process, with the simulated network and the virtual clock."""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

# The SDK patches sockets and threads on import, so it must be imported before any thread is started.
import dify_plugin  # noqa: F401  # isort: split

from kintone import limits
from kintone.files import MeasuredSource
from simulation.engine import engine_for
from simulation.entry_evidence import given_files
from simulation.scenario import ADD, ATTACH, COMMENT, MOVE, QUERY, READ_COMMENTS, REMOVE, UPDATE, UPSERT, Scenario
from simulation.tool_parameters import parameters_of
from simulation.trace import Outcome
from simulation.world import FILE
from tools import base, uploads
from tools.kintone_add_record import AddRecord
from tools.kintone_add_record_comment import AddRecordComment
from tools.kintone_delete_records import DeleteRecords
from tools.kintone_get_record_comments import GetRecordComments
from tools.kintone_query import QueryRecords
from tools.kintone_update_record import UpdateRecord
from tools.kintone_update_status import UpdateStatus
from tools.kintone_upload_file import UploadFile
from tools.kintone_upsert_records import UpsertRecords

if TYPE_CHECKING:
    from simulation.network import Network
    from simulation.scheduler import Scheduler

TOOLS: dict[str, Any] = {
    ADD: AddRecord,
    QUERY: QueryRecords,
    ATTACH: UploadFile,
    UPSERT: UpsertRecords,
    UPDATE: UpdateRecord,
    COMMENT: AddRecordComment,
    READ_COMMENTS: GetRecordComments,
    REMOVE: DeleteRecords,
    MOVE: UpdateStatus,
}
READABLE = ("InvokeBadRequestError",)
"""Names of the exception classes whose message Dify shows."""
SITE = "site.example"
_numbers = count(1)


class SimulatedFile:
    """A file of the workflow that is always available; its download is not simulated."""

    def __init__(self, file: Any, _limits: object) -> None:  # noqa: ANN401 - the plugin's own type
        """Take the file that the plugin read from its parameter."""
        self.file = file
        self.size = len(FILE)

    def check(self) -> None:
        """Accept the file."""

    @contextmanager
    def open(self) -> Iterator[MeasuredSource]:
        """Yield the content."""
        yield MeasuredSource(iter([FILE]), len(FILE), RuntimeError)


def silence_logs() -> None:
    """Disable the plugin's logging."""
    for name in ("kintone", "tools"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class PluginClient:
    """Makes the call of a scenario with the plugin's own tool."""

    def __init__(self) -> None:
        """Disable the plugin's logging."""
        silence_logs()

    def __call__(self, scenario: Scenario, network: Network, scheduler: Scheduler) -> Outcome:
        """Make the call."""
        engine = engine_for(network, scheduler)
        opened = base.KintoneClient  # type: ignore[attr-defined]

        def client(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - passed on unchanged
            return opened(*arguments, **options, engine=engine)

        # A new site name for each call, so the caches of the process do not influence later runs.
        site = f"s{next(_numbers)}.kintone.com"
        with patch.object(base, "KintoneClient", client), patch.object(uploads, "FileSource", SimulatedFile):
            return run_tool(scenario, site, network.world.app, network.world.token)


def run_tool(scenario: Scenario, domain: str, app: int, token: str, **environment: str) -> Outcome:
    """Run a tool with a credential and return its outcome as Dify would show it."""
    credentials = {"kintone_domain": domain, "kintone_app_id": str(app), "kintone_api_token": token, "language": "en"}
    parameters = parameters_of(scenario)
    if scenario.tool == ATTACH:
        parameters.setdefault("upload_file", [_file_argument(name) for name in given_files(scenario)])
    with _settings(scenario, environment):
        random.seed(scenario.seed)
        try:
            messages = list(TOOLS[scenario.tool].from_credentials(credentials).invoke(parameters))
        except Exception as error:  # noqa: BLE001 - the oracle judges every exception
            return _without_site_name(_failed(error), domain)
    return _without_site_name(_succeeded(messages), domain)


@contextmanager
def _settings(scenario: Scenario, environment: Mapping[str, str]) -> Iterator[None]:
    """Set the plugin's limits and environment for a scenario."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(limits, "MAX_RECORDS_PER_WRITE", scenario.batch))
        stack.enter_context(patch.object(limits, "MAX_RECORDS_PER_READ", scenario.page))
        values = {"KINTONE_CALL_BUDGET": str(scenario.budget), "KINTONE_MAX_CONCURRENCY": str(scenario.slots)}
        values |= {"KINTONE_READ_RANGES": "", **environment}
        stack.enter_context(patch.dict(os.environ, values))
        yield


def _file_argument(name: str) -> dict[str, Any]:
    return {
        "dify_model_identity": "__dify__file__",
        "url": f"http://files.example/{name}",
        "mime_type": "text/plain",
        "filename": name,
        "extension": ".txt",
        "size": len(FILE),
        "type": "document",
    }


def _without_site_name(outcome: Outcome, domain: str) -> Outcome:
    """Replace the site's name, which differs in each run, in the outcome."""
    return replace(outcome, failure=outcome.failure.replace(domain, SITE), text=outcome.text.replace(domain, SITE))


def _failed(error: Exception) -> Outcome:
    kind = type(error)
    if kind.__name__ not in READABLE:
        return Outcome(failure=str(error), internal_error=f"{kind.__module__}.{kind.__name__}: {error}")
    return Outcome(failure=str(error) or "an error without a message")


def _succeeded(messages: list[Any]) -> Outcome:
    texts: list[str] = []
    variables: dict[str, Any] = {}
    for message in messages:
        inner = getattr(message, "message", None)
        name = getattr(inner, "variable_name", None)
        if name is not None:
            variables[name] = getattr(inner, "variable_value", None)
        elif isinstance(getattr(inner, "text", None), str):
            texts.append(inner.text)  # type: ignore[union-attr]
    return Outcome(text="\n".join(texts), variables=variables)
