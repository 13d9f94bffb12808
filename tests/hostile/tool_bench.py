"""All tools in this process, with parameters that work, to be given one odd thing after the other."""

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
"""Characters of a failure, which may list many problems; of ten million characters most must be left out."""
CLASSES: dict[str, type[Any]] = {
    name: get_subclasses_from_module(import_module(f"tools.{name}"), Tool)[0] for name in TOOLS
}
"""Each tool's class, as Dify's loader finds it."""


class Told(NamedTuple):
    """How a call ended: the code of its failure, empty for none, and what it says."""

    failure: str
    text: str


def parameters_of(tool: str) -> list[str]:
    """Return the names of a tool's parameters, as Dify reads them."""
    return [parameter["name"] for parameter in declaration_of(tool)["parameters"]]


def run(tool: str, parameters: Mapping[str, Any], credentials: Mapping[str, Any]) -> list[Any]:
    """Run a tool and return its messages."""
    return list(CLASSES[tool].from_credentials(dict(credentials)).invoke(dict(parameters)))


def told_by(tool: str, parameters: Mapping[str, Any], credentials: Mapping[str, Any]) -> Told:
    """Run a tool; what it raises must be of the class that Dify passes on, of one short line, and foreseen."""
    try:
        run(tool, parameters, credentials)
    except InvokeBadRequestError as failure:
        text = str(failure)
    else:
        return Told("", "")
    text.encode()
    begin = re.match(r"\[([A-Z_]+[0-9]*)\] ", text)
    assert begin, text[:200]
    # What a tool did not foresee becomes one line, too, but is a mistake of ours.
    assert begin[1] != "INTERNAL", text
    assert text.isprintable(), text
    assert len(begin[0]) < len(text) <= LONGEST_MESSAGE, len(text)
    return Told(begin[1], text)
