"""One request to the plugin and the frames of its response."""

import queue
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from dify_host.failures import PluginTimedOut
from dify_host.frames import Frame


@dataclass(slots=True)
class Session:
    """A running request.

    Attributes:
        skips_json: Large JSON messages are delivered without their content.
    """

    skips_json: bool = False
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    _received: "queue.SimpleQueue[tuple[float, Frame | Exception]]" = field(default_factory=queue.SimpleQueue)

    def deliver(self, received: Frame | Exception) -> None:
        """Deliver a frame, or an exception after which there are no more frames."""
        self._received.put((time.monotonic(), received))

    def frames(self, seconds: float) -> Iterator[tuple[float, Frame]]:
        """Yield each frame with its arrival time (`time.monotonic`).

        Raises:
            PluginTimedOut: The consumer has not ended the iteration within the seconds.
            HostViolation, PluginStopped: There are no more frames.
        """
        deadline = time.monotonic() + seconds
        while True:
            try:
                arrived, received = self._received.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise PluginTimedOut(f"no final frame within {seconds:g} seconds") from None
            if isinstance(received, Exception):
                raise received
            yield arrived, received
