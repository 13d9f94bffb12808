"""`make package`: builds and verifies the .difypkg."""

import sys
import tempfile
from pathlib import Path

from dify_host import HostViolation, PluginStopped, PluginTimedOut
from scripts.difypkg.archive import write_archive
from scripts.difypkg.documents import MANIFEST, read_yaml
from scripts.difypkg.file_rules import check_ignore_file
from scripts.difypkg.rules import check
from scripts.difypkg.selection import IGNORE_FILE, Files, package_files, untracked_files
from scripts.difypkg.trial import TrialError, try_package

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Build, check and test the package; return the exit status."""
    files = package_files(ROOT)
    problems = [*check_ignore_file((ROOT / IGNORE_FILE).read_text(encoding="utf-8")), *check(files)]
    for path in untracked_files(ROOT):
        _print_line(f"note: {path} is not in the package because git does not track it")
    if problems:
        _print_line("\n".join(["The package would be refused:", *(f"  {problem}" for problem in problems)]))
        return 1
    target = ROOT / "build" / _file_name(files)
    write_archive(files, target)
    size = target.stat().st_size
    _print_line(
        f"{target.relative_to(ROOT)}: {len(files)} files, {size / 1024:.0f} KiB, all rules of the marketplace kept"
    )
    return _try(target)


def _file_name(files: Files) -> str:
    manifest = read_yaml(files, MANIFEST)
    return f"{manifest['name']}-{manifest['version']}.difypkg"


def _try(target: Path) -> int:
    with tempfile.TemporaryDirectory() as folder:
        try:
            try_package(target, Path(folder), lambda line: _print_line(f"  {line}"))
        except (TrialError, HostViolation, PluginStopped, PluginTimedOut) as error:
            _print_line(f"The package does not work: {error}")
            return 1
    _print_line("The package works.")
    return 0


def _print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
