"""Plays transcripts of an agent's calls against the plugin's process.

A transcript is a TOML file with ``task``, the person's request, and ``calls``. Each call has ``tool``, ``parameters``
(those that a model fills in), ``shows`` (parts of the text that the model gets, which the next call or the answer to
the person needs) and, for a call that fails, ``fails``: the code in brackets. Transcripts that write also have
``changes``: all that is different in kintone afterwards.

A model cannot pass files, and does not write thousands of entries: a call with ``files`` (contents by name) or
``variables`` (parameters that are given a variable of the workflow) is that of a workflow's node.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.agent_tasks.sample_apps import create_apps
from benchmarks.server import ROOT
from dify_host import DifyHost, ParametersRefused, PluginFailure
from local_kintone import LocalKintone

READING = Path(__file__).with_name("reading")
WRITING = Path(__file__).with_name("writing")


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a transcript.

    Attributes:
        fails: the code of the failure; "" for a call that succeeds.
        fault: what goes wrong in kintone during the call, as ``LocalKintone.fail`` takes it.
    """

    tool: str
    parameters: Mapping[str, Any]
    shows: tuple[str, ...]
    fails: str
    files: Mapping[str, str]
    variables: Mapping[str, str]
    fault: Mapping[str, Any]

    @property
    def is_from_workflow(self) -> bool:
        """Whether a node of a workflow makes the call, not a model."""
        return bool(self.files or self.variables)


@dataclass(frozen=True, slots=True, eq=False)
class Transcript:
    """A task and its calls; ``max_characters`` limits what the model reads in all of them, None where nothing does."""

    name: str
    task: str
    calls: tuple[ToolCall, ...]
    max_characters: int | None
    changes: tuple[Mapping[str, Any], ...]


def transcripts(folder: Path) -> list[Transcript]:
    """Return all transcripts of a folder, in the order of their names."""
    return [_transcript(path) for path in sorted(folder.glob("*.toml"))]


def _transcript(path: Path) -> Transcript:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    calls = tuple(
        ToolCall(
            call["tool"],
            call.get("parameters", {}),
            tuple(call.get("shows", ())),
            call.get("fails", ""),
            call.get("files", {}),
            call.get("variables", {}),
            call.get("fault", {}),
        )
        for call in raw["calls"]
    )
    return Transcript(path.stem, raw["task"], calls, raw.get("max_characters"), tuple(raw.get("changes", ())))


def observation(
    host: DifyHost, call: ToolCall, credentials: Mapping[str, str], variables: Mapping[str, Any] | None = None
) -> str:
    """Return the text that a call gives to the model of an agent app, or to the reader of a workflow's node."""
    files = [host.serve(name, content.encode()) for name, content in call.files.items()]
    given = {**call.parameters, **({"upload_file": files} if files else {})}
    given |= {name: (variables or {})[variable] for name, variable in call.variables.items()}
    try:
        outcome = host.invoke(call.tool, given, credentials, given_by="workflow" if call.is_from_workflow else "agent")
    except (PluginFailure, ParametersRefused) as failure:
        return failure.agent_view
    return outcome.agent_view


def characters_by_task() -> dict[Transcript, int]:
    """Play all transcripts that read and return how many characters the model reads in the observations of each."""
    with LocalKintone(seed="none") as kintone:
        credentials = create_apps(kintone)
        with DifyHost(ROOT, environment={"KINTONE_ALLOWED_ORIGINS": kintone.origin}) as host:
            return {
                transcript: sum(len(observation(host, call, credentials)) for call in transcript.calls)
                for transcript in transcripts(READING)
            }
