"""Traffic statistics and the log of received requests."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_kintone.serving.messages import ReceivedRequest

MAX_LOGGED_REQUESTS = 10_000
MAX_LOGGED_BYTES = 1 << 28


@dataclass(slots=True)
class Stats:
    """Statistics since the start or the last reset.

    Attributes:
        requests: API requests received, failed ones included.
        connections: connections that sent an API request.
        open_connections: connections that are open now.
        running: requests that are being served now.
        max_running: maximum number of concurrent requests.
        live_cursors: cursors that exist now.
        by_api: requests per effective method and API, such as "GET records".
    """

    requests: int = 0
    connections: int = 0
    open_connections: int = 0
    running: int = 0
    max_running: int = 0
    live_cursors: int = 0
    by_api: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class ActiveRequest:
    """A request that is being served: its number, from 1, and the number of concurrent requests including it."""

    number: int
    running: int


class Traffic:
    """Counts requests and connections and logs the latest requests in memory."""

    def __init__(self) -> None:
        """Start at zero."""
        self._lock = threading.Lock()
        self._stats = Stats()
        self._by_api: Counter[str] = Counter()
        self._log: deque[ReceivedRequest] = deque()
        self._logged_bytes = 0

    @contextlib.contextmanager
    def connection(self) -> Iterator[None]:
        """Count a connection while it is open; the caller does not count connections for control paths only."""
        with self._lock:
            self._stats.connections += 1
            self._stats.open_connections += 1
        try:
            yield
        finally:
            with self._lock:
                self._stats.open_connections -= 1

    @contextlib.contextmanager
    def running(self, call: str) -> Iterator[ActiveRequest]:
        """Count a request while it is served."""
        with self._lock:
            stats = self._stats
            stats.requests += 1
            stats.running += 1
            stats.max_running = max(stats.max_running, stats.running)
            self._by_api[call] += 1
            active = ActiveRequest(stats.requests, stats.running)
        try:
            yield active
        finally:
            with self._lock:
                self._stats.running -= 1

    def note(self, received: ReceivedRequest) -> None:
        """Log a request, and drop the oldest ones above the limits of number and memory."""
        with self._lock:
            self._log.append(received)
            self._logged_bytes += len(received.body)
            while len(self._log) > MAX_LOGGED_REQUESTS or (
                self._logged_bytes > MAX_LOGGED_BYTES and len(self._log) > 1
            ):
                self._logged_bytes -= len(self._log.popleft().body)

    def requests(self) -> list[ReceivedRequest]:
        """Return the latest requests, oldest first."""
        return list(self._log)

    def stats(self, live_cursors: int) -> Stats:
        """Return the current statistics."""
        with self._lock:
            values = asdict(self._stats) | {"live_cursors": live_cursors, "by_api": dict(self._by_api)}
        return Stats(**values)

    def reset(self) -> None:
        """Clear the log and the statistics; open connections and running requests stay counted."""
        with self._lock:
            kept = self._stats
            self._stats = Stats(open_connections=kept.open_connections, running=kept.running, max_running=kept.running)
            self._by_api.clear()
            self._log.clear()
            self._logged_bytes = 0
