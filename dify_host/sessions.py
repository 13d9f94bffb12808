"""One request to the plugin and the frames that answer it."""

import queue
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from dify_host.failures import PluginTimedOut
from dify_host.frames import Frame


@dataclass(slots=True)
class Session:
    """A request under way.

    Attributes:
        skips_json: Large JSON messages arrive without their content.
    """

    skips_json: bool = False
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    _arrivals: "queue.SimpleQueue[tuple[float, Frame | Exception]]" = field(default_factory=queue.SimpleQueue)

    def deliver(self, arrival: Frame | Exception) -> None:
        """Hand over a frame, or the reason why no more will come."""
        self._arrivals.put((time.monotonic(), arrival))

    def frames(self, seconds: float) -> Iterator[tuple[float, Frame]]:
        """Yield each frame with the time (`time.monotonic`) when it arrived.

        Raises:
            PluginTimedOut: So many seconds went by without the consumer ending the iteration.
            HostViolation, PluginStopped: No more frames will come.
        """
        deadline = time.monotonic() + seconds
        while True:
            try:
                arrived, arrival = self._arrivals.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise PluginTimedOut(f"no final answer within {seconds:g} seconds") from None
            if isinstance(arrival, Exception):
                raise arrival
            yield arrived, arrival
