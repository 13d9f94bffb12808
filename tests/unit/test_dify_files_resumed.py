"""Going on with the stream of a file whose connection broke."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kintone.errors import BudgetExceededError, InvalidParameterError, KintoneError
from kintone.messages import Message
from tools.dify_files.resumed import MAX_RESUMPTIONS, resumed

BROKEN = InvalidParameterError("upload_file: reading broke off")
GONE = InvalidParameterError("upload_file: the link is no longer valid")
LATE = BudgetExceededError(Message("the time is over"))
CONTENT = b"0123456789" * 10

type Script = tuple[bytes, KintoneError | None]


class Store:
    """Answers each opening by the next script: the bytes that come, in chunks, and the error that ends them."""

    def __init__(self, *scripts: Script, chunk: int = 7) -> None:
        """Keep the scripts; the last one is repeated."""
        self.scripts = scripts
        self.chunk = chunk
        self.opened = 0
        self.closed = 0

    @contextmanager
    def open(self) -> Iterator[Iterator[bytes]]:
        """Open the file; a script without bytes fails at once."""
        content, error = self.scripts[min(self.opened, len(self.scripts) - 1)]
        self.opened += 1
        if error is not None and not content:
            raise error
        try:
            yield self._chunks(content, error)
        finally:
            self.closed += 1

    def _chunks(self, content: bytes, error: KintoneError | None) -> Iterator[bytes]:
        yield from (content[start : start + self.chunk] for start in range(0, len(content), self.chunk))
        if error is not None:
            raise error


def read(store: Store) -> bytes:
    """Return all bytes of a reading."""
    with resumed(store.open, "a.csv") as chunks:
        return b"".join(chunks)


@pytest.mark.parametrize("cut", [1, 7, 20, 99, 100])
def test_reading_goes_on_behind_the_last_byte(cut: int) -> None:
    """Wherever it broke, no byte comes twice and none is missing; connections do not stay open."""
    store = Store((CONTENT[:cut], BROKEN), (CONTENT, None))

    assert read(store) == CONTENT
    assert (store.opened, store.closed) == (2, 2)


def test_each_time_must_bring_more_bytes() -> None:
    """A store that always breaks at the same place is not asked for ever."""
    store = Store((CONTENT[:50], BROKEN))

    with pytest.raises(InvalidParameterError) as raised:
        read(store)
    assert raised.value is BROKEN
    assert store.opened == 2


def test_number_of_times_is_bounded() -> None:
    """Also where each brings a little."""
    store = Store(*((CONTENT[: 10 * number], BROKEN) for number in range(1, 10)))

    with pytest.raises(InvalidParameterError):
        read(store)
    assert store.opened == MAX_RESUMPTIONS + 1


@pytest.mark.parametrize("second", [(b"", GONE), (CONTENT[:20], BROKEN), (CONTENT[:20], None)])
def test_first_failure_is_told_where_nothing_more_comes(second: Script) -> None:
    """That the link ended meanwhile is not what broke the reading."""
    with pytest.raises(InvalidParameterError) as raised:
        read(Store((CONTENT[:50], BROKEN), second))
    assert raised.value is BROKEN


def test_other_content_is_never_joined_to_what_came() -> None:
    """The store may hold another file by now, of the same length."""
    received: list[bytes] = []
    with (
        resumed(Store((CONTENT[:50], BROKEN), (b"x" + CONTENT[1:], None)).open, "a.csv") as chunks,
        pytest.raises(InvalidParameterError, match="another content"),
    ):
        received.extend(chunks)
    assert b"".join(received) == CONTENT[:50]


@pytest.mark.parametrize("script", [(CONTENT[:50], LATE), (b"", GONE)])
def test_end_of_the_time_and_a_link_that_never_worked_end_it(script: Script) -> None:
    """Asking again would not help."""
    store = Store(script, (CONTENT, None))

    with pytest.raises(type(script[1]) if script[1] else Exception):
        read(store)
    assert store.opened == 1
