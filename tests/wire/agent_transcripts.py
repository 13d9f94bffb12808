"""What the tests of all transcripts of agents check: words that a model cannot know, codes, parts of the answers."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from benchmarks.agent_tasks.player import ToolCall, Transcript, observation
from dify_host import DifyHost
from tests.contract.plugin_files import ROOT

SENTENCE_CODE = re.compile(r"tool invoke error: \[([A-Za-z0-9_]+)\]")
# Numbers and dates are a model's own; so are the words of the query language and of JSON.
WORD = re.compile(r"[^\W\d_]\w*")
LANGUAGE_WORDS = frozenset(
    ["and", "or", "not", "in", "like", "is", "empty", "order", "by", "asc", "desc", "limit", "offset", "today"]
) | {"true", "false", "null", "value"}


def declared(tool: str) -> dict[str, Any]:
    """Return the declaration of a tool."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "tools" / f"{tool}.yaml").read_text(encoding="utf-8"))
    return loaded


def texts_for_models(tool: str) -> str:
    """Return what a model is told of a tool before it calls it."""
    declaration = declared(tool)
    parameters = [each for each in declaration.get("parameters") or [] if each["form"] == "llm"]
    options = [str(option["value"]) for each in parameters for option in each.get("options", ())]
    parts = [declaration["description"]["llm"], *(f"{each['name']} {each['llm_description']}" for each in parameters)]
    return " ".join([*parts, *options])


def play(call: ToolCall, known: str, host: DifyHost, given: Mapping[str, Any]) -> str:
    """Make a call of a transcript, check what it says, and return what the model reads.

    Every word that the model writes must stand in ``known``, which holds the task and what was read before. ``given``
    has the credentials, and the variables of a workflow if there are any.
    """
    unknown = {word for word in _words(call) if word not in known.lower()}
    assert unknown <= LANGUAGE_WORDS, unknown - LANGUAGE_WORDS
    seen = observation(host, call, given["credentials"], given.get("variables"))
    failed = SENTENCE_CODE.match(seen)
    assert (failed.group(1) if failed else "") == call.fails, seen
    assert [part for part in call.shows if part not in seen] == [], seen
    return seen


def known_before(transcript: Transcript) -> str:
    """Return what a model knows before its first call: the task and the declarations of the tools that it uses."""
    return " ".join([transcript.task, *(texts_for_models(call.tool) for call in transcript.calls)])


def only_settable(transcript: Transcript) -> bool:
    """Tell whether a model's calls use no parameter that only the author of a workflow sets."""
    return all(
        set(call.parameters)
        <= {each["name"] for each in declared(call.tool)["parameters"] or [] if each["form"] == "llm"}
        for call in transcript.calls
        if not call.is_from_workflow
    )


def _words(call: ToolCall) -> set[str]:
    return {word for value in call.parameters.values() for word in WORD.findall(str(value).lower())}
