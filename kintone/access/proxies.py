"""Which setting of the environment names a proxy, and how the proxy may be named: never with its password."""

import os
from urllib.parse import urlsplit

NAMES = ("{scheme}_proxy", "all_proxy")
"""In the order in which the HTTP library asks for them."""


def proxy_variable(scheme: str) -> str:
    """Return the variable that names the proxy for addresses of this scheme, spelled as it is set.

    Empty where there is none: a system may also keep a proxy elsewhere. Python prefers the small letters:
    https://docs.python.org/3/library/urllib.request.html#urllib.request.getproxies
    """
    for name in NAMES:
        small = name.format(scheme=scheme)
        spelled = small if small in os.environ else small.upper()
        if os.environ.get(spelled, "").strip():
            return spelled
    return ""


def shown_proxy(address: str) -> str:
    """Return host and port of a proxy's address, without user name and password; empty for an address that is none."""
    parts = urlsplit(address if "://" in address else f"//{address}")
    return parts.netloc.rpartition("@")[2]
