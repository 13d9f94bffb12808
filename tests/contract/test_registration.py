"""The SDK's loader accepts the plugin: the manifest, the provider and every tool, with one class each."""

import importlib
from collections.abc import Iterator

import pytest
from dify_plugin import DifyPluginEnv, Tool, ToolProvider
from dify_plugin.core.plugin_registration import PluginRegistration
from dify_plugin.core.utils.class_loader import get_subclasses_from_module

from tests.contract.agreed_names import TOOLS
from tests.contract.plugin_files import ROOT, manifest


@pytest.fixture(scope="module")
def registration() -> Iterator[PluginRegistration]:
    """Load the plugin as Dify does, from its own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield PluginRegistration(DifyPluginEnv())


def test_plugin_is_registered(registration: PluginRegistration) -> None:
    """One provider with all tools is registered, under the manifest's name and version."""
    _, provider_class, tools = registration.tools_mapping["kintone"]

    assert registration.configuration.name == manifest()["name"]
    assert registration.configuration.version == manifest()["version"]
    assert list(registration.tools_mapping) == ["kintone"]
    assert issubclass(provider_class, ToolProvider)
    assert list(tools) == list(TOOLS)
    assert all(issubclass(tool_class, Tool) for _, tool_class in tools.values())


def test_assets_are_registered(registration: PluginRegistration) -> None:
    """Both icons are registered as assets."""
    declared = manifest()

    assert {declared["icon"], declared["icon_dark"]} <= {asset.filename for asset in registration.files}


@pytest.mark.parametrize("name", TOOLS)
def test_tool_module_has_one_tool(name: str) -> None:
    """The loader finds one subclass of Tool in a tool's module; with two the plugin would not start."""
    module = importlib.import_module(f"tools.{name}")
    found = get_subclasses_from_module(module, Tool)

    assert [each.__module__ for each in found] == [f"tools.{name}"]


def test_provider_module_has_one_provider() -> None:
    """The loader finds one subclass of ToolProvider in the provider's module."""
    module = importlib.import_module("provider.kintone")
    found = get_subclasses_from_module(module, ToolProvider)

    assert [each.__module__ for each in found] == ["provider.kintone"]


@pytest.mark.parametrize("name", TOOLS)
def test_tool_class_can_be_instantiated(name: str, registration: PluginRegistration) -> None:
    """A tool has no abstract methods and does not override the SDK's constructor."""
    _, _, tools = registration.tools_mapping["kintone"]
    _, tool_class = tools[name]

    assert not getattr(tool_class, "__abstractmethods__", None)
    assert "__init__" not in {
        key for each in tool_class.__mro__ if each.__module__.startswith("tools") for key in vars(each)
    }
