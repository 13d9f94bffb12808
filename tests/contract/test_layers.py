"""Who may import whom, read from the source of every file."""

import ast
from fnmatch import fnmatch
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from kintone.field_types import FIELD_TYPES
from tests.contract.plugin_files import ROOT

DIFY = {"dify_plugin"}
DIFY_SIDE = {"tools", "provider", "main"}
STAND_INS = {"local_kintone", "dify_host"}
KINTONE = ROOT / "kintone"
LAYERED = ("kintone", "tools", "provider")
LONGEST_FILE = 400
HTTP_MODULES = {"connections", "transport_failures", "exchanges"}
HTTP = {"requests", "urllib3", "httpx", "aiohttp"}

# What the files of each folder must not import.
FORBIDDEN = {
    "kintone": DIFY | DIFY_SIDE | STAND_INS,
    "tools": HTTP | STAND_INS | {"provider", "main"},
    "provider": HTTP | STAND_INS | {"main"},
    "local_kintone": DIFY | DIFY_SIDE | {"kintone", "dify_host"},
    "dify_host": DIFY | DIFY_SIDE | {"kintone", "local_kintone"},
}

# The modules of both packages, lowest first: each imports only what stands before it, or beside it in the same entry.
# An entry that names a folder holds all of its modules; no tool imports another one.
LAYERS = (
    "kintone.messages", "kintone.ledger", "kintone.errors", "kintone.remedies", "kintone.limits", "kintone.texts",
    "kintone.problems", "kintone.values", "kintone.runtime", "kintone.deadline", "kintone.limiter", "kintone.api",
    "kintone.retry", "kintone.access", "kintone.connections", "kintone.transport_failures", "kintone.exchanges",
    "kintone.transport", "kintone.error_codes", "kintone.replies", "kintone.execution", "kintone.field_types",
    "kintone.forms", "kintone.records", "kintone.query", "kintone.reading", "kintone.aggregation", "kintone.file_names",
    "kintone.files", "kintone.writing", "kintone.client",
    "tools.failures", "tools.structured_text", "tools.name_lists", "tools.declarations", "tools.parameters",
    "tools.access", "tools.results", "tools.base", "tools.process_output", "tools.dify_files", "tools.uploads",
    "tools.record_inputs", "tools.code_suggestions", "tools.record_checks", "tools.query_summary",
    "tools.record_texts", "tools.record_formats", "tools.query_outputs", "tools.aggregation_text",
    "tools.kintone_*", "provider.kintone",
)  # fmt: skip


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


def _module(path: Path) -> str:
    return path.relative_to(ROOT).as_posix().removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imported_of_ours(path: Path) -> set[str]:
    """Return the modules of the plugin that a file imports, whichever way it is written."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            if name.partition(".")[0] in LAYERED:
                found.add(name if _is_module(name) else name.rpartition(".")[0])
    return found


def _is_module(name: str) -> bool:
    place = ROOT.joinpath(*name.split("."))
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()


def _height(module: str) -> int:
    """Return the place of a module's entry."""
    places = [place for place, entry in enumerate(LAYERS) if fnmatch(module, entry) or module.startswith(f"{entry}.")]
    assert len(places) == 1, f"{module} has no place in LAYERS, or more than one"
    return places[0]


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
    """Inside kintone/ only what sends and fetches touches the HTTP library."""
    others = [path for path in _sources("kintone") if path.stem not in HTTP_MODULES]

    assert len(_sources("kintone")) - len(others) == len(HTTP_MODULES)
    assert _offenders(others, HTTP) == {}


def test_names_of_field_types_when_the_code_is_read() -> None:
    """A type is named in the table of field types alone; every other module asks the table what is true of it."""
    named = {
        path.relative_to(ROOT).as_posix()
        for folder in ("kintone", "tools", "provider")
        for path in _sources(folder)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in FIELD_TYPES
    }

    assert named == {"kintone/field_types.py"}


def test_arrows_when_imports_are_read() -> None:
    """No module of the plugin imports one that stands above it in the list, and each has its place there."""
    sources = [
        path for folder in LAYERED for path in _sources(folder) if path.parent.parent != ROOT or path.stem != "__init__"
    ]
    modules = {_module(path): _imported_of_ours(path) - set(LAYERED) for path in sources}
    upwards = {
        f"{module} → {imported}"
        for module, all_imported in modules.items()
        for imported in all_imported
        if _height(imported) > _height(module) or fnmatch(imported, "tools.kintone_*")
    }

    assert upwards == set()
    assert {LAYERS[_height(module)] for module in modules} == set(LAYERS)
    assert list(TopologicalSorter(modules).static_order())


def test_layers_when_drawn() -> None:
    """The map in CONTRIBUTING.md names every file at the top of kintone/ and every folder."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = {path.stem for path in KINTONE.glob("[!_]*.py")} | {
        f"{path.parent.name}/" for path in KINTONE.glob("*/*.py")
    }

    drawing = text.partition("```text\n")[2].partition("```")[0].replace(",", " ").split()

    assert names - set(drawing) == set()


@pytest.mark.parametrize("folder", ["kintone", "tools", "provider"])
def test_files_when_they_are_long(folder: str) -> None:
    """A file that somebody has to understand as a whole stays within 400 lines."""
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_bytes().splitlines()) for path in _sources(folder)}

    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


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
