"""Plays transcripts of an agent's calls against the plugin's process.

A transcript is a TOML file with ``task``, the person's request, and ``calls``. Each call has ``tool``, ``parameters``
(those that a model fills in), ``shows`` (parts of the text that the model gets, which the next call or the answer to
the person needs) and, for a call that fails, ``fails``: the code in brackets.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.reading_tasks.sample_apps import create_apps
from benchmarks.server import ROOT
from dify_host import DifyHost, ParametersRefused, PluginFailure
from local_kintone import LocalKintone

FOLDER = Path(__file__).with_name("transcripts")


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a transcript; ``fails`` is "" for one that succeeds."""

    tool: str
    parameters: Mapping[str, Any]
    shows: tuple[str, ...]
    fails: str


@dataclass(frozen=True, slots=True, eq=False)
class Transcript:
    """A task and its calls; ``max_characters`` limits what the model reads in all of them, None where nothing does."""

    name: str
    task: str
    calls: tuple[ToolCall, ...]
    max_characters: int | None


def transcripts() -> list[Transcript]:
    """Return all transcripts, in the order of their names."""
    return [_transcript(path) for path in sorted(FOLDER.glob("*.toml"))]


def _transcript(path: Path) -> Transcript:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    calls = tuple(
        ToolCall(call["tool"], call.get("parameters", {}), tuple(call.get("shows", ())), call.get("fails", ""))
        for call in raw["calls"]
    )
    return Transcript(path.stem, raw["task"], calls, raw.get("max_characters"))


def observation(host: DifyHost, call: ToolCall, credentials: Mapping[str, str]) -> str:
    """Return the text that the model of an agent app gets for a call."""
    try:
        outcome = host.invoke(call.tool, call.parameters, credentials, given_by="agent")
    except (PluginFailure, ParametersRefused) as failure:
        return failure.agent_view
    return outcome.agent_view


def characters_by_task() -> dict[Transcript, int]:
    """Play all transcripts and return how many characters the model reads in the observations of each."""
    with LocalKintone(seed="none") as kintone:
        credentials = create_apps(kintone)
        with DifyHost(ROOT, environment={"KINTONE_ALLOWED_ORIGINS": kintone.origin}) as host:
            return {
                transcript: sum(len(observation(host, call, credentials)) for call in transcript.calls)
                for transcript in transcripts()
            }
