"""The permitted imports between modules, checked in the source of every file."""

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

# The modules of the plugin, lowest first: each imports only modules of earlier entries or of its own entry.
# An entry that names a folder holds all of its modules; no tool imports another one.
LAYERS = (
    "kintone.messages", "kintone.ledger", "kintone.errors", "kintone.remedies", "kintone.limits", "kintone.texts",
    "kintone.problems", "kintone.values", "kintone.runtime", "kintone.deadline", "kintone.limiter", "kintone.api",
    "kintone.retry", "kintone.access", "kintone.connections", "kintone.failure_sentences", "kintone.tls_failures",
    "kintone.transport_failures", "kintone.exchanges", "kintone.transport", "kintone.error_codes",
    "kintone.front_pages", "kintone.permissions", "kintone.replies", "kintone.execution",
    "kintone.operators", "kintone.field_types",
    "kintone.forms", "kintone.app_overview", "kintone.records", "kintone.query", "kintone.reading",
    "kintone.comments", "kintone.statuses",
    "kintone.aggregation", "kintone.mime_types", "kintone.file_names", "kintone.files",
    "kintone.writing", "kintone.record_files", "kintone.record_import", "kintone.client",
    "tools.failures", "tools.structured_text", "tools.name_lists", "tools.declarations", "tools.parameters",
    "tools.access", "tools.results", "tools.base", "tools.process_output", "tools.dify_files", "tools.uploads",
    "tools.record_inputs", "tools.record_choice", "tools.record_ids", "tools.entry_advice", "tools.code_suggestions",
    "tools.query_mistakes", "tools.shown_ids", "tools.record_checks", "tools.query_summary", "tools.value_texts",
    "tools.record_texts", "tools.record_formats", "tools.readable_csv", "tools.import_csv", "tools.csv_files",
    "tools.query_outputs", "tools.aggregation_text",
    "tools.query_guide", "tools.record_guide",
    "tools.field_descriptions", "tools.field_lines", "tools.field_texts",
    "tools.whole_record", "tools.object_lines", "tools.flat_records", "tools.writable_values",
    "tools.list_change_texts", "tools.file_imports", "tools.mentions", "tools.comment_texts", "tools.status_texts",
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
    """Return the modules of the plugin that a file imports, by either form of import."""
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


def _layer(module: str) -> int:
    """Return the index of a module's entry."""
    places = [place for place, entry in enumerate(LAYERS) if fnmatch(module, entry) or module.startswith(f"{entry}.")]
    assert len(places) == 1, f"{module} is not in LAYERS, or more than once"
    return places[0]


def _forbidden_imports(paths: list[Path], forbidden: set[str]) -> dict[str, set[str]]:
    found = {path.relative_to(ROOT).as_posix(): _imported(path) & forbidden for path in paths}
    return {path: names for path, names in found.items() if names}


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_folder_imports_nothing_forbidden(folder: str) -> None:
    """kintone/ imports nothing of Dify, the stand-ins nothing of the plugin, and no folder a higher one."""
    sources = _sources(folder)

    assert sources
    assert _forbidden_imports(sources, FORBIDDEN[folder]) == {}


def test_http_library_is_imported_by_few_modules() -> None:
    """In kintone/ only three modules import the HTTP library."""
    others = [path for path in _sources("kintone") if path.stem not in HTTP_MODULES]

    assert len(_sources("kintone")) - len(others) == len(HTTP_MODULES)
    assert _forbidden_imports(others, HTTP) == {}


def test_field_types_are_named_in_one_module() -> None:
    """Only the table of field types contains the names of types, and the table of examples of their values."""
    named = {
        path.relative_to(ROOT).as_posix()
        for folder in ("kintone", "tools", "provider")
        for path in _sources(folder)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in FIELD_TYPES
    }

    assert named == {"kintone/field_types.py", "kintone/records/value_examples.py"}


def test_no_module_imports_upwards() -> None:
    """No module of the plugin imports one of a later entry of LAYERS, and each module is in it."""
    sources = [
        path for folder in LAYERED for path in _sources(folder) if path.parent.parent != ROOT or path.stem != "__init__"
    ]
    modules = {_module(path): _imported_of_ours(path) - set(LAYERED) for path in sources}
    upwards = {
        f"{module} → {imported}"
        for module, all_imported in modules.items()
        for imported in all_imported
        if _layer(imported) > _layer(module) or fnmatch(imported, "tools.kintone_*")
    }

    assert upwards == set()
    assert {LAYERS[_layer(module)] for module in modules} == set(LAYERS)
    assert list(TopologicalSorter(modules).static_order())


def test_map_names_every_module() -> None:
    """The map in CONTRIBUTING.md names every file at the top of kintone/ and every folder."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = {path.stem for path in KINTONE.glob("[!_]*.py")} | {
        f"{path.parent.name}/" for path in KINTONE.glob("*/*.py")
    }

    map_words = text.partition("```text\n")[2].partition("```")[0].replace(",", " ").split()

    assert names - set(map_words) == set()


@pytest.mark.parametrize("folder", ["kintone", "tools", "provider"])
def test_files_are_short(folder: str) -> None:
    """No file of the plugin has more than 400 lines."""
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_bytes().splitlines()) for path in _sources(folder)}

    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_imports_are_absolute() -> None:
    """No import is relative, because Dify's way to load tool files breaks those."""
    relative = [
        path.relative_to(ROOT).as_posix()
        for folder in FORBIDDEN
        for path in _sources(folder)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert relative == []
