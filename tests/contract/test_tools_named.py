"""No text that a model reads sends it to another tool as if it surely had that tool: an agent has ten at most."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.agreed_names import TOOLS
from tests.contract.plugin_files import ROOT, tool

PROVISO = re.compile(r"\bif you have (?:it|them)\b", re.IGNORECASE)
_NAME = re.compile(r"\bkintone_[a-z_]+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def _named(text: str) -> set[str]:
    return set(_NAME.findall(text)) & set(TOOLS)


def _unsure(text: str, own: str = "") -> list[str]:
    """Return the sentences that name another tool and do not say that it may be missing."""
    return [each for each in _SENTENCE.split(text) if _named(each) - {own} and not PROVISO.search(each)]


def _sentences_in(path: Path) -> Iterator[str]:
    """Yield the literal texts of messages and errors in a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0]
        is_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
        if is_text and (called == "Message" or called.endswith(("Error", "TryAgain", "Remedy"))):
            yield str(first.value)  # type: ignore[attr-defined] # a constant, see above


@pytest.mark.parametrize("name", TOOLS)
def test_descriptions_allow_for_missing_tools(name: str) -> None:
    """In the description and in every parameter that a model fills in."""
    declared = tool(name)
    texts = [entry["llm_description"] for entry in declared["parameters"] if entry["form"] == "llm"]

    assert [each for text in [declared["description"]["llm"], *texts] for each in _unsure(text, name)] == []


@pytest.mark.parametrize("folder", ["kintone", "tools"])
def test_sentences_allow_for_missing_tools(folder: str) -> None:
    """In every message and failure; a tool's module may name the tool itself."""
    found: list[str] = []
    texts = 0
    for path in sorted((ROOT / folder).rglob("*.py")):
        for text in _sentences_in(path):
            texts += bool(_named(text))
            found += _unsure(text, path.stem)

    assert texts
    assert found == []


def test_a_text_that_is_sure_is_found() -> None:
    """The check itself sees a sure sentence, also beside one that is not."""
    sure = "Read it first. Use kintone_query; it is quick."

    assert _unsure(sure) == ["Use kintone_query; it is quick."]
    assert _unsure("Related, if you have them: kintone_query, kintone_get_fields.") == []
    assert _unsure("Look with kintone_query.", "kintone_query") == []
