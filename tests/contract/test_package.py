"""The package has the required files and no others, and its build is reproducible."""

import shutil
import zipfile
from pathlib import Path

import pytest

from scripts.difypkg.archive import unpack, write_archive
from scripts.difypkg.file_rules import ALLOWED, check_ignore_file
from scripts.difypkg.rules import check
from scripts.difypkg.selection import IGNORE_FILE, package_files, untracked_files
from tests.contract.agreed_names import TOOLS
from tests.contract.fake_programs import run_program
from tests.contract.sample_package import valid_package

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tree_files() -> dict[str, bytes]:
    """Return the package's files, those that git does not track yet included."""
    return {**package_files(ROOT), **untracked_files(ROOT)}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a folder with a valid package and a few files that do not belong to it."""
    extra = {
        "tests/test_it.py": b"",
        "scratch.txt": b"",
        IGNORE_FILE: b"/tests/\n/scratch.txt\n.venv/\n/.difyignore\n.git\n",
    }
    for path, content in {**valid_package(), **extra}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


def git(repository: Path, *words: str) -> None:
    """Run git in a repository of the test."""
    program = shutil.which("git")
    if program is None:
        pytest.skip("this machine has no git")
    assert run_program([program, "-C", repository, *words], HOME=str(repository)).returncode == 0


def test_tree_follows_every_rule(tree_files: dict[str, bytes]) -> None:
    """The package that `make package` would build breaks no rule of Dify and its marketplace."""
    assert check(tree_files) == []


def test_ignore_file_has_only_patterns_that_dify_supports() -> None:
    """.difyignore has no pattern that Dify's tool reads differently from this builder."""
    assert list(check_ignore_file((ROOT / IGNORE_FILE).read_text())) == []


def test_ignore_file_is_refused_when_it_has_a_negated_pattern() -> None:
    """A negated pattern, which has no effect in Dify, is refused."""
    assert list(check_ignore_file("*.md\n!README.md\n")) == [".difyignore:2: a negated pattern has no effect in Dify"]


def test_package_has_every_tool_and_no_development_files(tree_files: dict[str, bytes]) -> None:
    """The package has declarations, code, assets and documents; tests, demo, scripts and caches are excluded."""
    assert {path.partition("/")[0] for path in tree_files} <= ALLOWED
    assert sum(path.startswith("tools/kintone_") and path.endswith(".yaml") for path in tree_files) == len(TOOLS)
    assert {"_assets/icon.svg", "kintone/__init__.py", "provider/kintone.yaml", "LICENSE"} <= set(tree_files)


def test_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    """The package does not depend on the order of its files or the time of the build."""
    files = valid_package()
    write_archive(files, tmp_path / "one")
    write_archive(dict(reversed(files.items())), tmp_path / "new folder" / "two")

    assert (tmp_path / "one").read_bytes() == (tmp_path / "new folder/two").read_bytes()


def test_entries_have_the_same_date_and_permissions(tmp_path: Path) -> None:
    """Entries are sorted and have the earliest date of the format and the permissions of a regular file."""
    write_archive(valid_package(), tmp_path / "package")

    entries = zipfile.ZipFile(tmp_path / "package").infolist()

    assert [entry.filename for entry in entries] == sorted(valid_package())
    assert {(entry.date_time, entry.external_attr >> 16, entry.create_system) for entry in entries} == {
        ((1980, 1, 1, 0, 0, 0), 0o100644, 3)
    }


def test_package_unpacks_to_the_same_files(tmp_path: Path) -> None:
    """Unpacking a package gives the files it was made from."""
    write_archive(valid_package(), tmp_path / "package")
    unpack(tmp_path / "package", tmp_path / "unpacked")

    found = {path: (tmp_path / "unpacked" / path).read_bytes() for path in valid_package()}

    assert found == valid_package()


def test_only_tracked_files_are_packaged_with_git(repository: Path) -> None:
    """A file that git does not track is excluded and reported; an ignored one is excluded only."""
    git(repository, "init", "--quiet")
    git(repository, "add", ".")
    (repository / "kintone").mkdir()
    (repository / "kintone/notes.py").write_bytes(b"x")
    (repository / "tests/test_more.py").write_bytes(b"x")

    assert package_files(repository) == valid_package()
    assert untracked_files(repository) == {"kintone/notes.py": b"x"}


def test_all_files_are_packaged_without_git(repository: Path) -> None:
    """Without git all files that .difyignore does not name are packaged."""
    (repository / ".venv").mkdir()
    (repository / ".venv/pyvenv.cfg").write_bytes(b"")

    assert package_files(repository) == valid_package()
    assert untracked_files(repository) == {}
