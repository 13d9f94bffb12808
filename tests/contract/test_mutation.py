"""The mutation tester: its mutants, its sample and its report."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.mutation.__main__ import ROOT, files_of_tests, named, report, sample
from scripts.mutation.mutants import mutants_of
from scripts.mutation.workers import Seen, Worker


def changes(source: str) -> set[str]:
    """Return every mutant of a text, normalised by its syntax tree."""
    return {ast.unparse(ast.parse(each.applied(source))) for each in mutants_of(source, "m.py")}


@pytest.mark.parametrize(
    ("source", "others"),
    [
        ("x = a < b", {"x = a <= b", "x = a >= b"}),
        ("x = a not in b", {"x = a in b"}),
        ("x = a and b", {"x = a or b", "x = a", "x = b"}),
        ("x = not a", {"x = a"}),
        ("x = a + b", {"x = a - b"}),
        ("x = 8", {"x = 9", "x = 7"}),
        ("x = True", {"x = False"}),
        ("x = 'a'", {"x = 'XXaXX'"}),
        ("x = a[b:c]", {"x = a[:c]", "x = a[b:]"}),
        ("x = a.lower()", {"x = a"}),
        ("x = a.startswith(b)", {"x = a.endswith(b)"}),
        ("x = max(a)", {"x = min(a)"}),
        ("x = f(a=b, c=d)", {"x = f(a=b)", "x = f(c=d)"}),
        ("x = [a for b in c if d]", {"x = [a for b in c if True]"}),
        ("x = a if b else c", {"x = a", "x = c"}),
        ("x = re.compile('[^a]b{2}')", {f"x = re.compile('{each}')" for each in ("[a]b{2}", "[^a]{2}", "[^a]b")}),
        (
            "def f(a=1):\n    return a",
            {f"def f(a={each}):\n    return a" for each in (0, 2)} | {"def f(a=1):\n    return None"},
        ),
        ("def f():\n    a()", {"def f():\n    pass"}),
        ("def f():\n    raise A('a b')", {"def f():\n    pass"}),
        ("for a in b:\n    break", {"for a in b:\n    continue"}),
        ("if a:\n    b", {"if True:\n    b", "if False:\n    b"}),
        ("try:\n    a\nexcept (B, C):\n    b", {f"try:\n    a\nexcept ({each},):\n    b" for each in "BC"}),
    ],
)
def test_mutants_of_a_text(source: str, others: set[str]) -> None:
    """Each kind of mutation is applied, and the rest of the text is unchanged."""
    assert changes(source) >= others - {source}


@pytest.mark.parametrize(
    "source",
    [
        '"""Words."""\nimport a',
        "x: 'int'",
        "def f(a: 'int') -> 'str':\n    '''Words.'''",
        "__all__ = ['a']",
        "@a(b=True)\nclass C:\n    pass",
        "if TYPE_CHECKING:\n    a = 1",
        "type A = 'B'",
        "logger.error('some words')",
        "Message('some words')",
        "x = a.split(b)",
    ],
)
def test_text_that_is_not_mutated(source: str) -> None:
    """Documentation, annotations, messages and type-checking code are not mutated."""
    assert not changes(source)


def test_mutant_keeps_its_name_when_lines_move() -> None:
    """A mutant is named by its function and change, with a number for a repeated change, not by its line."""
    source = "def f(a):\n    a(1)\n    a(1)\n"

    assert set(named(mutants_of(source, "m.py"))) == set(named(mutants_of(f"\n\n{source}", "m.py")))


def test_sample_is_spread_over_all_modules() -> None:
    """A sample is reproducible and has equally many mutants of each module."""
    mutants = [mutant for name in "abcd" for mutant in mutants_of("x = 1\ny = 2\nz = 3", name)]
    drawn = sample(mutants, 8, 5)

    assert drawn == sample(mutants, 8, 5)
    assert [sum(mutant.module == name for mutant in drawn) for name in "abcd"] == [2, 2, 2, 2]


def test_files_may_be_named_one_by_one(tmp_path: Path) -> None:
    """A folder has the tests of all folders in it, each in the order in which it was named."""
    for name in ("b/test_2.py", "b/c/test_1.py", "b/help.py", "a/test_3.py", "a/test_4.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    found = [str(path.relative_to(tmp_path)) for path in files_of_tests(tmp_path, ["b", "a/test_4.py"])]
    assert found == ["b/c/test_1.py", "b/test_2.py", "a/test_4.py"]


SAMPLE = """
def half(number):
    if number < 0:
        raise ValueError("less than nothing")
    return number // 2
"""
CHECKS = """
from kintone.sample import half

def test_half():
    assert half(9) == 4

def test_nothing():
    half(1)
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a tree with a small module and tests of it."""
    folder = tmp_path_factory.mktemp("mutation") / "tree"
    for name, text in (("kintone/sample.py", SAMPLE), ("checks/test_sample.py", CHECKS), ("main.py", "")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "kintone/__init__.py").write_text("")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:anyio\n")
    return folder


@pytest.fixture(scope="module")
def worker(tree: Path) -> Iterator[Worker]:
    """Run a worker in the tree."""
    running = Worker(tree, PYTHONPATH=os.fspath(ROOT))
    yield running
    running.stop()


def test_mutants_are_killed_by_tests(tree: Path, worker: Worker) -> None:
    """A killed mutant is reported with its test, a survivor as such, and the tree is unchanged afterwards."""
    record = worker.record("checks/test_sample.py", 60.0)
    seen = Seen.of({"checks/test_sample.py": record}, 60.0)
    mutants = named(mutants_of(SAMPLE, "kintone/sample.py"))
    killers = {name: worker.killer(mutant, seen) for name, mutant in mutants.items()}
    noticed = {str(mutants[name]).partition(": ")[2]: by for name, by in killers.items()}

    assert noticed["return number // 2  →  return (number * 2)"] == "checks/test_sample.py::test_half"
    assert noticed["if number < 0:  →  if True:"]
    assert not noticed["if number < 0:  →  if number < -1:"]
    assert not noticed["if number < 0:  →  if (number <= 0):"]
    assert (tree / "kintone/sample.py").read_text() == SAMPLE
    share, text = report(killers, mutants, [])
    assert 0 < share < 1
    assert "if number < 0:  →  if (number <= 0):" in text.partition("noticed by no test")[2]


def test_equivalent_mutants_are_not_counted() -> None:
    """A known equivalent mutant is reported with its reason; one that a test kills is named."""
    mutants = named(mutants_of("x = True\ny = False", "m.py"))
    first, second = mutants
    known = [{"where": "m.py", "why": "unused", "mutants": ["x = True  →  x = False", "y = False  →  y = True"]}]

    share, text = report({first: "", second: "test_y"}, mutants, known)

    assert share == 1
    assert "(unused)" in text
    assert "by test_y" in text.partition("but noticed")[2]
