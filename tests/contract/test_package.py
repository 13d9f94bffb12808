"""The package holds what Dify needs and nothing else, and is the same bytes each time."""

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
from tests.contract.sample_package import good_package

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tree_files() -> dict[str, bytes]:
    """Return the package's files as they would be with everything in the tree added to git."""
    return {**package_files(ROOT), **untracked_files(ROOT)}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a folder with a good package and a few things that do not belong into it."""
    extra = {
        "tests/test_it.py": b"",
        "scratch.txt": b"",
        IGNORE_FILE: b"/tests/\n/scratch.txt\n.venv/\n/.difyignore\n.git\n",
    }
    for path, content in {**good_package(), **extra}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


def git(repository: Path, *words: str) -> None:
    """Run git in a repository of the test's own."""
    program = shutil.which("git")
    if program is None:
        pytest.skip("this machine has no git")
    assert run_program([program, "-C", repository, *words], HOME=str(repository)).returncode == 0


def test_tree_keeps_every_rule(tree_files: dict[str, bytes]) -> None:
    """The package that `make package` would build is one that Dify and its marketplace take."""
    assert check(tree_files) == []


def test_ignore_file_says_nothing_that_dify_would_not_follow() -> None:
    """Dify's own tool reads .difyignore as our builder does."""
    assert list(check_ignore_file((ROOT / IGNORE_FILE).read_text())) == []


def test_ignore_file_is_refused_when_it_takes_files_back() -> None:
    """A negated pattern has no effect in Dify."""
    assert list(check_ignore_file("*.md\n!README.md\n")) == [".difyignore:2: a negated pattern has no effect in Dify"]


def test_package_holds_every_tool_and_no_tooling(tree_files: dict[str, bytes]) -> None:
    """Declarations, code, assets and texts are in; tests, demo, tooling and caches are not."""
    assert {path.partition("/")[0] for path in tree_files} <= ALLOWED
    assert sum(path.startswith("tools/kintone_") and path.endswith(".yaml") for path in tree_files) == len(TOOLS)
    assert {"_assets/icon.svg", "kintone/__init__.py", "provider/kintone.yaml", "LICENSE"} <= set(tree_files)


def test_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    """Neither the order nor the time of the build changes a byte."""
    files = good_package()
    write_archive(files, tmp_path / "one")
    write_archive(dict(reversed(files.items())), tmp_path / "new folder" / "two")

    assert (tmp_path / "one").read_bytes() == (tmp_path / "new folder/two").read_bytes()


def test_entries_are_sorted_dated_and_permitted_alike(tmp_path: Path) -> None:
    """Each entry has the first date of the format and the permissions of a plain file."""
    write_archive(good_package(), tmp_path / "package")

    entries = zipfile.ZipFile(tmp_path / "package").infolist()

    assert [entry.filename for entry in entries] == sorted(good_package())
    assert {(entry.date_time, entry.external_attr >> 16, entry.create_system) for entry in entries} == {
        ((1980, 1, 1, 0, 0, 0), 0o100644, 3)
    }


def test_package_unpacks_to_what_went_in(tmp_path: Path) -> None:
    """Unpacking gives the files back."""
    write_archive(good_package(), tmp_path / "package")
    unpack(tmp_path / "package", tmp_path / "unpacked")

    found = {path: (tmp_path / "unpacked" / path).read_bytes() for path in good_package()}

    assert found == good_package()


def test_only_tracked_files_go_in_when_there_is_git(repository: Path) -> None:
    """A file that git does not track stays out and is reported; one that is ignored is not even that."""
    git(repository, "init", "--quiet")
    git(repository, "add", ".")
    (repository / "kintone").mkdir()
    (repository / "kintone/notes.py").write_bytes(b"x")
    (repository / "tests/test_more.py").write_bytes(b"x")

    assert package_files(repository) == good_package()
    assert untracked_files(repository) == {"kintone/notes.py": b"x"}


def test_all_files_go_in_when_there_is_no_git(repository: Path) -> None:
    """An unpacked archive of the source gives the same package, whatever .difyignore names is around."""
    (repository / ".venv").mkdir()
    (repository / ".venv/pyvenv.cfg").write_bytes(b"")

    assert package_files(repository) == good_package()
    assert untracked_files(repository) == {}
