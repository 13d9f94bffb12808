"""Servers and clients for these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local_kintone import LocalKintone
from tests.local_kintone_tests.api import Api

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def kintone() -> Iterator[LocalKintone]:
    """Run a server with the demo's apps."""
    with LocalKintone(seed="demo") as server:
        yield server


@pytest.fixture
def bare() -> Iterator[LocalKintone]:
    """Run a server without apps."""
    with LocalKintone(seed="none") as server:
        yield server


@pytest.fixture
def orders(kintone: LocalKintone) -> Api:
    """Call the orders app with every permission except management, and with the customers app's token."""
    return Api(kintone.url, kintone.token(1), kintone.token(2, "view"))


@pytest.fixture
def every(kintone: LocalKintone) -> Api:
    """Call the app with every field type."""
    return Api(kintone.url, kintone.token(3), kintone.token(2, "view"))
