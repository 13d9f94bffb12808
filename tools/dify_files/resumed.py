"""Goes on with the stream of a file whose connection broke, where the link still leads to the same bytes.

A store closes a connection from which nothing was read for a while, as happens while a large file is looked through for
mistakes or while kintone is slow; a line between the servers may break as well.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Final

from kintone.errors import InvalidParameterError
from tools.dify_files import failures

MAX_RESUMPTIONS: Final = 3
"""How often one reading goes on; each time must bring more bytes than the time before."""

type OpenStream = Callable[[], AbstractContextManager[Iterator[bytes]]]
"""Opens the file from its beginning; its errors are those of ``FileSource.stream``."""


@contextmanager
def resumed(open_stream: OpenStream, name: str) -> Iterator[Iterator[bytes]]:
    """Open a file and yield its bytes; where the transfer breaks, they go on behind the last byte that came.

    The bytes that came before are read again and compared. Raises what ``open_stream`` raises: of a reading that cannot
    go on, the error that ended it first; ``InvalidParameterError`` where the file is another one by now.
    """
    with ExitStack() as stack:
        transfer = _Transfer(open_stream, name, stack)
        yield transfer.chunks(stack.enter_context(open_stream()))


class _Transfer:
    """The reading of one file over one connection after the other; ``stack`` holds the one that is open."""

    def __init__(self, open_stream: OpenStream, name: str, stack: ExitStack) -> None:
        self._open = open_stream
        self._name = name
        self._stack = stack
        self._received = 0
        self._seen = hashlib.blake2b()

    def chunks(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        left = MAX_RESUMPTIONS
        while True:
            began = self._received
            try:
                for chunk in chunks:
                    self._received += len(chunk)
                    self._seen.update(chunk)
                    yield chunk
            except InvalidParameterError as error:
                if left == 0 or self._received == began:
                    raise
                left -= 1
                chunks = self._rest(error)
            else:
                return

    def _rest(self, broken: InvalidParameterError) -> Iterator[bytes]:
        """Yield what follows the bytes that came; raises ``broken`` where the file does not open or ends before."""
        self._stack.close()
        before, missing = hashlib.blake2b(), self._received
        try:
            chunks = self._stack.enter_context(self._open())
            for chunk in chunks:
                known = chunk[:missing]
                before.update(known)
                missing -= len(known)
                if not missing:
                    rest = chunk[len(known) :]
                    break
            else:
                raise broken
        except InvalidParameterError:
            raise broken from None
        if before.digest() != self._seen.digest():
            raise failures.changed(self._name)
        if rest:
            yield rest
        yield from chunks
