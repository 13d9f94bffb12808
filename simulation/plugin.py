"""Drives the real tools of the plugin, in this process, over the simulated wire and on the virtual clock."""

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

# The SDK patches sockets and threads when it is imported, so it comes before whatever starts a thread.
import dify_plugin  # noqa: F401  # isort: split

from kintone import limits
from kintone.files import MeasuredSource
from simulation.calling import parameters_of
from simulation.engine import engine_for
from simulation.knowledge import given_files
from simulation.scenario import ADD, ATTACH, QUERY, UPSERT, Scenario
from simulation.trace import Outcome
from simulation.world import FILE
from tools import base, uploads
from tools.kintone_add_record import AddRecord
from tools.kintone_query import QueryRecords
from tools.kintone_upload_file import UploadFile
from tools.kintone_upsert_records import UpsertRecords

if TYPE_CHECKING:
    from simulation.scheduler import Scheduler
    from simulation.wire import Wire

TOOLS: dict[str, Any] = {ADD: AddRecord, QUERY: QueryRecords, ATTACH: UploadFile, UPSERT: UpsertRecords}
READABLE = ("InvokeBadRequestError",)
"""Names of the classes whose message Dify shows."""
SITE = "site.example"
_numbers = count(1)


class SimulatedFile:
    """A file of the workflow that is simply there: fetching it is not what is tried."""

    def __init__(self, file: Any, _limits: object) -> None:  # noqa: ANN401 - the plugin's own type
        """Keep the file as the plugin read it from its parameter."""
        self.file = file
        self.size = len(FILE)

    def check(self) -> None:
        """Find nothing wrong."""

    @contextmanager
    def open(self) -> Iterator[MeasuredSource]:
        """Hand over the content."""
        yield MeasuredSource(iter([FILE]), len(FILE), RuntimeError)


def hush() -> None:
    """Keep the plugin's log off the screen: it is not what is tried."""
    for name in ("kintone", "tools"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class PluginClient:
    """Makes the call of a scenario with the plugin's own tool."""

    def __init__(self) -> None:
        """Have the plugin keep quiet."""
        hush()

    def __call__(self, scenario: Scenario, wire: Wire, scheduler: Scheduler) -> Outcome:
        """Make the call."""
        engine = engine_for(wire, scheduler)
        opened = base.KintoneClient  # type: ignore[attr-defined]

        def client(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - handed on as it is
            return opened(*arguments, **options, engine=engine)

        # A site that no call has met before: what the process remembers of sites must not tell runs apart.
        site = f"s{next(_numbers)}.kintone.com"
        with patch.object(base, "KintoneClient", client), patch.object(uploads, "FileSource", SimulatedFile):
            return run_tool(scenario, site, wire.world.app, wire.world.token)


def run_tool(scenario: Scenario, domain: str, app: int, token: str, **environment: str) -> Outcome:
    """Run a tool with a credential and return how it ended, as Dify would show it."""
    credentials = {"kintone_domain": domain, "kintone_app_id": str(app), "kintone_api_token": token, "language": "en"}
    parameters = parameters_of(scenario)
    if scenario.tool == ATTACH:
        parameters.setdefault("upload_file", [_handed(name) for name in given_files(scenario)])
    with _settings(scenario, environment):
        random.seed(scenario.seed)
        try:
            messages = list(TOOLS[scenario.tool].from_credentials(credentials).invoke(parameters))
        except Exception as error:  # noqa: BLE001 - what is raised is what is judged
            return _nameless(_failed(error), domain)
    return _nameless(_succeeded(messages), domain)


@contextmanager
def _settings(scenario: Scenario, environment: Mapping[str, str]) -> Iterator[None]:
    """Scale the plugin's limits as the scenario says, and set its environment."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(limits, "MAX_RECORDS_PER_WRITE", scenario.batch))
        stack.enter_context(patch.object(limits, "MAX_LIMIT", scenario.page))
        values = {"KINTONE_CALL_BUDGET": str(scenario.budget), "KINTONE_MAX_CONCURRENCY": str(scenario.slots)}
        values |= {"KINTONE_READ_RANGES": "", **environment}
        stack.enter_context(patch.dict(os.environ, values))
        yield


def _handed(name: str) -> dict[str, Any]:
    return {
        "dify_model_identity": "__dify__file__",
        "url": f"http://files.example/{name}",
        "mime_type": "text/plain",
        "filename": name,
        "extension": ".txt",
        "size": len(FILE),
        "type": "document",
    }


def _nameless(outcome: Outcome, domain: str) -> Outcome:
    """Take the site's name, which no two runs share, out of what is shown."""
    return replace(outcome, failure=outcome.failure.replace(domain, SITE), text=outcome.text.replace(domain, SITE))


def _failed(error: Exception) -> Outcome:
    kind = type(error)
    if kind.__name__ not in READABLE:
        return Outcome(failure=str(error), mistake=f"{kind.__module__}.{kind.__name__}: {error}")
    return Outcome(failure=str(error) or "an error without words")


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
