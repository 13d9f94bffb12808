"""Selection of the repository's files for the package."""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from pathspec import GitIgnoreSpec

type Files = Mapping[str, bytes]
"""Content of each file by its path in the package, with slashes."""

IGNORE_FILE = ".difyignore"


def package_files(root: Path) -> dict[str, bytes]:
    """Return the files that git tracks (all files without git), except those that match .difyignore.

    Raises:
        OSError: .difyignore or a tracked file does not exist.
    """
    ignored = _ignored(root)
    paths = sorted(path for path in _tracked(root) or _present(root, ignored) if not ignored.match_file(path))
    return {path: (root / path).read_bytes() for path in paths}


def untracked_files(root: Path) -> dict[str, bytes]:
    """Return the untracked files that would otherwise be part of the package."""
    ignored = _ignored(root)
    listed = _git(root, "--others", "--exclude-standard") if _tracked(root) else []
    return {path: (root / path).read_bytes() for path in sorted(listed) if not ignored.match_file(path)}


def _ignored(root: Path) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines((root / IGNORE_FILE).read_text(encoding="utf-8").splitlines())


def _tracked(root: Path) -> list[str]:
    return _git(root, "--cached") if (root / ".git").exists() else []


def _git(root: Path, *options: str) -> list[str]:
    command = ["git", "ls-files", "-z", *options]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, check=True)  # noqa: S603 - fixed arguments
    except (OSError, subprocess.CalledProcessError):
        return []
    return [path for path in listed.stdout.decode().split("\0") if path]


def _present(root: Path, ignored: GitIgnoreSpec) -> Iterator[str]:
    for folder, folders, names in root.walk():
        here = folder.relative_to(root).as_posix()
        prefix = "" if here == "." else f"{here}/"
        # Ignored folders, for example a virtual environment, are not entered.
        folders[:] = [name for name in folders if not ignored.match_file(f"{prefix}{name}/")]
        yield from (f"{prefix}{name}" for name in names)
