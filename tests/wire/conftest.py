"""A local kintone for each test, and clients for it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from kintone.access.credentials import Tokens
from kintone.access.settings import OperatorSettings
from kintone.access.sites import read_site
from kintone.client import Access, KintoneClient
from kintone.retry import RetryPolicy
from local_kintone import LocalKintone

type OpenClient = Callable[..., KintoneClient]

FAST_RETRIES = RetryPolicy(first_pause=0.001, longest_pause=0.002, cursor_pauses=(0.001,) * 5)


def settings_for(origin: str, budget: float | None = None, **environment: str) -> OperatorSettings:
    """Return the operator's settings with the local kintone allowed.

    ``budget`` are the seconds for a call; the environment variable allows whole seconds only.
    """
    settings = OperatorSettings.from_environment({"KINTONE_ALLOWED_ORIGINS": origin, **environment})
    return settings if budget is None else replace(settings, call_budget=budget)


@pytest.fixture
def kintone() -> Iterator[LocalKintone]:
    """Run a local kintone with the demo's apps."""
    with LocalKintone(seed="demo") as running:
        yield running


@pytest.fixture(scope="module")
def untrusted_site() -> Iterator[LocalKintone]:
    """Run a local kintone whose certificate is not trusted."""
    with LocalKintone(seed="none", https=True) as running:
        yield running


@pytest.fixture
def without_failures(site: LocalKintone) -> Iterator[None]:
    """Clear failures and recorded requests before a test, and failures behind it."""
    site.clear_failures()
    site.reset()
    yield
    site.clear_failures()


@pytest.fixture
def open_client(kintone: LocalKintone) -> Iterator[OpenClient]:
    """Return a function that opens clients of the local kintone; their pauses between tries are short."""
    with ExitStack() as stack:

        def open_one(
            token: str | None = None, *, timeout: float = 5.0, budget: float | None = None, **environment: str
        ) -> KintoneClient:
            settings = settings_for(kintone.origin, budget, **environment)
            tokens = Tokens(token or kintone.token(1, "view", "add", "edit"))
            access = Access(read_site(kintone.url, settings.allowed_origins), tokens)
            return stack.enter_context(KintoneClient(access, settings, request_timeout=timeout, policy=FAST_RETRIES))

        yield open_one
