"""The marketplace's rules for requirements."""

import tomllib
from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from scripts.difypkg.selection import Files

REQUIREMENTS = "requirements.txt"
PROJECT = "pyproject.toml"
SDK = "dify-plugin"
SDK_FLOOR = Version("0.9.0")
LOWER = frozenset({">=", ">", "==", "~=", "==="})
UPPER = frozenset({"<", "<=", "==", "~=", "==="})


def check_dependencies(files: Files) -> Iterator[str]:
    """Yield one line for each requirement that is unbounded, comes from a URL, or allows too old an SDK."""
    lines = list(_lines(files.get(REQUIREMENTS, b"").decode()))
    names = set()
    for number, line in lines:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            yield f"{REQUIREMENTS}:{number}: {line!r} is not a plain requirement such as name>=1,<2"
            continue
        names.add(canonicalize_name(requirement.name))
        yield from (f"{REQUIREMENTS}:{number}: {problem}" for problem in _problems(requirement))
    if SDK not in names:
        yield f"{REQUIREMENTS}: does not name {SDK}"
    yield from _check_project(files, {line for _, line in lines})


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        requirement = line.partition("#")[0].strip()
        if requirement:
            yield number, requirement


def _problems(requirement: Requirement) -> Iterator[str]:
    operators = {specifier.operator for specifier in requirement.specifier}
    if requirement.url:
        yield f"{requirement.name} comes from a URL"
        return
    if not operators & LOWER:
        yield f"{requirement.name} has no lower bound"
    if not operators & UPPER:
        yield f"{requirement.name} has no upper bound"
    if canonicalize_name(requirement.name) == SDK and not _has_floor(requirement):
        yield f"{SDK} must be at least {SDK_FLOOR}"


def _has_floor(requirement: Requirement) -> bool:
    bounds = [item.version for item in requirement.specifier if item.operator in {">=", "=="}]
    return any(Version(bound) >= SDK_FLOOR for bound in bounds if "*" not in bound)


def _check_project(files: Files, requirements: set[str]) -> Iterator[str]:
    if PROJECT not in files:
        return
    # Dify's daemon prefers this file; without dependencies in it, nothing is installed.
    project = tomllib.loads(files[PROJECT].decode()).get("project")
    if not isinstance(project, dict):
        yield f"{PROJECT}: has no [project] table, so Dify would install no requirement at all"
    elif set(project.get("dependencies", [])) != requirements:
        yield f"{PROJECT}: names other dependencies than {REQUIREMENTS}"
