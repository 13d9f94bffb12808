"""The YAML and the Python of a tool name the same parameters."""

import importlib
from pathlib import Path

import pytest
from dify_plugin import Tool

from tests.contract.agreed_names import TOOLS
from tests.contract.plugin_files import ROOT, tool
from tools.access import NETWORK_PARAMETERS


def class_of(name: str) -> type[Tool]:
    """Return the one Tool subclass of a tool's module."""
    found = vars(importlib.import_module(f"tools.{name}")).values()
    return next(each for each in found if isinstance(each, type) and issubclass(each, Tool) and each is not Tool)


def declared(name: str) -> set[str]:
    """Return the parameters that a tool's YAML declares."""
    return {parameter["name"] for parameter in tool(name)["parameters"]}


@pytest.mark.parametrize("name", TOOLS)
def test_parameters_when_declared_by_yaml_and_class(name: str) -> None:
    """What the YAML declares is what the class takes, the shared ones included."""
    own = vars(class_of(name))["own_parameters"]

    assert declared(name) == {*own, *NETWORK_PARAMETERS}
    assert len(own) == len(set(own))


@pytest.mark.parametrize("name", TOOLS)
def test_parameters_when_looked_for_in_the_code(name: str) -> None:
    """Every parameter a tool takes is read somewhere in the code, beside the place that lists it."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in Path(ROOT / "tools").rglob("*.py"))

    for parameter in vars(class_of(name))["own_parameters"]:
        assert code.count(f'"{parameter}"') >= 2, parameter
