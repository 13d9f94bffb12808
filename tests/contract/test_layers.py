"""Who may import whom, read from the source of every file."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from kintone.field_types import FIELD_TYPES
from tests.contract.plugin_files import ROOT

DIFY = {"dify_plugin"}
DIFY_SIDE = {"tools", "provider", "main"}
STAND_INS = {"local_kintone", "dify_host"}
KINTONE = ROOT / "kintone"
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

# The modules of kintone/, lowest first: each imports only what stands before it, or beside it in the same entry.
# An entry that names a folder holds those of its modules that have no entry of their own.
LAYERS = (
    "messages", "remedies", "ledger", "errors", "runtime", "deadline", "limits", "limiter", "operations", "retry",
    "values.excerpts", "values.full_width", "values.whole_numbers", "answer_models", "access", "wire_format",
    "connections", "transport_failures", "exchanges", "fetching", "transport", "error_codes", "replies", "execution",
    "problems", "values", "field_types.table", "forms.field_definitions", "forms.near_matches", "field_types", "forms",
    "records", "reading", "files", "writing", "client",
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
    return path.relative_to(KINTONE).as_posix().removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imported_of_kintone(path: Path) -> set[str]:
    """Return the modules of kintone/ that a file imports, whichever way it is written."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            package, _, rest = name.partition(".")
            if package == "kintone":
                found.add(rest if _is_module(rest) else rest.rpartition(".")[0])
    return found


def _is_module(name: str) -> bool:
    place = KINTONE.joinpath(*name.split("."))
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()


def _height(module: str) -> int:
    """Return the place of the entry that says most about a module."""
    entries = [entry for entry in LAYERS if f"{module}.".startswith(f"{entry}.")]
    assert entries, f"{module} has no place in LAYERS"
    return LAYERS.index(max(entries, key=len))


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
    others = [path for path in _sources("kintone") if _module(path) not in HTTP_MODULES]

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


def test_arrows_inside_kintone_when_its_imports_are_read() -> None:
    """No module of kintone/ imports one that stands above it in the list, and each has its place there."""
    modules = {_module(path): _imported_of_kintone(path) for path in _sources("kintone") if path.parent != KINTONE}
    modules |= {_module(path): _imported_of_kintone(path) for path in KINTONE.glob("[!_]*.py")}
    upwards = {
        f"{module} → {imported}"
        for module, all_imported in modules.items()
        for imported in all_imported
        if _height(imported) > _height(module)
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
