"""How a call ended: the one module that knows how errors report it."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kintone.errors import InvalidParameterError, KintoneError

NOT_SENT = "NOT_SENT"
REFUSED = "REFUSED"
SAVED = "SAVED"
UNKNOWN = "UNKNOWN"

UNREACHABLE = "UNREACHABLE"
UNAVAILABLE = "UNAVAILABLE"
ACCESS_DENIED = "ACCESS_DENIED"
TIME_LIMIT_CODES = frozenset({"BUDGET_EXCEEDED", "TIMED_OUT"})

MAX_CALL_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended, and after how many seconds."""

    error: Exception | None
    seconds: float

    @property
    def code(self) -> str:
        """The code in brackets at the beginning of the message."""
        code = getattr(self.error, "code", None)
        assert isinstance(code, str), f"{self.error!r} has no code"
        assert str(self.error).startswith(f"[{code}] ")
        return code

    def entry_state(self, position: int = 1) -> str:
        """Return the ledger's state of an entry of the write, counted from 1: the name of the state."""
        if isinstance(self.error, InvalidParameterError):
            return NOT_SENT
        ledger = getattr(self.error, "ledger", None)
        assert ledger is not None, f"{self.error!r} has no ledger"
        name: str = ledger.state(position).name
        return name

    def entry_states(self, positions: Iterable[int]) -> set[str]:
        """Return the ledger's states of several entries."""
        return {self.entry_state(position) for position in positions}


def outcome(call: Callable[[], object], within: float = MAX_CALL_SECONDS) -> Outcome:
    """Make a call; the test fails when it takes longer, or raises an error that is not the plugin's own."""
    raised: list[Exception] = []

    def run() -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - its class is checked below
            raised.append(error)

    thread = threading.Thread(target=run, name="call under test", daemon=True)
    started = time.monotonic()
    thread.start()
    thread.join(within)
    seconds = time.monotonic() - started
    assert not thread.is_alive(), f"not finished after {within} seconds"
    error = raised[0] if raised else None
    assert error is None or isinstance(error, (KintoneError, InvalidParameterError)), f"unexpected error: {error!r}"
    return Outcome(error, seconds)


def failure(call: Callable[[], object], within: float = MAX_CALL_SECONDS) -> Outcome:
    """Make a call that must fail."""
    failed = outcome(call, within)
    assert failed.error is not None, "it succeeded"
    return failed


def success(call: Callable[[], object], within: float = MAX_CALL_SECONDS) -> None:
    """Make a call that must succeed."""
    error = outcome(call, within).error
    if error is not None:
        raise error


def wait_until(condition: Callable[[], bool], within: float = 2.0) -> bool:
    """Wait until a condition holds; returns whether it does."""
    end = time.monotonic() + within
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()
