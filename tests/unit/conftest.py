"""What many tests share."""

from collections.abc import Iterator

import pytest

from tests.unit.in_process import InProcess
from tests.unit.readings import FORM


@pytest.fixture
def site() -> Iterator[InProcess]:
    """Make a kintone with an empty app, and a client that asks it."""
    with InProcess(FORM) as running:
        yield running
