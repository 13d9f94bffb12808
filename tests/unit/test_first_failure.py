"""The first failure among pages that are read in parallel."""

import pytest

from kintone.deadline import Deadline
from kintone.errors import CancelledError, KintoneError, NotFoundError
from kintone.messages import Message
from kintone.reading.pages import FirstFailure
from tests.unit.fake_runtime import FakeRuntime


def raising(error: KintoneError) -> None:
    """Raise the error."""
    raise error


def test_cancelled_page_raises_the_failure_that_cancelled_it() -> None:
    """A page cancelled because of another page's failure raises that failure."""
    deadline = Deadline(10, FakeRuntime())
    failure, error = FirstFailure(deadline), NotFoundError(Message("gone"))
    with pytest.raises(NotFoundError):
        failure.guard(lambda: raising(error))

    with pytest.raises(NotFoundError) as raised:
        failure.result_of(lambda: raising(CancelledError()))

    assert raised.value is error
    assert deadline.is_cancelled


def test_page_cancelled_without_a_failure_raises_cancelled() -> None:
    """Without a failed page the cancellation itself is raised."""
    with pytest.raises(CancelledError):
        FirstFailure(Deadline(10, FakeRuntime())).result_of(lambda: raising(CancelledError()))
