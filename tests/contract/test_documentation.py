"""The pages and tables that ``make docs`` writes."""

import shutil
from pathlib import Path

import pytest

from kintone.field_types import FIELD_TYPES
from kintone.records.value_examples import value_examples
from scripts import documentation
from tests.contract.agreed_names import ENTRIES, OWN_PARAMETERS, RESULTS, TOOLS, network_parameters_of
from tests.contract.plugin_files import ROOT, load

FOLDERS = ("docs", "docs/ja")
SOURCES = ("provider", "tools", "scripts", "docs", "readme", "README.md")


def page(folder: str, name: str) -> str:
    """Return the written page about a tool."""
    return (ROOT / folder / "tools" / f"{name}.md").read_text(encoding="utf-8")


def row(text: str, name: str) -> str:
    """Return the row of a table that begins with a name in code."""
    return next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))


def test_documentation_is_up_to_date() -> None:
    """``make docs`` would change nothing."""
    outdated = [
        path
        for path, text in documentation.documents().items()
        if not (ROOT / path).is_file() or (ROOT / path).read_text(encoding="utf-8") != text
    ]

    assert (outdated, documentation.pages_without_tool(documentation.documents())) == ([], []), "run make docs"


@pytest.mark.parametrize("kind", ["permissions", "repetition"])
def test_facts_about_tools_are_complete(kind: str) -> None:
    """Each tool has at least one row about its permissions and one about its repetition, and no other tool is named."""
    named = [tool for row in load("scripts/tool_facts.yaml")[kind] for tool in row["tools"]]

    assert set(named) == set(TOOLS)


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("name", TOOLS)
def test_pages_show_parameters_and_results(name: str, folder: str) -> None:
    """A page has a row for each agreed parameter, with default, range and options, and one for each result variable."""
    _, parameters, results, *_ = page(folder, name).split("\n## ")

    for parameter, agreed in {**OWN_PARAMETERS[name], **network_parameters_of(name)}.items():
        shown = row(parameters, parameter)
        default = "" if agreed.default is None else f"`{str(agreed.default).lower()}`"
        bounds = [str(each) for each in (agreed.least, agreed.most) if each is not None]
        assert f" {agreed.type} |" in shown
        assert f"| {default} |" in shown
        assert [each for each in (*(f"`{option}`" for option in agreed.options), *bounds) if each not in shown] == []
    for variable, kind in RESULTS[name].items():
        assert f"| {kind} |" in row(results, variable)
    keys = [key for (tool, _), entries in ENTRIES.items() if tool == name for key in entries]
    assert [key for key in keys if f".{key}` |" not in results] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_index_links_every_tool(folder: str) -> None:
    """The first page links the page of each tool."""
    index = (ROOT / folder / "README.md").read_text(encoding="utf-8")

    assert [name for name in TOOLS if f"(tools/{name}.md)" not in index] == []


def test_pages_are_written_and_removed(tmp_path: Path) -> None:
    """A changed default is written into both languages, and the page about a tool that went is removed."""
    for source in SOURCES:
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        copy(ROOT / source, tmp_path / source)
    declared = tmp_path / "tools" / "kintone_query.yaml"
    declared.write_text(declared.read_text(encoding="utf-8").replace("default: 30", "default: 45"), encoding="utf-8")
    gone = tmp_path / "docs" / "ja" / "tools" / "kintone_gone.md"
    gone.write_text("# kintone_gone\n", encoding="utf-8")

    documentation.main(tmp_path)

    written = [(tmp_path / folder / "tools" / "kintone_query.md").read_text(encoding="utf-8") for folder in FOLDERS]
    assert ["`45`" in row(text, "request_timeout") for text in written] == [True, True]
    assert not gone.exists()


def test_a_table_without_its_marks_is_refused() -> None:
    """A document that lost the marks of its table is not left out of date in silence."""
    assert documentation.with_tables("a\n<!-- x -->\nold\n<!-- /x -->\nb", {"x": "new"}).splitlines()[2] == "new"
    with pytest.raises(ValueError, match="<!-- x -->"):
        documentation.with_tables("a\n<!-- x -->\nold\nb", {"x": "new"})


def test_every_shape_of_value_has_an_example() -> None:
    """The page about values has a value that is taken for each shape in which kintone takes one."""
    taken = {FIELD_TYPES[each.type].shape for each in value_examples() if not each.problem}

    assert taken == {entry.shape for entry in FIELD_TYPES.values() if entry.on_update}


# Conditions for "no value", from https://cybozu.dev/ja/kintone/docs/overview/query and reports of users; none is known
# for the types in the last entry.
EMPTY = {
    '`= ""`': {"text (one line)", "link", "number", "date", "time", "date and time"},
    "`is empty`": {"text area", "attachment"},
    '`in ("")`': {
        "check box", "multi-choice", "radio button", "drop-down", "user", "department", "group",
    },
    "": {
        "rich text", "calculated", "record number", "`$id`", "creator", "updated by", "assignee", "created time",
        "updated time", "status", "column of a table",
    },
}  # fmt: skip


def test_readme_gives_conditions_for_no_value_where_there_are_any() -> None:
    """Both READMEs have every type once, with the condition for "no value" that kintone documents, and no other."""
    english, japanese = (_conditions((ROOT / path).read_text(encoding="utf-8")) for path in documentation.READMES)
    found: dict[str, set[str]] = {}
    for types, _, empty in english:
        found.setdefault(empty, set()).update(name.lower() for name in types.split(", "))

    assert found == EMPTY
    assert [empty for *_, empty in japanese] == [empty for *_, empty in english]
    assert [row[1] for row in japanese[:-1]] == [row[1] for row in english[:-1]]


def _conditions(text: str) -> list[list[str]]:
    """Return the cells of the table of conditions, without its heading."""
    table = text.partition("<!-- conditions -->\n")[2].partition("\n<!-- /conditions -->")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
