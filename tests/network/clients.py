"""How a client is opened and how patient it is: the one place that knows its parts."""

from collections.abc import Mapping
from contextlib import ExitStack

from kintone.access.credentials import Tokens
from kintone.access.sites import read_site
from kintone.client import Access, KintoneClient
from kintone.retry import RetryPolicy
from tests.wire.conftest import IMPATIENT, settings_for

__all__ = ["AT_ONCE", "DELIBERATE", "ENDLESS", "IMPATIENT", "PATIENT", "STANDARD", "RetryPolicy", "open_client"]

STANDARD = RetryPolicy()
PATIENT = RetryPolicy(tries=2, first_pause=1.0, longest_pause=1.0, jitter=lambda: 1.0)
"""Whoever repeats with it is noticed by the second that it takes."""
AT_ONCE = 0.9
"""Seconds; a second try of the patient policy takes longer."""
DELIBERATE = RetryPolicy(first_pause=0.1, longest_pause=0.1, jitter=lambda: 1.0)
"""Its six tries take half a second."""
ENDLESS = RetryPolicy(tries=1_000, first_pause=0.2, longest_pause=0.2)


def open_client(  # noqa: PLR0913 - what a client takes
    stack: ExitStack,
    url: str,
    token: str,
    *,
    timeout: float = 5.0,
    policy: RetryPolicy = IMPATIENT,
    budget: float | None = None,
    environment: Mapping[str, str] | None = None,
) -> KintoneClient:
    """Open a client of any kintone-like server on loopback."""
    settings = settings_for(url, budget, **(environment or {}))
    access = Access(read_site(url, settings.allowed_origins), Tokens(token))
    return stack.enter_context(KintoneClient(access, settings, request_timeout=timeout, policy=policy))
