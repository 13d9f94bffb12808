"""The patches of the mutants apply to the current code."""

import subprocess
from pathlib import Path

import pytest

from simulation.mutants.__main__ import PATCHES, ROOT, read

ALL = sorted(PATCHES.glob("*.patch"))


def test_patches_when_they_are_counted() -> None:
    """There are at least twenty patches."""
    assert len(ALL) >= 20


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_patch_when_it_is_applied(path: Path) -> None:
    """A patch describes its mistake and applies to the current code."""
    done = subprocess.run(["git", "apply", "--check", "-C1", str(path)], cwd=ROOT, capture_output=True, check=False)  # noqa: S603, S607 - git

    assert read(path).mistake
    assert done.returncode == 0, done.stderr.decode()
