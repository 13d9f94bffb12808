"""Names, commands, settings, examples and links in the documents agree with the code."""

import json
import re
from pathlib import Path

import pytest

from kintone.access.settings import OperatorSettings
from kintone.error_codes import MEANINGS, NO_PERMISSION
from kintone.forms.answers import parse_form
from kintone.records import check_record
from local_kintone import LocalKintone
from scripts.difypkg.text_rules import check_texts
from tests.contract.agreed_names import CREDENTIALS, ENTRIES, TOOLS
from tests.contract.plugin_files import ROOT, manifest, tool
from tools.declarations import NETWORK_PARAMETERS

READMES = ("README.md", "readme/README_ja_JP.md")
DOCUMENTS = (
    *READMES,
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "PRIVACY.md",
    "docs/values.md",
    "docs/README.md",
    "docs/ja/README.md",
)
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)|^\[\w+\]: (\S+)$", re.MULTILINE)
BENCHMARK = re.compile(r"<!-- benchmark -->.*<!-- /benchmark -->", re.DOTALL)
SYMPTOMS = (
    "does not know the API token", "the API token may not do this", "guest space", "a lookup field names a value",
    "there is no such app", "a field that the app does not have", "an operator that this type", "no file with that key",
    "changed by somebody else", "too many requests at once", "all ten cursors of the kintone site are in use",
    "did not answer in time", "not finished within", "would be too large for Dify", "not a host of kintone",
    "the address of the file starts without http://", "an address inside the network of the Dify server",
    "the file could not be fetched from", "the link to the file is no longer valid", "it may have been saved",
)  # fmt: skip


def read(path: str) -> str:
    """Return the text of a document."""
    return (ROOT / path).read_text(encoding="utf-8")


def fences(text: str, language: str) -> list[str]:
    """Return the code blocks of one language."""
    return [content for found, content in FENCE.findall(text) if found == language]


def without_fences(text: str) -> str:
    """Return the text without its code blocks."""
    return FENCE.sub("", text)


def section(path: str, heading: str) -> str:
    """Return the text below a heading, up to the next one of the same or a higher level."""
    _, _, rest = read(path).partition(f"\n{heading}\n")
    assert rest, f"{path} has no heading {heading}"
    level = len(heading) - len(heading.lstrip("#"))
    return re.split(rf"^#{{1,{level}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def anchors(text: str) -> set[str]:
    """Return the anchors of the headings, as GitHub makes them."""
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for _, heading in HEADING.findall(text)}


def sources(folder: str) -> list[Path]:
    """Return the Python files of a folder."""
    return sorted((ROOT / folder).rglob("*.py"))


def settings() -> dict[str, str]:
    """Return the operator's settings by name, each with its default as text."""
    names = re.findall(r'"(KINTONE_[A-Z_]+)"', read("kintone/access/settings.py"))
    defaults = OperatorSettings()
    return {
        name: "" if name == "KINTONE_ALLOWED_ORIGINS" else f"{getattr(defaults, name[8:].lower()):.0f}"
        for name in names
    }


@pytest.mark.parametrize("name", TOOLS)
def test_readmes_explain_every_parameter_and_result_of_a_tool(name: str) -> None:
    """A tool's sections name its own parameters, its result variables and the keys of their entries."""
    declared = tool(name)
    own = [entry["name"] for entry in declared["parameters"] if entry["name"] not in NETWORK_PARAMETERS]
    keys = [key for (owner, _), entries in ENTRIES.items() if owner == name for key in entries]
    names = (*own, *declared["output_schema"]["properties"], *keys)

    for text in (section(path, f"### {name}") for path in READMES):
        assert [each for each in names if f"`{each}`" not in text] == []


@pytest.mark.parametrize("path", READMES)
def test_readme_explains_what_all_tools_share(path: str) -> None:
    """The README has a row for each shared parameter, credential, tool and output mode."""
    text = read(path)
    modes = next(entry for entry in tool("kintone_query")["parameters"] if entry["name"] == "output_mode")

    names = (*NETWORK_PARAMETERS, *CREDENTIALS, *TOOLS, *(option["value"] for option in modes["options"]))

    assert [name for name in names if f"| `{name}` |" not in text] == []


def test_readme_follows_the_rules_of_the_marketplace() -> None:
    """README and PRIVACY.md follow the package's table_rules for texts, and the README has the source's address."""
    assert list(check_texts({path: read(path).encode() for path in (*READMES, "PRIVACY.md")})) == []
    assert manifest()["repo"] in read("README.md")


@pytest.mark.parametrize("path", DOCUMENTS)
def test_commands_that_a_document_names_exist(path: str) -> None:
    """Every `make …` is a target of the Makefile, every `python -m …` and script a file of the repository."""
    text = read(path)
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    modules = set(re.findall(r"\.venv/bin/python -m ([\w.]+)", text)) - {"pytest"}
    places = [ROOT / module.replace(".", "/") for module in modules]

    assert set(re.findall(r"(?:`|^\$ )make ([a-z-]+)", text, re.MULTILINE)) <= targets
    assert all(place.with_suffix(".py").exists() or (place / "__main__.py").exists() for place in places)


@pytest.mark.parametrize("path", READMES)
def test_every_setting_of_the_operator_is_explained(path: str) -> None:
    """Each environment variable has a row with its default."""
    rows = dict(re.findall(r"^\| `(KINTONE_\w+)` \| (\S+) \|", read(path), re.MULTILINE))

    assert rows.keys() == settings().keys()
    assert [name for name, default in settings().items() if default and rows[name] != default] == []


@pytest.mark.parametrize("path", READMES)
def test_documents_name_the_version_of_the_manifest(path: str) -> None:
    """README and changelog name the package and version that `make package` builds."""
    declared = manifest()

    assert f"`build/{declared['name']}-{declared['version']}.difypkg`" in read(path)
    assert f"\n## [{declared['version']}] - " in read("CHANGELOG.md")
    assert declared["meta"]["minimum_dify_version"] in read(path)


@pytest.mark.parametrize("path", READMES)
def test_error_codes_in_the_readme_are_known(path: str) -> None:
    """Every error code of kintone in the README is one that the plugin explains."""
    codes = set(re.findall(r"\b(?:GAIA|CB)_[A-Z]{2}\d\d\b", read(path)))

    assert len(codes) >= 10
    assert codes <= MEANINGS.keys() | NO_PERMISSION


@pytest.mark.parametrize("path", READMES)
def test_symptoms_in_the_readme_are_words_of_error_messages(path: str) -> None:
    """The troubleshooting section quotes the plugin's error messages."""
    code = "".join(file.read_text(encoding="utf-8") for folder in ("kintone", "tools") for file in sources(folder))
    messages = re.sub(r'"\s*\n\s*f?"', "", code)

    assert [words for words in SYMPTOMS if words not in messages] == []
    assert [words for words in SYMPTOMS if words not in read(path)] == []


def test_translation_has_the_same_outline() -> None:
    """Both READMEs have the same headings in the same order, the same tables and the same requests and queries."""
    english, japanese = (BENCHMARK.sub("", read(path)) for path in READMES)
    levels = [[level for level, _ in HEADING.findall(without_fences(text))] for text in (english, japanese)]
    names = [re.findall(r"^#+ (kintone_\w+)$", text, re.MULTILINE) for text in (english, japanese)]
    table_rules = [re.findall(r"^\|(?:---\|)+$", text, re.MULTILINE) for text in (english, japanese)]

    assert levels[0] == levels[1]
    assert names[0] == names[1] == list(TOOLS)
    assert table_rules[0] == table_rules[1]
    assert len(fences(english, "json")) == len(fences(japanese, "json"))


@pytest.mark.parametrize("path", DOCUMENTS)
def test_link_targets_exist(path: str) -> None:
    """Linked anchors exist, and so do linked files of the repository."""
    text = read(path)
    blob = f"{manifest()['repo']}/blob/main/"
    links = [one or other for one, other in LINK.findall(without_fences(text))]
    inside = [link.removeprefix(blob) for link in links if link.startswith(blob)]
    relative = [str((Path(path).parent / link).as_posix()) for link in links if not re.match(r"https?://|#", link)]

    assert {link[1:] for link in links if link.startswith("#")} <= anchors(text)
    assert [target for target in (*inside, *relative) if not (ROOT / target.partition("#")[0]).exists()] == []


@pytest.mark.parametrize("name", TOOLS)
def test_requests_in_the_readmes_are_valid(name: str) -> None:
    """The first request in a tool's section is valid JSON and has only parameters of the tool."""
    for path in READMES:
        examples = [json.loads(example) for example in fences(section(path, f"### {name}"), "json")]

        assert examples[0].keys() <= {entry["name"] for entry in tool(name)["parameters"]}


@pytest.mark.parametrize("path", READMES)
def test_queries_in_the_readme_are_answered(path: str) -> None:
    """The local kintone accepts every example query."""
    kintone = LocalKintone(seed="demo")
    try:
        queries = [*fences(read(path), "kintone")[0].splitlines()]
        queries.append(json.loads(fences(section(path, "### kintone_query"), "json")[0])["query"])
        assert all(isinstance(kintone.records(1, query), list) for query in queries)
    finally:
        kintone.stop()


@pytest.mark.parametrize("path", READMES)
def test_validation_errors_in_the_readme_are_those_found(path: str) -> None:
    """The errors shown for an invalid record are those that validation finds."""
    kintone = LocalKintone(seed="demo")
    properties = {"properties": kintone.apps[1].form.properties, "revision": "1"}
    kintone.stop()
    text = section(path, "### kintone_validate_record_data")

    found = check_record(json.loads(fences(text, "json")[0])["record_data"], parse_form(properties, "1"), "add")

    assert [f"- {line}" for line in found.lines] == fences(text, "text")[0].splitlines()[1:]
