"""Opening a client against a server on loopback, and the retry policies that the tests use."""

from collections.abc import Mapping
from contextlib import ExitStack

from kintone.access.credentials import Tokens
from kintone.access.sites import read_site
from kintone.client import Access, KintoneClient
from kintone.retry import RetryPolicy
from tests.wire.conftest import FAST_RETRIES, settings_for

__all__ = [
    "EVEN_RETRIES",
    "FAST_RETRIES",
    "MANY_RETRIES",
    "SECONDS_WITHOUT_RETRY",
    "SLOW_RETRIES",
    "STANDARD_RETRIES",
    "RetryPolicy",
    "open_client",
]

STANDARD_RETRIES = RetryPolicy()
SLOW_RETRIES = RetryPolicy(tries=2, first_pause=1.0, longest_pause=1.0, jitter=lambda: 1.0)
"""A retry with it takes a second, so a call that ends sooner was not retried."""
SECONDS_WITHOUT_RETRY = 0.9
"""A call that ends within so many seconds was not retried under ``SLOW_RETRIES``."""
EVEN_RETRIES = RetryPolicy(first_pause=0.1, longest_pause=0.1, jitter=lambda: 1.0)
"""Six tries, which take half a second."""
MANY_RETRIES = RetryPolicy(tries=1_000, first_pause=0.2, longest_pause=0.2)


def open_client(  # noqa: PLR0913 - the settings of a client
    stack: ExitStack,
    url: str,
    token: str,
    *,
    timeout: float = 5.0,
    policy: RetryPolicy = FAST_RETRIES,
    budget: float | None = None,
    environment: Mapping[str, str] | None = None,
) -> KintoneClient:
    """Open a client of any server on loopback that stands in for kintone."""
    settings = settings_for(url, budget, **(environment or {}))
    access = Access(read_site(url, settings.allowed_origins), Tokens(token))
    return stack.enter_context(KintoneClient(access, settings, request_timeout=timeout, policy=policy))
