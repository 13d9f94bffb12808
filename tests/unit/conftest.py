"""What many tests share."""

from collections.abc import Iterator

import pytest

from local_kintone import LocalKintone
from tests.unit.appending_samples import Bench
from tests.unit.in_process import InProcess
from tests.unit.readings import FORM
from tests.unit.writings import STOCK


@pytest.fixture
def site() -> Iterator[InProcess]:
    """Make a kintone with an empty app, and a client that asks it."""
    with InProcess(FORM) as running:
        yield running


@pytest.fixture
def stock() -> Iterator[InProcess]:
    """Make a kintone with an empty app to write to, and a client that has as long as an operator gives it."""
    with InProcess(STOCK, budget=280) as running:
        yield running


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Return a kintone with an empty app."""
    opened = Bench(LocalKintone(seed="none"))
    yield opened
    opened.close()
