"""The YAML of provider and tools declares the agreed names, in the format that Dify accepts."""

import re
from typing import Any

import pytest
from dify_plugin.entities.tool import ToolConfiguration, ToolProviderConfiguration

from scripts.declarations import SHARED, shared_parameters, with_shared_parameters
from tests.contract.agreed_names import (
    CREDENTIALS,
    ENTRIES,
    NETWORK,
    NETWORKED_TOOLS,
    OFFLINE_TOOLS,
    OWN_PARAMETERS,
    RESULTS,
    TOOLS,
    VALIDATION_CODES,
    Parameter,
    network_parameters_of,
)
from tests.contract.plugin_files import ROOT, declared_files, load, manifest, provider, tool
from tests.good_parameters import good_parameters

VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,29}", re.ASCII)
RESERVED = {"text", "json", "files"}
TOKEN_HELP = "https://get.kintone.help/k/en/user/app_settings/api_token.html"
PROVIDER_TAGS = {"productivity", "business", "utilities"}


def _as_agreed(declared: dict[str, Any]) -> Parameter:
    return Parameter(
        declared["type"],
        declared["form"],
        declared["required"],
        declared.get("default"),
        tuple(option["value"] for option in declared.get("options", [])),
        declared.get("min"),
        declared.get("max"),
    )


def _result_type(schema: dict[str, Any]) -> str:
    return f"array[{schema['items']['type']}]" if schema["type"] == "array" else str(schema["type"])


def _entry(schema: dict[str, Any]) -> dict[str, Any]:
    entry = schema.get("items", schema)
    assert isinstance(entry, dict)
    return entry


def test_provider_when_loaded_by_the_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's own models accept the provider with all its tools."""
    monkeypatch.chdir(ROOT)

    configuration = ToolProviderConfiguration(**provider())

    assert [entry.identity.name for entry in configuration.tools] == list(TOOLS)


@pytest.mark.parametrize("name", TOOLS)
def test_tool_when_loaded_by_the_sdk(name: str) -> None:
    """The SDK's own model accepts each tool."""
    assert ToolConfiguration(**tool(name)).identity.name == name


def test_credentials_are_those_agreed() -> None:
    """The provider asks for the agreed credentials and no others."""
    declared = provider()["credentials_for_provider"]

    assert {name: (entry["type"], entry["required"]) for name, entry in declared.items()} == CREDENTIALS


def test_credentials_explain_where_to_find_them() -> None:
    """Every credential has a help text and a placeholder, and the token links to kintone's help."""
    declared = provider()["credentials_for_provider"]

    assert all(entry["help"] and entry["placeholder"] for entry in declared.values())
    assert declared["kintone_api_token"]["url"] == TOKEN_HELP


def test_provider_matches_the_manifest() -> None:
    """The provider is named kintone and has the plugin's icons and author."""
    identity = provider()["identity"]
    plugin = manifest()

    assert identity["name"] == "kintone"
    assert {key: identity[key] for key in ("author", "icon", "icon_dark")} == {
        key: plugin[key] for key in ("author", "icon", "icon_dark")
    }
    assert set(identity["tags"]) == PROVIDER_TAGS


def test_provider_lists_the_file_of_every_tool() -> None:
    """The provider lists every YAML file of a tool, and their names are the agreed ones."""
    files = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tools").glob("*.yaml"))

    assert files == sorted(provider()["tools"])
    assert files == sorted(f"tools/{name}.yaml" for name in TOOLS)


@pytest.mark.parametrize("name", TOOLS)
def test_tool_is_named_like_its_file(name: str) -> None:
    """A tool has the name of its file and the manifest's author, and its Python source has the same name."""
    declared = tool(name)

    assert declared["identity"]["name"] == name
    assert declared["identity"]["author"] == manifest()["author"]
    assert declared["extra"]["python"]["source"] == f"tools/{name}.py"


def test_declared_sources_exist() -> None:
    """Every Python file that a declaration names exists."""
    sources = [load(path)["extra"]["python"]["source"] for path in declared_files() if path != "manifest.yaml"]

    assert [source for source in sources if not (ROOT / source).is_file()] == []


@pytest.mark.parametrize("name", TOOLS)
def test_parameters_are_those_agreed(name: str) -> None:
    """A tool has the agreed parameters, with the agreed type, form, default, range and options, and no others."""
    declared = {entry["name"]: _as_agreed(entry) for entry in tool(name)["parameters"]}

    assert declared == {**OWN_PARAMETERS[name], **network_parameters_of(name)}


@pytest.mark.parametrize("name", TOOLS)
def test_sample_parameters_are_those_of_the_tool(name: str) -> None:
    """The sample parameters of a tool are its own and include the required ones."""
    own = OWN_PARAMETERS[name]
    required = {parameter for parameter, declared in own.items() if declared.required}

    assert required <= good_parameters(name).keys() <= own.keys()


@pytest.mark.parametrize("name", TOOLS)
def test_parameters_are_ordered_and_unique(name: str) -> None:
    """Each parameter is declared once, a tool's own before the shared ones, and a default is one of the options."""
    declared = tool(name)["parameters"]
    names = [entry["name"] for entry in declared]
    shared = list(network_parameters_of(name))

    assert len(names) == len(set(names))
    assert names[len(names) - len(shared) :] == shared
    assert all(entry["default"] in _as_agreed(entry).options for entry in declared if entry["type"] == "select")


@pytest.mark.parametrize("name", NETWORKED_TOOLS)
def test_secret_parameters_are_not_filled_in_by_a_model(name: str) -> None:
    """Secrets have ``form: form``, since a model's parameters are stored in the run's history."""
    secret = [entry for entry in tool(name)["parameters"] if entry["type"] == "secret-input"]

    assert [entry["form"] for entry in secret] == ["form"]


@pytest.mark.parametrize("name", TOOLS)
def test_file_parameters_are_optional(name: str) -> None:
    """No file parameter is required, since Dify refuses to add such a tool to an agent."""
    files = [entry for entry in tool(name)["parameters"] if entry["type"] in ("file", "files")]

    assert not any(entry["required"] for entry in files)


@pytest.mark.parametrize("name", TOOLS)
def test_results_are_those_agreed(name: str) -> None:
    """A tool declares the agreed result variables with their types, and no others."""
    schema = tool(name)["output_schema"]

    assert schema["type"] == "object"
    assert {key: _result_type(value) for key, value in schema["properties"].items()} == RESULTS[name]


@pytest.mark.parametrize("name", TOOLS)
def test_result_names_can_be_used_in_a_template(name: str) -> None:
    """Result variables have names that Dify's templates can address and that Dify does not reserve."""
    names = list(tool(name)["output_schema"]["properties"])

    assert all(VARIABLE.fullmatch(variable) for variable in names)
    assert not RESERVED & set(names)


@pytest.mark.parametrize(("place", "keys"), ENTRIES.items())
def test_result_entries_are_those_agreed(place: tuple[str, str], keys: tuple[str, ...]) -> None:
    """Objects in result variables have the agreed keys, each with a description and, unless it varies, one type."""
    name, variable = place
    properties = _entry(tool(name)["output_schema"]["properties"][variable])["properties"]

    assert tuple(properties) == keys
    assert all(isinstance(value.get("type", ""), str) and value["description"] for value in properties.values())


def test_validation_codes_are_described() -> None:
    """The description of the validation's result lists every error code."""
    errors = tool("kintone_validate_record_data")["output_schema"]["properties"]["errors"]
    description = errors["items"]["properties"]["code"]["description"]

    assert tuple(re.findall(r"[a-z]+(?:_[a-z]+)*", description.partition(":")[2])) == VALIDATION_CODES


@pytest.mark.parametrize("name", NETWORKED_TOOLS)
def test_shared_parameters_are_up_to_date(name: str) -> None:
    """``make declarations`` changes nothing: each tool's YAML has the shared parameters of the one source file."""
    written = (ROOT / "tools" / f"{name}.yaml").read_text(encoding="utf-8")
    shared = shared_parameters(SHARED.read_text(encoding="utf-8"), name)

    assert tuple(shared) == tuple(NETWORK)
    assert with_shared_parameters(written, shared) == written
    assert with_shared_parameters(written.replace("Leave blank for 30.", ""), shared) == written
    assert (
        with_shared_parameters(written, {**shared, "kintone_domain": "  - name: kintone_domain\n    other: 1"})
        != written
    )


@pytest.mark.parametrize("name", sorted(OFFLINE_TOOLS))
def test_offline_tools_get_no_shared_parameters(name: str) -> None:
    """``make declarations`` leaves the YAML of a tool that asks kintone nothing as it is."""
    shared = shared_parameters(SHARED.read_text(encoding="utf-8"), name)
    written = "parameters: []\n\noutput_schema:\n  type: object\n"

    assert shared == {}
    assert with_shared_parameters(written, shared) == written
