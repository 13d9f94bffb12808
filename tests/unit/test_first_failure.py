"""The first failure among pages that are read side by side."""

import pytest

from kintone.deadline import Deadline
from kintone.errors import CancelledError, KintoneError, NotFoundError
from kintone.messages import Message
from kintone.reading.pages import FirstFailure
from tests.unit.still_runtime import StillRuntime


def raising(error: KintoneError) -> None:
    """Raise it."""
    raise error


def test_who_was_cancelled_hears_of_the_failure_that_did_it() -> None:
    """A page that was given up says why, not that it was given up."""
    deadline = Deadline(10, StillRuntime())
    failure, error = FirstFailure(deadline), NotFoundError(Message("gone"))
    with pytest.raises(NotFoundError):
        failure.guard(lambda: raising(error))

    with pytest.raises(NotFoundError) as raised:
        failure.result_of(lambda: raising(CancelledError()))

    assert raised.value is error
    assert deadline.is_cancelled


def test_who_was_cancelled_by_somebody_else_is_cancelled() -> None:
    """No page failed."""
    with pytest.raises(CancelledError):
        FirstFailure(Deadline(10, StillRuntime())).result_of(lambda: raising(CancelledError()))
