"""The stand-ins as tests see them: one process, a port of its own for each relay, proxy or server."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PROGRAM = Path(__file__).with_name("misbehaving.py")


class StandIns:
    """The process that runs them; see its documentation for the kinds and the steps."""

    def __init__(self) -> None:
        """Start the process."""
        self._process = subprocess.Popen(  # noqa: S603 - a program of this folder
            [sys.executable, "-I", "-S", str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        """Return them."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._process.terminate()
        self._process.communicate()

    def tell(self, **order: object) -> dict[str, int]:
        """Send an order and return the answer."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the stand-ins have no pipes")
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, int] = json.loads(self._process.stdout.readline())
        return answer

    def open(self, kind: str, **order: object) -> "StandIn":
        """Open one of a kind on a free port."""
        return StandIn(self, self.tell(do="open", kind=kind, **order)["port"])


@dataclass(frozen=True, slots=True)
class StandIn:
    """One relay, proxy or server."""

    process: StandIns
    port: int

    @property
    def url(self) -> str:
        """Its address as a proxy."""
        return f"http://127.0.0.1:{self.port}"

    def script(self, **steps: list[str]) -> None:
        """Say what is to happen from now on at each stage, and count anew."""
        self.process.tell(do="script", port=self.port, steps=steps)

    def count(self, what: str) -> int:
        """Return the number of "connections", "connects", "handshakes" or "requests" so far."""
        return self.process.tell(do="counts", port=self.port)[what]

    def drop(self) -> int:
        """Hang up on everybody; returns on how many."""
        return self.process.tell(do="drop", port=self.port)["dropped"]

    def close(self) -> None:
        """Give the port back."""
        self.process.tell(do="close", port=self.port)
