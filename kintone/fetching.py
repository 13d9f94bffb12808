"""One GET to an address that somebody has checked: exactly that one is connected to, and no secret goes along."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from kintone.access.settings import Origin
from kintone.connections import Exchange
from kintone.deadline import Deadline
from kintone.exchanges import USER_AGENT, Outgoing, Reply, new_adapter, send
from kintone.messages import Message

STORE = Message("the file store")
HEADERS = {**USER_AGENT, "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class CheckedAddress:
    """Where something lies, and the IP addresses that may be connected to for it.

    ``target`` is path and query, which may hold a signature; ``proxy`` is the proxy to go through instead, which then
    resolves the host.
    """

    origin: Origin
    target: str = field(repr=False)
    addresses: tuple[str, ...]
    proxy: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Return the whole URL."""
        return f"{self.origin}{self.target}"


@contextmanager
def fetch(address: CheckedAddress, deadline: Deadline, timeout: float) -> Iterator[Reply]:
    """Ask for what lies there and hand over the answer before its body; raises ``TransportError``.

    The IP addresses are tried in turn until one takes the connection, which serves this request alone: what was checked
    for it holds for no other. Redirects are not followed. ``timeout`` are the seconds of ``Exchange``.
    """
    exchange = Exchange(deadline, timeout, addresses=address.addresses, peer=STORE)
    adapter = new_adapter(1)
    try:
        reply = send(adapter, exchange, Outgoing("GET", address.url, HEADERS, proxy=address.proxy))
        try:
            yield reply
        finally:
            reply.close()
    finally:
        exchange.finish()
        adapter.close()
