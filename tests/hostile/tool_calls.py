"""Calls of the tools in this process, with the requirements on every failure."""

import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

from dify_plugin import Tool
from dify_plugin.core.utils.class_loader import get_subclasses_from_module
from dify_plugin.errors.model import InvokeBadRequestError

from tests.contract.agreed_names import TOOLS
from tests.contract.plugin_files import tool as declaration_of

LONGEST_MESSAGE = 16_100
"""Characters of a failure, which may list many problems but not repeat huge input."""
CLASSES: dict[str, type[Any]] = {
    name: get_subclasses_from_module(import_module(f"tools.{name}"), Tool)[0] for name in TOOLS
}
"""Each tool's class, as Dify's loader finds it."""


class CallResult(NamedTuple):
    """The result of a call: the code of its failure, "" for none, and its text."""

    failure: str
    text: str


def parameters_of(tool: str) -> list[str]:
    """Return the names of a tool's parameters, as Dify reads them."""
    return [parameter["name"] for parameter in declaration_of(tool)["parameters"]]


def run(tool: str, parameters: Mapping[str, Any], credentials: Mapping[str, Any]) -> list[Any]:
    """Run a tool and return its messages."""
    return list(CLASSES[tool].from_credentials(dict(credentials)).invoke(dict(parameters)))


def call_tool(tool: str, parameters: Mapping[str, Any], credentials: Mapping[str, Any]) -> CallResult:
    """Run a tool; a failure must be of the class whose text Dify shows, one short line, and no internal error."""
    try:
        run(tool, parameters, credentials)
    except InvokeBadRequestError as failure:
        text = str(failure)
    else:
        return CallResult("", "")
    text.encode()
    code = re.match(r"\[([A-Z_]+[0-9]*)\] ", text)
    assert code, text[:200]
    # An unexpected exception becomes one line too, but is a bug of the plugin.
    assert code[1] != "INTERNAL", text
    assert text.isprintable(), text
    assert len(code[0]) < len(text) <= LONGEST_MESSAGE, len(text)
    return CallResult(code[1], text)
