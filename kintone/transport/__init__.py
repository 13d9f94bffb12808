"""The only package that touches the HTTP library: what goes out, what comes in, and what can go wrong in between."""

from kintone.transport.failures import TransportError
from kintone.transport.fetching import CheckedAddress, Fetched, fetch
from kintone.transport.session import Incoming, Received, Transport, UploadBody

__all__ = [
    "CheckedAddress",
    "Fetched",
    "Incoming",
    "Received",
    "Transport",
    "TransportError",
    "UploadBody",
    "fetch",
]
