"""What came over the wire so far: numbers, and the requests themselves."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_kintone.serving.messages import Received

KEPT_REQUESTS = 10_000
KEPT_BYTES = 1 << 28


@dataclass(slots=True)
class Stats:
    """Numbers since the start or the last reset.

    Attributes:
        requests: API requests received, failed ones included.
        connections: connections that sent an API request.
        open_connections: connections open now.
        running: requests being served now.
        max_running: most requests served at once.
        live_cursors: cursors that hold one of the ten places now.
        by_api: requests per "GET records", the effective method and the API.
    """

    requests: int = 0
    connections: int = 0
    open_connections: int = 0
    running: int = 0
    max_running: int = 0
    live_cursors: int = 0
    by_api: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One request while it is served: its number, from 1, and how many are served now, this one included."""

    number: int
    running: int


class Traffic:
    """Counts requests and connections and keeps the latest requests, in memory only."""

    def __init__(self) -> None:
        """Start at nought."""
        self._lock = threading.Lock()
        self._stats = Stats()
        self._by_api: Counter[str] = Counter()
        self._log: deque[Received] = deque()
        self._kept_bytes = 0

    @contextlib.contextmanager
    def connection(self) -> Iterator[None]:
        """Count a connection while it is open; the caller leaves out those that only control the server."""
        with self._lock:
            self._stats.connections += 1
            self._stats.open_connections += 1
        try:
            yield
        finally:
            with self._lock:
                self._stats.open_connections -= 1

    @contextlib.contextmanager
    def running(self, call: str) -> Iterator[Turn]:
        """Count a request while it is served."""
        with self._lock:
            stats = self._stats
            stats.requests += 1
            stats.running += 1
            stats.max_running = max(stats.max_running, stats.running)
            self._by_api[call] += 1
            turn = Turn(stats.requests, stats.running)
        try:
            yield turn
        finally:
            with self._lock:
                self._stats.running -= 1

    def note(self, received: Received) -> None:
        """Keep a request, and forget the oldest where bodies would take too much memory."""
        with self._lock:
            self._log.append(received)
            self._kept_bytes += len(received.body)
            while len(self._log) > KEPT_REQUESTS or (self._kept_bytes > KEPT_BYTES and len(self._log) > 1):
                self._kept_bytes -= len(self._log.popleft().body)

    def requests(self) -> list[Received]:
        """Return the latest requests, oldest first."""
        return list(self._log)

    def stats(self, live_cursors: int) -> Stats:
        """Return the numbers of this moment."""
        with self._lock:
            values = asdict(self._stats) | {"live_cursors": live_cursors, "by_api": dict(self._by_api)}
        return Stats(**values)

    def reset(self) -> None:
        """Forget the requests and count anew; what is open or running stays counted."""
        with self._lock:
            kept = self._stats
            self._stats = Stats(open_connections=kept.open_connections, running=kept.running, max_running=kept.running)
            self._by_api.clear()
            self._log.clear()
            self._kept_bytes = 0
