"""Who may import whom, read from the source of every file."""

import ast
from pathlib import Path

import pytest

from tests.contract.plugin_files import ROOT

DIFY = {"dify_plugin"}
DIFY_SIDE = {"tools", "provider", "main"}
STAND_INS = {"local_kintone", "dify_host"}
HTTP = {"requests", "urllib3", "httpx", "aiohttp"}

# What the files of each folder must not import.
FORBIDDEN = {
    "kintone": DIFY | DIFY_SIDE | STAND_INS,
    "tools": HTTP | STAND_INS | {"provider", "main"},
    "provider": HTTP | STAND_INS | {"main"},
    "local_kintone": DIFY | DIFY_SIDE | {"kintone", "dify_host"},
    "dify_host": DIFY | DIFY_SIDE | {"kintone", "local_kintone"},
}


def _sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def _offenders(paths: list[Path], forbidden: set[str]) -> dict[str, set[str]]:
    found = {path.relative_to(ROOT).as_posix(): _imported(path) & forbidden for path in paths}
    return {path: names for path, names in found.items() if names}


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_folder_when_its_imports_are_read(folder: str) -> None:
    """Each folder knows only what its layer may know: kintone/ nothing of Dify, the stand-ins nothing of the plugin."""
    sources = _sources(folder)

    assert sources
    assert _offenders(sources, FORBIDDEN[folder]) == {}


def test_http_library_when_its_importers_are_read() -> None:
    """Inside kintone/ only the transport touches the HTTP library."""
    transport = ROOT / "kintone" / "transport"
    others = [path for path in _sources("kintone") if not path.is_relative_to(transport)]
    others = [path for path in others if path != transport.with_suffix(".py")]

    assert others
    assert _offenders(others, HTTP) == {}


def test_imports_when_relative() -> None:
    """Imports are absolute, because Dify loads tool files in a way that breaks relative ones."""
    relative = [
        path.relative_to(ROOT).as_posix()
        for folder in FORBIDDEN
        for path in _sources(folder)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert relative == []
