"""``make docs`` writes the pages about tools in ``docs/``, and the generated tables of other documents."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from kintone import field_types
from kintone.records import value_examples
from scripts.tool_pages import FACT_COLUMNS, Pages

ROOT = Path(__file__).resolve().parents[1]
FOLDERS: Final = {"docs": "en_US", "docs/ja": "ja_JP"}
READMES: Final = {"README.md": "en_US", "readme/README_ja_JP.md": "ja_JP"}
VALUES: Final = "docs/values.md"


def documents(root: Path = ROOT) -> dict[str, str]:
    """Return the content of every generated page and of every document with generated tables, by path."""
    facts = _read_yaml(root, "scripts/tool_facts.yaml")
    words = _read_yaml(root, "scripts/page_words.yaml")
    tools = [_read_yaml(root, path) for path in _read_yaml(root, "provider/kintone.yaml")["tools"]]
    found: dict[str, str] = {}
    for folder, language in FOLDERS.items():
        pages = Pages(language, words[language])
        found[f"{folder}/README.md"] = pages.index(tools)
        found |= {f"{folder}/tools/{tool['identity']['name']}.md": pages.page(tool, facts) for tool in tools}
    for path, language in READMES.items():
        pages = Pages(language, words[language])
        tables = {kind: pages.fact_table(kind, facts) for kind in FACT_COLUMNS}
        tables["conditions"] = pages.conditions_table()
        found[path] = with_tables((root / path).read_text(encoding="utf-8"), tables)
    tables = {"types": field_types.markdown_table(), "examples": value_examples.markdown_table()}
    return found | {VALUES: with_tables((root / VALUES).read_text(encoding="utf-8"), tables)}


def with_tables(text: str, tables: Mapping[str, str]) -> str:
    """Return a document in which each table stands between its two marks; raises ``ValueError`` without the marks."""
    for name, table in tables.items():
        begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
        head, found_begin, rest = text.partition(begin)
        _, found_end, tail = rest.partition(end)
        if not (found_begin and found_end):
            raise ValueError(f"the marks {begin.strip()} and {end.strip()} are missing")
        text = f"{head}{begin}{table}{end}{tail}"
    return text


def pages_without_tool(wanted: Mapping[str, str], root: Path = ROOT) -> list[str]:
    """Return the paths of pages about tools that do not exist."""
    pages = [page for folder in FOLDERS for page in sorted((root / folder / "tools").glob("*.md"))]
    return [path for page in pages if (path := page.relative_to(root).as_posix()) not in wanted]


def _read_yaml(root: Path, path: str) -> Any:  # noqa: ANN401 - whatever the file holds
    return yaml.safe_load((root / path).read_text(encoding="utf-8"))


def main(root: Path = ROOT) -> None:
    """Write what is not up to date, and remove pages about tools that do not exist."""
    wanted = documents(root)
    for path, text in wanted.items():
        place = root / path
        if not place.exists() or place.read_text(encoding="utf-8") != text:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path}\n")
    for path in pages_without_tool(wanted, root):
        (root / path).unlink()
        sys.stdout.write(f"removed {path}\n")


if __name__ == "__main__":
    main()
