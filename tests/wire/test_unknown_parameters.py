"""A parameter that a tool does not have is refused by every tool before anything is sent."""

from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.contract.agreed_names import TOOLS
from tests.contract.plugin_files import tool
from tests.good_parameters import good_parameters
from tests.wire.plugin import credentials_of

WITHOUT_VALUE: tuple[Any, ...] = (None, "", " ", [], {}, [""], [None])
NAME = "nonexistent"


def refusal(host: DifyHost, site: LocalKintone, name: str, parameters: dict[str, Any]) -> str:
    """Return the message of a refusal, before which nothing is sent."""
    before = len(site.requests)
    with pytest.raises(PluginFailure) as refused:
        host.invoke(name, {**good_parameters(name), **parameters}, credentials_of(site))
    assert refused.value.message.startswith("[INVALID_INPUT] ")
    assert len(site.requests) == before
    return refused.value.message


@pytest.mark.parametrize("name", TOOLS)
def test_every_tool_refuses_an_invented_parameter(host: DifyHost, site: LocalKintone, name: str) -> None:
    """The refusal names what was invented, and the parameters that a model may fill in."""
    message = refusal(host, site, name, {NAME: "x"})
    offered = [entry["name"] for entry in tool(name)["parameters"] if entry["form"] == "llm"]

    assert NAME in message
    assert [each for each in offered if each not in message] == []


@pytest.mark.parametrize("name", TOOLS)
def test_every_tool_names_the_parameter_that_was_misspelt(host: DifyHost, site: LocalKintone, name: str) -> None:
    """A name with a letter too many, for each parameter of the tool, leads to the right one."""
    for entry in tool(name)["parameters"]:
        message = refusal(host, site, name, {f"{entry['name']}x": "1"})
        assert f'"{entry["name"]}"' in message


@pytest.mark.parametrize("value", [False, 0, "0", {"a": None}, ["", "x"]])
def test_a_value_that_looks_empty_counts(host: DifyHost, site: LocalKintone, value: object) -> None:
    """False and zero are values, and so is a list or object that holds something."""
    assert NAME in refusal(host, site, "kintone_query", {NAME: value})


@pytest.mark.parametrize("name", ["kintone_query", "kintone_query_docs"])
def test_a_parameter_without_a_value_is_as_if_absent(host: DifyHost, site: LocalKintone, name: str) -> None:
    """Dify and models send names without a value; they change nothing."""
    for value in WITHOUT_VALUE:
        assert host.invoke(name, {**good_parameters(name), NAME: value}, credentials_of(site)).text
