"""The first failure among pages that are read side by side: it is certain, so it ends what the others still try."""

from collections.abc import Callable

from kintone.deadline import Deadline
from kintone.errors import CancelledError, KintoneError


class FirstFailure:
    """Keeps the first failure of several reads that share a deadline."""

    def __init__(self, deadline: Deadline) -> None:
        """Start without one; ``deadline`` is cancelled by it."""
        self._deadline = deadline
        self._error: KintoneError | None = None

    def guard[Result](self, read: Callable[[], Result]) -> Result:
        """Read; a failure ends the others."""
        try:
            return read()
        except CancelledError:
            raise
        except KintoneError as error:
            if self._error is None:
                self._error = error
            self._deadline.cancel()
            raise

    def told[Result](self, result: Callable[[], Result]) -> Result:
        """Return a result; where it was cancelled, raise the failure that did it."""
        try:
            return result()
        except CancelledError:
            if self._error is not None:
                raise self._error from None
            raise
