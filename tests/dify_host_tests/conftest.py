"""The plugins for the tests of the Dify host."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dify_host import DifyHost

HERE = Path(__file__).parent


@pytest.fixture
def scripted_folder() -> Path:
    """Return the folder of the plugin that executes the script of each call."""
    return HERE / "scripted_plugin"


@pytest.fixture
def scripted(scripted_folder: Path) -> Iterator[DifyHost]:
    """Run the scripted plugin."""
    with DifyHost(scripted_folder) as host:
        yield host


@pytest.fixture(scope="module")
def shared() -> Iterator[DifyHost]:
    """Run one scripted plugin for all tests of a module that do not change its state."""
    with DifyHost(HERE / "scripted_plugin") as host:
        yield host


@pytest.fixture(scope="module")
def sample_folder() -> Path:
    """Return the folder of the plugin with the real SDK."""
    return HERE / "sample_plugin"
