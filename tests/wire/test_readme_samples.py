"""The samples in the READMEs are what the tools answer."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from dify_host import DifyHost, PluginFailure
from local_kintone import LocalKintone
from tests.contract.agreed_names import TOOLS
from tests.contract.test_documents import READMES, fences, section
from tests.wire.plugin import Ports, credentials_of

FILE_KEY = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
ERROR_ID = re.compile(r"\(kintone error id: \w+\)")
EXAMPLES = {"README.md": "https://example.kintone.com", "readme/README_ja_JP.md": "https://example.cybozu.com"}
INQUIRIES = 5
FAILING_QUERY = {"query": 'nmae = "x"'}
"""The query that fails in the section about errors."""


@pytest.fixture
def site(ports: Ports) -> Iterator[LocalKintone]:
    """Run a local kintone with the demo's records unchanged."""
    with LocalKintone(seed="demo", port=ports.take()) as running:
        yield running


def without_random_parts(text: str) -> str:
    """Return a text without its keys and ids, which differ each time."""
    return ERROR_ID.sub("(kintone error id: …)", FILE_KEY.sub("…", text)).strip()


def credentials_of_both(site: LocalKintone) -> dict[str, str]:
    """Return a credential for the first app with the token of the inquiries joined to its own."""
    credentials = credentials_of(site)
    tokens = f"{credentials['kintone_api_token']},{site.token(INQUIRIES, 'view', 'edit')}"
    return {**credentials, "kintone_api_token": tokens}


def answer(host: DifyHost, name: str, parameters: dict[str, Any], site: LocalKintone) -> str:
    """Return the text of a tool, or the line of its failure."""
    if "upload_file" in parameters:
        parameters = {
            **parameters,
            "upload_file": host.serve("estimate.pdf", b"%PDF-" + bytes(9_999), "application/pdf"),
        }
    try:
        return host.invoke(name, parameters, credentials_of_both(site)).text
    except PluginFailure as failed:
        return failed.message


@pytest.mark.parametrize("path", READMES)
def test_answers_in_the_readme_are_those_of_the_tools(host: DifyHost, site: LocalKintone, path: str) -> None:
    """Each request of a tool's section, run in order, is answered as shown, as far as "…"; so is the failure."""
    shown: dict[str, str] = {}
    answers: dict[str, str] = {}
    for name in TOOLS:
        text = section(path, f"### {name}")
        shown[name] = fences(text, "text")[0]
        answers[name] = answer(host, name, json.loads(fences(text, "json")[0]), site)
    heading = "## Errors" if path == "README.md" else "## エラー"
    shown["failure"] = fences(section(path, heading), "text")[0]
    answers["failure"] = answer(host, "kintone_query", FAILING_QUERY, site)

    expected = {name: without_random_parts(text).replace(site.origin, EXAMPLES[path]) for name, text in answers.items()}
    for name, text in shown.items():
        beginning, cut, _ = without_random_parts(text).partition("\n…")
        assert (expected[name][: len(beginning)] if cut else expected[name]) == beginning, name
