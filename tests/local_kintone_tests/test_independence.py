"""The local kintone's imports, and the options of failures."""

from __future__ import annotations

import ast
import dataclasses
import sys
from pathlib import Path

import local_kintone
from local_kintone.serving.failures import Failure, FailureOptions

FOLDER = Path(local_kintone.__file__).parent


def _imported(path: Path) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(str(node.module).partition(".")[0])
    return modules


def test_only_the_standard_library_is_imported() -> None:
    """The server shares no code with the plugin; trustme and cryptography are needed only for HTTPS."""
    imported = set().union(*(_imported(path) for path in FOLDER.rglob("*.py")))
    assert imported - set(sys.stdlib_module_names) == {"local_kintone", "trustme", "cryptography"}


def test_fail_takes_every_attribute_of_a_failure() -> None:
    """The options of fail() are the attributes of Failure except its counters."""
    attributes = {field.name for field in dataclasses.fields(Failure)} - {"hits", "matched"}
    assert set(FailureOptions.__annotations__) == attributes
