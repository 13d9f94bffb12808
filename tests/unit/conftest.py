"""Fixtures of the unit tests."""

from collections.abc import Iterator

import pytest

from local_kintone import LocalKintone
from tests.unit.appending_samples import Bench
from tests.unit.get_record_tool import FORM as SHOP
from tests.unit.in_process import InProcess
from tests.unit.reading_samples import FORM
from tests.unit.status_tool import FORM as WORKFLOW
from tests.unit.status_tool import with_workflow
from tests.unit.writing_samples import STOCK


@pytest.fixture
def site() -> Iterator[InProcess]:
    """Return a local kintone with an empty app and a client."""
    with InProcess(FORM) as running:
        yield running


@pytest.fixture
def stock() -> Iterator[InProcess]:
    """Return a local kintone with an empty app to write to, and a client with the longest call budget."""
    with InProcess(STOCK, budget=280) as running:
        yield running


@pytest.fixture
def form_is_read(stock: InProcess) -> None:
    """Read the form and its number settings, so that failures on demand meet what comes after."""
    stock.client.forms.with_precision(stock.client.forms.read(stock.app))
    stock.asked.clear()


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Return a kintone with an empty app."""
    opened = Bench(LocalKintone(seed="none"))
    yield opened
    opened.close()


@pytest.fixture
def shop() -> Iterator[InProcess]:
    """Return a kintone with five unique fields and three records."""
    with InProcess(SHOP) as site:
        site.kintone.add_records(site.app, [{"sku": f"A-{number}", "owner": "sato"} for number in (1, 2, 3)])
        yield site


@pytest.fixture
def flow() -> Iterator[InProcess]:
    """Return a kintone with a workflow and three records in its first status."""
    with InProcess(WORKFLOW) as running:
        yield with_workflow(running)
