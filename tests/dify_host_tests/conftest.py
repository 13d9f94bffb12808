"""The plugins that the tests of the Dify host run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dify_host import DifyHost

HERE = Path(__file__).parent


@pytest.fixture
def scripted_folder() -> Path:
    """Return the folder of the plugin that does what each call tells it."""
    return HERE / "scripted_plugin"


@pytest.fixture
def scripted(scripted_folder: Path) -> Iterator[DifyHost]:
    """Run the scripted plugin."""
    with DifyHost(scripted_folder) as host:
        yield host


@pytest.fixture(scope="module")
def shared() -> Iterator[DifyHost]:
    """Run one scripted plugin for all tests of a module that leave it as it was."""
    with DifyHost(HERE / "scripted_plugin") as host:
        yield host


@pytest.fixture(scope="module")
def sample_folder() -> Path:
    """Return the folder of the plugin on the real SDK."""
    return HERE / "sample_plugin"
